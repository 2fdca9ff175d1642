import { type Tensor, exp, valueAndGrad } from "@symloss/core";
import { type DType, type Graph, allOperations, prepare, traceGraph } from "@symloss/core/engine";
import {
  explainedVariance,
  huber,
  reduce,
  sigmoidCrossentropyLogits,
  sparseSoftmaxCrossentropyLogits,
  vae,
  vaeGmm,
} from "@symloss/losses";
import { describe, expect, test } from "vitest";
import { type LoopPlan, type Statement, bytesOf, describePlan, planLoops } from "./index.ts";

const engine = {
  name: "test",
  traits: { dtypes: ["float32", "float64", "int32", "bool"] as const, operations: allOperations },
};

type Spec = readonly number[] | { readonly shape: readonly number[]; readonly dtype: DType };

function graphOf(fn: (...inputs: Tensor[]) => readonly Tensor[], ...specs: Spec[]): Graph {
  const named = Object.fromEntries(
    specs.map((spec, index) => [`x${index}`, "dtype" in spec ? spec : { shape: spec as readonly number[] }]),
  );
  return prepare(
    traceGraph("test", (inputs: Readonly<Record<string, Tensor>>) => fn(...Object.values(inputs)), named),
    engine,
  );
}

function planOf(fn: (...inputs: Tensor[]) => readonly Tensor[], ...specs: Spec[]): LoopPlan {
  return planLoops(graphOf(fn, ...specs));
}

/** The value and its gradients with respect to all inputs but the first few. */
function withGradients(fn: (...inputs: Tensor[]) => Tensor, skipped = 0): (...inputs: Tensor[]) => Tensor[] {
  return (...inputs) => {
    const wrt = inputs.map((_, index) => index).slice(skipped);
    const [value, gradients] = valueAndGrad(fn, { wrt })(...inputs);
    return [value, ...(gradients as Tensor[])];
  };
}

/** How many loops stand outermost in each program: a sequence of nests is not one program. */
function nestsOf({ programs }: LoopPlan): number[] {
  return programs.map(({ body }) => body.filter(({ kind }) => kind === "loop" || kind === "multiply").length);
}

function statementsOf(statements: readonly Statement[]): Statement[] {
  return statements.flatMap((statement) =>
    statement.kind === "loop" ? [statement, ...statementsOf(statement.body)] : [statement],
  );
}

const rows: Spec[] = [{ shape: [64], dtype: "int32" }, [64, 100]];
const crossEntropy = (labels: Tensor, logits: Tensor): Tensor => sparseSoftmaxCrossentropyLogits(labels, logits);
type Seven = [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
const mixture: Spec[] = [[64, 50], [64, 50], [64, 8], [64, 8], [5, 8], [5, 8], [5]];

describe("one program", () => {
  const cases: Record<string, LoopPlan> = {
    "huber of each element": planOf((y, p) => [huber(y!, p!)], [1000], [1000]),
    "mean huber": planOf((y, p) => [reduce(huber(y!, p!))], [1000], [1000]),
    "mean huber with gradient": planOf(
      withGradients((y, p) => reduce(huber(y!, p!))),
      [1000],
      [1000],
    ),
    "softmax cross entropy of each row": planOf((labels, logits) => [crossEntropy(labels!, logits!)], ...rows),
    "its mean and gradient": planOf(
      withGradients((labels, logits) => reduce(crossEntropy(labels!, logits!)), 1),
      ...rows,
    ),
    "mean sigmoid cross entropy and gradient": planOf(
      withGradients((labels, logits) => reduce(sigmoidCrossentropyLogits(labels!, logits!)), 1),
      [1000],
      [1000],
    ),
    "vae with all its gradients": planOf(
      withGradients((...given) => reduce(vae(...(given as [Tensor, Tensor, Tensor, Tensor])))),
      [64, 50],
      [64, 50],
      [64, 8],
      [64, 8],
    ),
    "vae, corrected, with all its gradients": planOf(
      withGradients((...given) =>
        reduce(vae(...(given as [Tensor, Tensor, Tensor, Tensor]), { formula: "corrected" })),
      ),
      [64, 50],
      [64, 50],
      [64, 8],
      [64, 8],
    ),
  };

  test.each(Object.entries(cases))("%s", (_, plan) => {
    expect(nestsOf(plan)).toEqual([1]);
    expect(bytesOf(plan.buffers, "intermediate")).toBe(0);
    // A row of float64 is all that lies beside inputs and outputs.
    expect(bytesOf(plan.buffers, "scratch")).toBeLessThanOrEqual(8 * 100);
  });
});

test.each(["corrected", "symjax"] as const)(
  "vaeGmm, %s, with all its gradients is three programs: parameters, batch, parameters",
  (formula) => {
    const plan = planOf(
      withGradients((...given) => reduce(vaeGmm(...(given as Seven), { formula }).loss)),
      ...mixture,
    );
    expect(nestsOf(plan)).toEqual([1, 1, 1]);
    // Nothing has an axis for the batch.
    const between = plan.buffers.filter(({ kind }) => kind === "intermediate" || kind === "scratch");
    expect(Math.max(...between.map(({ size }) => size))).toBe(5 * 8);
  },
);

test("a mean that is needed element by element takes a pass of its own", () => {
  expect(nestsOf(planOf((y, p) => [explainedVariance(y!, p!)], [1000], [1000]))).toEqual([1, 1]);
});

test("what does not change with the batch is computed once, before it", () => {
  const plan = planOf((x, y) => [x!.sub(exp(y!)).square().sum(1)], [64, 100], [100]);
  expect(nestsOf(plan)).toEqual([1, 1]);
  const applied = (program: number) =>
    statementsOf(plan.programs[program]!.body).flatMap((statement) =>
      statement.kind === "let" && statement.expression.kind === "apply" ? [statement.expression.operation] : [],
    );
  expect(applied(0)).toEqual(["exp"]);
  expect(applied(1)).not.toContain("exp");
});

test("transposes, slices, broadcasts and reshapes are index arithmetic", () => {
  const plan = planOf(
    (x, y) => [
      x!
        .transpose()
        .slice([1, 0], [6, 4])
        .add(y!.reshape([5, 1]))
        .reshape([20]),
    ],
    [4, 6],
    [5],
  );
  expect(nestsOf(plan)).toHaveLength(2);
  const flat = planOf(
    (x, y) => [
      x!
        .transpose()
        .slice([1, 0], [6, 4])
        .add(y!.reshape([5, 1])),
    ],
    [4, 6],
    [5],
  );
  expect(nestsOf(flat)).toEqual([1]);
  expect(flat.buffers.map(({ kind }) => kind)).toEqual(["input", "input", "output"]);
});

test("a large product of matrices is a program of its own, of operands where they lie", () => {
  const plan = planOf((x, y) => [x!.matmul(y!.transpose()).relu().sum(1)], [32, 24], [40, 24]);
  expect(nestsOf(plan)).toEqual([1, 1]);
  const [product] = plan.programs[0]!.body;
  expect(product).toMatchObject({
    kind: "multiply",
    x: { lineStride: 24, depthStride: 1 },
    y: { lineStride: 24, depthStride: 1 },
  });
  expect(bytesOf(plan.buffers, "intermediate")).toBe(32 * 40 * 4);
});

test("the description shows programs, loops and scratch", () => {
  const plan = planOf((x) => [x!.softmax()], [2, 3]);
  expect(describePlan(plan)).toMatchInlineSnapshot(`
    "program 1
      for i0 to 2
        %0 = max of
        %1 = 3 i0 : i32
        for i1 to 3
          %2 = input0[%1 + i1] : f32
          max %0 <- %2
        %3 = sum of
        for i2 to 3
          %4 = input0[%1 + i2] : f32
          %5 = sub %4 %0 : f32
          %6 = decay %5 : f32
          scratch2[i2] = %6
          sum %3 <- %6
        %8 = div 1 %3 : f32
        for i3 to 3
          %7 = scratch2[i3] : f32
          %9 = mul %7 %8 : f32
          output0[%1 + i3] = %9
    1 program, 0 bytes between programs, 24 bytes of scratch"
  `);
});

test("a plan of a deep graph is made without deep recursion", () => {
  const plan = planOf((x) => [Array.from({ length: 20_000 }).reduce<Tensor>((sum) => sum.add(1), x!)], [3]);
  expect(nestsOf(plan)).toEqual([1]);
});
