/** Is a scan one node whatever its length, does it check what its steps check, and is what it can't be refused by name? */
import { describe, expect, test } from "vitest";
import { EngineError } from "../array/errors.ts";
import { formatGraph, graphKey, nodesWithin, topologicalOrder } from "../graph/graph.ts";
import { gradients } from "../graph/gradient.ts";
import { isScan } from "../graph/recurrence.ts";
import { simplify } from "../graph/simplify.ts";
import { prepare } from "../engine/prepare.ts";
import { allOperations } from "../tensor/operation.ts";
import { add, exp, mul } from "../tensor/elementwise.ts";
import { check } from "../tensor/annotation.ts";
import { runCheck } from "../tensor/check.ts";
import { expandDims, oneHot, zeros } from "../tensor/movement.ts";
import { placeholder } from "../tensor/operand.ts";
import { sum } from "../tensor/reduction.ts";
import { Tensor } from "../tensor/tensor.ts";
import { collectChecks } from "./host-check.ts";
import { scan } from "./scan.ts";
import "../tensor/fluent.ts";

const x = placeholder("x", [4, 3], "float32");
const engine = {
  name: "test",
  traits: { dtypes: ["float32", "int32"], operations: allOperations, namedDimensions: false },
} as const;

describe("a scan", () => {
  test("is one node of its results, and its body is printed once", () => {
    const [total, sums] = scan((carry, value) => [add(carry, value), mul(carry, 2)], zeros([3]), x);
    expect(formatGraph({ inputs: [x], outputs: [total, sums] })).toBe(
      `input %x : f32[4,3]
%0 = broadcastTo 0 : f32[3]
body 0
  input %carry0 : f32[3]
  input %slice0 : f32[3]
  %0 = add %carry0 %slice0 : f32[3]
  %1 = broadcastTo 2 : f32[3]
  %2 = mul %carry0 %1 : f32[3]
  return %0, %2
%1 = scan %0 %x {body: 0, length: 4, carries: 1, sequences: 1, reverse: false, output: 0} : f32[3]
%2 = scan %0 %x {body: 0, length: 4, carries: 1, sequences: 1, reverse: false, output: 2} : f32[4,3]
return %1, %2`,
    );
  });

  test("has a graph, and a gradient, that do not grow with its length", () => {
    const sizeOf = (length: number): number => {
      const long = placeholder("x", [length, 3], "float32");
      const [total, products] = scan((carry, value) => [add(carry, exp(value)), mul(carry, value)], zeros([3]), long);
      const outputs = gradients(add(sum(total), sum(products)), [long]);
      return nodesWithin(prepare({ inputs: [long], outputs }, engine)).length;
    };
    expect(sizeOf(1000)).toBe(sizeOf(2));
  });

  test("computes what no step changes once, outside, and is given it", () => {
    const weights = placeholder("w", [3], "float32");
    const [total] = scan((carry, value) => [add(mul(carry, exp(weights)), value)], zeros([3]), x);
    expect(total.inputs.map(({ operation }) => operation)).toEqual(["broadcastTo", "input", "exp"]);
  });

  test("of no step is its initial carry", () => {
    const [carry, outputs] = scan((before) => [add(before, 1), before], x, {}, { length: 0 });
    expect(carry).toBe(x);
    expect(`${outputs}`).toBe("f32[0,4,3]");
  });

  test("has a gradient that is one scan, for all of its results", () => {
    const weights = placeholder("w", [3], "float32");
    const step = (carry: Tensor, value: Tensor): [Tensor, Tensor] => [
      mul(add(carry, value), weights),
      mul(carry, value),
    ];
    const [total, products] = scan(step, zeros([3]), x);
    const outputs = gradients(add(sum(total), sum(products)), [x, weights]);
    const nodes = topologicalOrder(simplify({ inputs: [x, weights], outputs }).outputs).filter(isScan);
    expect(new Set(nodes.map(({ attributes: { reverse } }) => reverse))).toEqual(new Set([false, true]));
    expect(
      new Set(nodes.filter(({ attributes }) => attributes.reverse).map(({ attributes: { body } }) => body)).size,
    ).toBe(1);
  });

  test("traced twice is one scan after simplification", () => {
    const make = (): Tensor => scan((carry, value) => [add(carry, exp(value))], zeros([3]), x)[0];
    const graph = simplify({ inputs: [x], outputs: [make(), make()] });
    expect(graph.outputs[0]).toBe(graph.outputs[1]);
    const key = (fn: typeof exp): string =>
      graphKey({ inputs: [x], outputs: [scan((carry, value) => [add(carry, fn(value))], zeros([3]), x)[0]] });
    expect(key(exp)).not.toBe(key((value) => mul(exp(value), 2)));
  });

  test("takes records and lists, and numbers as float64 if an array is", () => {
    const wide = placeholder("x", [4], "float64");
    const [carry, outputs] = scan(
      ({ list: [first], total }, value) => [{ list: [add(first, 1)], total: add(total, value) }, [value, { first }]],
      { list: [zeros([])], total: 0.1 },
      wide,
    );
    expect(`${carry.list[0]} ${carry.total} ${outputs[0]} ${outputs[1].first}`).toBe("f32[] f64[] f64[4] f32[4]");
    expect(`${scan((before) => [mul(before, sum(wide))], 0.1, {}, { length: 2 })[0]}`).toBe("f64[]");
  });
});

describe("what a step checks", () => {
  const labels = placeholder("labels", [2, 3], "int32");
  const run = (result: Tensor, data: readonly number[]): void => {
    for (const one of collectChecks({ inputs: [labels], outputs: [result] }))
      runCheck(one.check, Int32Array.from(data), [2, 3]);
  };

  test("of its slice is checked of the whole sequence", () => {
    const [total] = scan((carry, row) => [add(carry, oneHot(expandDims(row, 0), 4))], zeros([1, 3, 4]), labels);
    expect(() => run(total, [0, 1, 2, 3, 0, 1])).not.toThrow();
    expect(() => run(total, [0, 1, 2, 3, 4, 1])).toThrow(
      "oneHot: indices must be integers from 0 to 3, got 4 at [1, 1]",
    );
  });

  test("as rows is checked of each slice's rows", () => {
    const rows = (row: Tensor) => check("loss", "targets", expandDims(row, 0).broadcastTo([2, 3]), { kind: "oneHot" });
    const [, outputs] = scan((_, row) => [{}, rows(row)], {}, labels);
    expect(() => run(outputs, [1, 0, 0, 0, 0, 1])).not.toThrow();
    expect(() => run(outputs, [1, 0, 0, 0, 1, 1])).toThrow("loss: targets must be one-hot");
  });

  test("of what no step changes is checked once", () => {
    const [total] = scan((carry) => [add(carry, oneHot(labels, 4))], zeros([2, 3, 4]), {}, { length: 3 });
    expect(collectChecks({ inputs: [labels], outputs: [total] })).toHaveLength(1);
    expect(() => run(total, [0, 1, 2, 3, 4, 1])).toThrow("got 4 at [1, 1]");
  });
});

describe("a call is refused", () => {
  const step = (carry: Tensor, value: Tensor): [Tensor, Tensor] => [add(carry, value), value];
  test.each<readonly [string, () => unknown, string]>([
    ["without a length", () => scan((carry) => [carry], x), "length must be given if there are no sequences, got none"],
    ["without an array", () => scan(() => [{}], {}, {}, { length: 3 }), "must hold at least one array, got none"],
    ["with a length of another", () => scan(step, zeros([3]), x, { length: 5 }), "sequences must have 5 slices"],
    [
      "with sequences of two lengths",
      () => scan((carry) => [carry], zeros([3]), { a: x, b: zeros([3]) }),
      "sequences.b must have 4 slices, as many as there are steps, got f32[3]",
    ],
    ["with a scalar as sequence", () => scan((carry) => [carry], zeros([3]), 1), "sequences must have a first axis"],
    ["with an unknown option", () => scan(step, zeros([3]), x, { backwards: true } as never), "backwards"],
    ["with a body that is none", () => scan(3 as never, x, x), "body must be a function, got 3"],
    [
      "with a body that returns a tensor",
      () => scan(((carry: Tensor) => carry) as never, x, x),
      "the body must return [carry, outputs], got",
    ],
    [
      "with a body that is async",
      () => scan((async () => Promise.reject(new Error("later"))) as never, x, x),
      "the body must return [carry, outputs], got",
    ],
    [
      "with a carry of another shape",
      () => scan((_, value) => [expandDims(value, 0)], zeros([3]), x),
      "the body must return a carry of the shape of initial, got f32[1,3] for f32[3]",
    ],
    [
      "with a carry of another dtype",
      () => scan((_, value) => [value.cast("int32")], zeros([3]), x),
      "the body must return a carry of the dtype of initial, got i32[3] for f32[3]",
    ],
    [
      "with a carry of another structure",
      () => scan(((carry: Tensor) => [[carry, carry]]) as never, zeros([3]), x),
      "the body must return a carry of the structure of the initial one",
    ],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(message);
  });
});

describe("a scan made by hand is refused", () => {
  const carry = placeholder("carry", [3], "float32");
  const slice = placeholder("slice", [3], "float32");
  const right = {
    body: { inputs: [carry, slice], outputs: [add(carry, slice)] },
    length: 4,
    carries: 1,
    sequences: 1,
    reverse: false,
    output: 0,
  };
  const scanOf = (attributes: object): Tensor =>
    new Tensor("scan", [zeros([3]), x], { ...right, ...attributes } as never, [3], "float32");
  const compile = (node: Tensor): unknown => prepare({ inputs: [x], outputs: [node] }, engine);

  test("but not if it is right", () => {
    expect(() => compile(scanOf({}))).not.toThrow();
  });

  test.each<readonly [string, object, string]>([
    ["without a body", { body: undefined }, "the body of every node must be valid for its operation"],
    ["with a body of text", { body: { inputs: "x", outputs: [] } }, "the body of every node must be valid"],
    ["with an input that is none", { body: { inputs: [carry, add(slice, 1)], outputs: [carry] } }, "the body of every"],
    ["with an input twice", { body: { inputs: [carry, carry], outputs: [carry] } }, "the body of every node"],
    ["of no step", { length: 0 }, "the length of every node must be valid for its operation, got 0 (scan)"],
    ["of text", { length: "n; alert()" }, "must have one type"],
    ["with a count of carries that is none", { carries: -1 }, "the carries of every node must be valid"],
    ["with more carries than outputs", { carries: 2, sequences: 0 }, "the body must take every operand"],
    ["with a direction that is none", { reverse: 1 }, "the reverse of every node must be valid"],
    ["of a result that it has not", { output: 2 }, "output must be that of one of 2 results, got 2"],
    [
      "with a body that takes something else",
      { body: { inputs: [carry, placeholder("s", [2], "float32")], outputs: [carry] } },
      "what the body takes and gives must have one type, got f32[4,3] for f32[4,2]",
    ],
    [
      "with a body that uses another function's tensor",
      { body: { inputs: [carry, slice], outputs: [add(carry, placeholder("other", [3], "float32"))] } },
      'every input must be one of the graph\'s, got "other"',
    ],
    [
      "with an unknown operation in its body",
      { body: { inputs: [carry, slice], outputs: [new Tensor("frobnicate" as never, [carry], {}, [3], "float32")] } },
      'every operation must be one that engines run, got "frobnicate"',
    ],
    [
      "with a dtype in its body that the engine lacks",
      { body: { inputs: [carry, slice], outputs: [carry.cast("float64").cast("float32")] } },
      "every dtype must be one that engine",
    ],
  ])("%s", (_, attributes, message) => {
    expect(() => compile(scanOf(attributes))).toThrow(message);
  });

  test("with a body that contains itself", () => {
    const outputs: Tensor[] = [];
    outputs.push(
      new Tensor("scan", [carry, x], { ...right, body: { inputs: [carry, slice], outputs } }, [3], "float32"),
    );
    expect(() => compile(outputs[0]!)).toThrow(EngineError);
    expect(() => compile(outputs[0]!)).toThrow("bodies must be nested at most 16 deep");
  });
});
