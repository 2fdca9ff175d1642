import { describe, expect, test } from "vitest";
import { formatGraph, simplify, traceGraph, verify } from "../engine.ts";
import { type Tensor, eye, ones, where, zeros } from "../index.ts";

/** What the last line but one of the simplified graph computes, and how many nodes are left. */
function simplified(fn: (inputs: { x: Tensor; y: Tensor; row: Tensor; chosen: Tensor }) => unknown): string {
  const graph = simplify(
    traceGraph("trace", fn, {
      x: { shape: [2, 3] },
      y: { shape: [2, 3] },
      row: { shape: [3] },
      chosen: { shape: [2, 3], dtype: "bool" },
    }),
  );
  verify(graph);
  return formatGraph(graph)
    .split("\n")
    .filter((line) => !line.startsWith("input"))
    .join("; ");
}

describe("identities", () => {
  test.each<[string, (inputs: { x: Tensor; y: Tensor; row: Tensor; chosen: Tensor }) => Tensor, string]>([
    ["x + 0", ({ x }) => x.add(0), "return %x"],
    ["0 + x", ({ x }) => zeros([2, 3]).add(x), "return %x"],
    ["x 1", ({ x }) => x.mul(ones([2, 3])), "return %x"],
    ["x / 1", ({ x }) => x.div(1), "return %x"],
    ["- - x", ({ x }) => x.neg().neg(), "return %x"],
    ["x^1", ({ x }) => x.pow(1), "return %x"],
    ["not not", ({ chosen }) => chosen.logicalNot().logicalNot(), "return %chosen"],
    ["transposed twice", ({ x }) => x.transpose().transpose(), "return %x"],
    ["reshaped and back", ({ x }) => x.reshape([6]).reshape([3, 2]).reshape([2, 3]), "return %x"],
    ["cast to its own dtype", ({ x }) => x.cast("float32"), "return %x"],
    ["one branch", ({ x, chosen }) => where(chosen, x, x), "return %x"],
    ["a known condition", ({ x, y }) => where(ones([2, 3], "bool"), x, y), "return %x"],
    ["x - (-y)", ({ x, y }) => x.sub(y.neg()), "%0 = add %x %y : f32[2,3]; return %0"],
    ["x (-1)", ({ x }) => x.mul(-1), "%0 = neg %x : f32[2,3]; return %0"],
    ["x^2", ({ x }) => x.pow(2), "%0 = mul %x %x : f32[2,3]; return %0"],
    ["sum of a sum", ({ x }) => x.sum(1).sum(), "%0 = sum %x {axes: [0,1]} : f32[]; return %0"],
    ["constants", () => ones([2, 3]).mul(3).sub(1).sqrt().sum(), "return 8.485280990600586"],
  ])("%s", (_, fn, expected) => {
    expect(simplified(fn)).toBe(expected);
  });

  test("what is repeated is computed before it is repeated", () => {
    expect(simplified(({ x, row }) => x.mul(row.exp().add(1)))).toMatchInlineSnapshot(
      `"%0 = exp %row : f32[3]; %1 = broadcastTo 1 : f32[3]; %2 = add %0 %1 : f32[3]; %3 = broadcastTo %2 : f32[2,3]; %4 = mul %x %3 : f32[2,3]; return %4"`,
    );
    expect(simplified(({ x, row }) => x.mul(row.broadcastTo([2, 3]).exp()))).toMatchInlineSnapshot(
      `"%0 = exp %row : f32[3]; %1 = broadcastTo %0 : f32[2,3]; %2 = mul %x %1 : f32[2,3]; return %2"`,
    );
  });

  test("equal nodes become one, also with operands in another order", () => {
    expect(simplified(({ x, y }) => x.add(y).exp().mul(y.add(x).exp()))).toMatchInlineSnapshot(
      `"%0 = add %x %y : f32[2,3]; %1 = exp %0 : f32[2,3]; %2 = mul %1 %1 : f32[2,3]; return %2"`,
    );
  });
});

describe("what could hide a NaN stays", () => {
  test.each<[string, (inputs: { x: Tensor }) => Tensor]>([
    ["x 0", ({ x }) => x.mul(0)],
    ["x - x", ({ x }) => x.sub(x)],
    ["x / x", ({ x }) => x.div(x)],
    ["x = x", ({ x }) => x.equal(x)],
  ])("%s", (_, fn) => {
    expect(simplified(fn)).toContain("%x");
  });
});

test("a matrix of the library's own stays small in the graph", () => {
  expect(simplified(({ x }) => x.matmul(eye(3)))).toMatchInlineSnapshot(
    `"%0 = iota {size: 3} : i32[3]; %1 = reshape %0 : i32[3,1]; %2 = broadcastTo %1 : i32[3,3]; %3 = broadcastTo %0 : i32[3,3]; %4 = equal %2 %3 : bool[3,3]; %5 = cast %4 : f32[3,3]; %6 = matmul %x %5 : f32[2,3]; return %6"`,
  );
});
