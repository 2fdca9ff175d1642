import { cpu } from "@symloss/engine-cpu";
import { afterAll, describe, expect, test } from "vitest";
import { type NDArray, einsum, evaluate, matmul, ndarray, zeros } from "../index.ts";

const engine = await cpu();
afterAll(() => engine.dispose());

/** Small distinct integers, so that sums are exact. */
function sample(shape: readonly number[], seed: number): NDArray {
  const size = shape.reduce((left, right) => left * right, 1);
  return ndarray(
    Float32Array.from({ length: size }, (_, index) => ((index * 7 + seed * 13) % 11) - 5),
    shape,
  );
}

/** Sums over every assignment of every index: slow, but obviously right. */
function byDefinition(equation: string, operands: readonly NDArray[]): { shape: number[]; values: number[] } {
  const [left, right] = equation.split("->") as [string, string];
  const terms = left.split(",");
  const lengths = new Map<string, number>();
  for (const [term, labels] of terms.entries()) {
    for (const [axis, label] of labels.split("").entries()) lengths.set(label, operands[term]!.shape[axis]!);
  }
  const labels = [...lengths.keys()];
  const shape = right.split("").map((label) => lengths.get(label)!);
  const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0);
  const offset = (names: string, at: ReadonlyMap<string, number>) =>
    names.split("").reduce((sum, label) => sum * lengths.get(label)! + at.get(label)!, 0);
  const walk = (depth: number, at: Map<string, number>): void => {
    if (depth === labels.length) {
      const product = terms.reduce((value, names, term) => value * operands[term]!.data[offset(names, at)]!, 1);
      values[offset(right, at)]! += product;
      return;
    }
    for (let index = 0; index < lengths.get(labels[depth]!)!; index++) walk(depth + 1, at.set(labels[depth]!, index));
  };
  walk(0, new Map());
  return { shape, values };
}

describe("einsum", () => {
  test.each<[string, ...(readonly number[])[]]>([
    ["ik,kj->ij", [3, 4], [4, 5]],
    ["ij->ji", [3, 4]],
    ["ij->", [3, 4]],
    ["ii->", [4, 4]],
    ["ii->i", [4, 4]],
    ["iij->j", [3, 3, 2]],
    ["i,i->", [5], [5]],
    ["i,j->ij", [3], [4]],
    ["i,ij->j", [3], [3, 4]],
    ["bij,bjk->bik", [2, 3, 4], [2, 4, 5]],
    ["bij,bjk->kbi", [2, 3, 4], [2, 4, 5]],
    ["ijk,jkl->il", [2, 3, 4], [3, 4, 5]],
    ["ij,jk,kl->il", [2, 3], [3, 4], [4, 5]],
    ["nf,nfc,fck,nk->n", [2, 3], [2, 3, 4], [3, 4, 5], [2, 5]],
    ["nf,nfc,fck->nk", [2, 3], [2, 3, 4], [3, 4, 5]],
    ["fcd,nfc,abk,nab->nfa", [2, 3, 4], [2, 2, 3], [2, 3, 4], [2, 2, 3]],
    ["fck,nfc,abk,nab->nfa", [2, 3, 4], [2, 2, 3], [2, 3, 4], [2, 2, 3]],
    ["a,b,c,d,e,f->af", [2], [2], [2], [2], [2], [2]],
    [",i->i", [], [3]],
    ["ij,k->ij", [2, 3], [4]],
    ["ab,bc->ca", [1, 3], [3, 1]],
    ["ij,jk->ik", [2, 0], [0, 3]],
  ])("%s", async (equation, ...shapes) => {
    const operands = shapes.map(sample);
    const { shape, values } = byDefinition(equation, operands);
    const result = await evaluate(einsum(equation, ...operands), { engine });
    expect([result.shape, [...result.data].map((value) => value + 0)]).toEqual([
      shape,
      values.map((value) => value + 0),
    ]);
  });

  test("without a result has the indices that occur once, in their order", () => {
    expect(`${einsum("ba", zeros([2, 3]))}`).toBe("f32[3,2]");
    expect(`${einsum("ij,jk", zeros([2, 3]), zeros([3, 4]))}`).toBe("f32[2,4]");
  });

  test("dots stand for leading axes, which broadcast", () => {
    expect(`${einsum("...ij,...jk->...ik", zeros([7, 1, 2, 3]), zeros([5, 3, 4]))}`).toBe("f32[7,5,2,4]");
    expect(`${einsum("...i->...", zeros([2, 3, 4]))}`).toBe("f32[2,3]");
  });

  test("keeps named dimensions", () => {
    expect(
      `${einsum("nf,nfc,fck,nk->n", zeros(["n", 3]), zeros(["n", 3, 4]), zeros([3, 4, 5]), zeros(["n", 5]))}`,
    ).toBe("f32[n]");
  });

  test("of integers stays integer", () => {
    expect(`${einsum("ij,jk->ik", zeros([2, 3], "int32"), zeros([3, 4], "int32"))}`).toBe("i32[2,4]");
  });

  test.each<[string, () => unknown]>([
    ["an equation that can't be read", () => einsum("i-j", zeros([2]))],
    ["two arrows", () => einsum("i->j->k", zeros([2]))],
    ["another number of operands", () => einsum("i,j->ij", zeros([2]))],
    ["an operand of another rank", () => einsum("ij->i", zeros([2]))],
    ["lengths that differ", () => einsum("ij,jk->ik", zeros([2, 3]), zeros([4, 5]))],
    ["a result index of no operand", () => einsum("ij->k", zeros([2, 3]))],
    ["a result index twice", () => einsum("i->ii", zeros([2]))],
  ])("refuses %s", (_, make) => {
    expect(make).toThrowErrorMatchingSnapshot();
  });
});

describe("matmul", () => {
  test.each<[readonly number[], readonly number[], string]>([
    [[3, 4], [4, 5], "f32[3,5]"],
    [[4], [4, 5], "f32[5]"],
    [[3, 4], [4], "f32[3]"],
    [[4], [4], "f32[]"],
    [[7, 3, 4], [4, 5], "f32[7,3,5]"],
    [[7, 1, 3, 4], [2, 4, 5], "f32[7,2,3,5]"],
  ])("%j times %j", (left, right, type) => {
    expect(`${matmul(zeros(left), zeros(right))}`).toBe(type);
  });
});
