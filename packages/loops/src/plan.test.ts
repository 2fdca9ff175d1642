import { type Tensor, exp, scan, valueAndGrad, zeros } from "@symloss/core";
import { type DType, type Graph, allOperations, prepare, traceGraph } from "@symloss/core/engine";
import {
  accuracy,
  explainedVariance,
  huber,
  reduce,
  sigmoidCrossentropyLogits,
  sparseSoftmaxCrossentropyLogits,
  vae,
  vaeGmm,
} from "@symloss/losses";
import { describe, expect, test } from "vitest";
import {
  type LoopPlan,
  type Statement,
  allStatements,
  bytesOf,
  describePlan,
  planLoops,
  productBlock,
} from "./index.ts";

const engine = {
  name: "test",
  traits: {
    dtypes: ["float32", "float64", "int32", "bool"] as const,
    operations: allOperations,
    namedDimensions: false,
  },
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

function planOf(fn: (...inputs: Tensor[]) => readonly Tensor[], ...specs: Spec[]): LoopPlan<number> {
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
function nestsOf({ programs }: LoopPlan<number>): number[] {
  return programs.map(({ body }) => body.filter(({ kind }) => kind === "loop" || kind === "multiply").length);
}

const rows: Spec[] = [{ shape: [64], dtype: "int32" }, [64, 100]];
const crossEntropy = (labels: Tensor, logits: Tensor): Tensor => sparseSoftmaxCrossentropyLogits(labels, logits);
type Seven = [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
const mixture: Spec[] = [[64, 50], [64, 50], [64, 8], [64, 8], [5, 8], [5, 8], [5]];

describe("one program", () => {
  const cases: Record<string, LoopPlan<number>> = {
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

test("a mean that is needed element by element takes a pass of its own, but for the variance of many", () => {
  const explained = (count: number) => nestsOf(planOf((y, p) => [explainedVariance(y!, p!)], [count], [count]));
  expect([explained(1000), explained(5000)]).toEqual([[1, 1], [1]]);
});

test("what does not change with the batch is computed once, before it", () => {
  const plan = planOf((x, y) => [x!.sub(exp(y!)).square().sum(1)], [64, 100], [100]);
  expect(nestsOf(plan)).toEqual([1, 1]);
  const applied = (program: number) =>
    allStatements(plan.programs[program]!.body).flatMap((statement) =>
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

describe("memory beside inputs and outputs", () => {
  const elbo = (x: Tensor, xHat: Tensor, qMean: Tensor, qLogVariance: Tensor): Tensor => {
    const divergence = exp(qLogVariance).add(qMean.square()).sub(1).sub(qLogVariance).sum(1);
    return xHat.sub(x).square().sum(1).add(divergence).mul(0.5).mean();
  };
  const responsibilities = (z: Tensor, mu: Tensor, logVariance: Tensor, logPi: Tensor): Tensor => {
    const distance = z.expandDims(1).sub(mu).square().mul(exp(logVariance.neg()));
    return distance.add(logVariance).sum(2).mul(-0.5).add(logPi).softmax(1);
  };
  const cases: readonly { name: string; plan: LoopPlan<number>; between: number; scratch: number }[] = [
    {
      name: "an evidence lower bound with gradients needs a row for what both sides of the batch share",
      plan: planOf(
        withGradients((...given) => elbo(...(given as [Tensor, Tensor, Tensor, Tensor])), 1),
        [64, 50],
        [64, 50],
        [64, 8],
        [64, 8],
      ),
      between: 0,
      scratch: 8 * 50,
    },
    {
      name: "mixture responsibilities need the parameters once more, and two rows",
      plan: planOf(
        (...given) => [responsibilities(...(given as [Tensor, Tensor, Tensor, Tensor]))],
        [64, 8],
        [5, 8],
        [5, 8],
        [5],
      ),
      between: 8 * (5 * 8 + 5),
      scratch: 2 * 8 * 5,
    },
    {
      name: "accuracy needs nothing",
      plan: planOf((targets, scores) => [accuracy(targets!, scores!)], { shape: [64], dtype: "int32" }, [64, 100]),
      between: 0,
      scratch: 0,
    },
    {
      name: "explained variance needs its two means",
      plan: planOf((targets, predictions) => [explainedVariance(targets!, predictions!)], [1000], [1000]),
      between: 8 * 2,
      scratch: 0,
    },
  ];

  test.each(cases)("$name", ({ plan, between, scratch }) => {
    expect(bytesOf(plan.buffers, "intermediate")).toBeLessThanOrEqual(between);
    expect(bytesOf(plan.buffers, "scratch")).toBeLessThanOrEqual(scratch);
  });
});

describe("neighbouring axes that always walk together are one loop", () => {
  const extentsOf = (plan: LoopPlan<number>): number[] =>
    plan.programs
      .flatMap(({ body }) => allStatements(body))
      .flatMap((statement) => (statement.kind === "loop" ? [statement.extent] : []));

  test.each([
    { name: "elementwise", plan: planOf((y, p) => [huber(y!, p!)], [40, 3, 2], [40, 3, 2]), extents: [240] },
    {
      name: "reduced to one number",
      plan: planOf((y, p) => [reduce(huber(y!, p!))], [40, 2], [40, 2]),
      extents: [80],
    },
    { name: "of a batch", plan: planOf((x) => [x!.square().sum([1, 2])], [7, 5, 3]), extents: [7, 15] },
    { name: "reshaped in part", plan: planOf((x) => [exp(x!).reshape([4, 2, 3])], [8, 3]), extents: [4, 2, 3] },
    { name: "broadcast along one", plan: planOf((x, y) => [x!.add(y!)], [40, 9], [9]), extents: [40, 9] },
    { name: "one moved along itself", plan: planOf((x) => [x!.slice([1, 0], [5, 3])], [6, 3]), extents: [4, 3] },
    {
      name: "one padded",
      plan: planOf((x) => [x!.pad([0, 1], [0, 0])], [6, 3]),
      extents: [6, 4],
    },
    { name: "transposed", plan: planOf((x) => [x!.add(x!.transpose())], [6, 6]), extents: [6, 6] },
    { name: "searched along one", plan: planOf((x) => [x!.argmax(2)], [4, 5, 9]), extents: [20, 9] },
  ])("$name", ({ plan, extents }) => {
    expect(extentsOf(plan)).toEqual(extents);
  });
});

describe("a loop over a few in a loop over many", () => {
  const overlap = (x: Tensor, y: Tensor): Tensor => x.mul(y).sum(1);
  const statements = (plan: LoopPlan<number>) => plan.programs.flatMap(({ body }) => allStatements(body));
  const loops = (plan: LoopPlan<number>): number[] =>
    statements(plan).flatMap((one) => (one.kind === "loop" ? [one.extent] : []));

  test("is written out, and what it adds up stays in registers", () => {
    const plan = planOf((x, y) => [overlap(x!, y!)], [2, 500, 3], [2, 500, 3]);
    // The last one stores what is known of each class.
    expect(loops(plan)).toEqual([2, 500, 3]);
    expect(statements(plan).filter(({ kind }) => kind === "accumulator")).toHaveLength(3);
  });

  test.each([
    { name: "a loop over more", shapes: [2, 500, 9] },
    { name: "a loop in a short one", shapes: [2, 5, 3] },
  ])("but not $name", ({ shapes }) => {
    const plan = planOf((x, y) => [overlap(x!, y!)], shapes, shapes);
    expect(loops(plan)).toContain(shapes[2]);
    expect(statements(plan).filter(({ kind }) => kind === "accumulator")).toHaveLength(0);
  });
});

test("a sum that is read at two places is summed once", () => {
  const plan = planOf(
    (x) => {
      const distances = x!.expandDims(1).sub(x!).square().sum(-1);
      return [distances.max(0).add(distances.max(1))];
    },
    [20, 30],
  );
  const sums = plan.programs
    .flatMap(({ body }) => allStatements(body))
    .filter((one) => one.kind === "accumulate" && one.reduction === "sum");
  expect(sums).toHaveLength(1);
});

describe("a large product of matrices", () => {
  const shapes = [[32, 24], [24, 40], [40], [32, 40]] as const;

  function productsOf({ programs }: LoopPlan<number>): Extract<Statement, { kind: "multiply" }>[] {
    return programs.flatMap(({ body }) => allStatements(body)).filter((statement) => statement.kind === "multiply");
  }

  test("reads its operands where they lie, and computes them as it packs them", () => {
    const plan = planOf((x, y) => [exp(x!).matmul(y!.transpose())], [32, 24], [40, 24]);
    expect(nestsOf(plan)).toEqual([1]);
    expect(bytesOf(plan.buffers, "intermediate")).toBe(0);
    const [{ rows, columns }] = productsOf(plan) as [Extract<Statement, { kind: "multiply" }>];
    expect([...rows.line.body, ...rows.depth.body]).toContainEqual(
      expect.objectContaining({ expression: expect.objectContaining({ operation: "exp" }) as unknown }),
    );
    expect(columns).toMatchObject({ count: 40 });
  });

  test("is one program with what is done to each element, up to sums of them", () => {
    const loss = (x: Tensor, w: Tensor, b: Tensor, y: Tensor): Tensor =>
      x.matmul(w).add(b).relu().sub(y).square().mean();
    const plan = planOf((...given) => [loss(...(given as [Tensor, Tensor, Tensor, Tensor]))], ...shapes);
    expect(nestsOf(plan)).toEqual([1]);
    expect(bytesOf(plan.buffers, "intermediate")).toBe(0);
  });

  test("is kept where rows of it are walked again", () => {
    const plan = planOf((x, w) => [x!.matmul(w!).softmax(1)], ...shapes.slice(0, 2));
    expect(nestsOf(plan)).toEqual([1, 1]);
    expect(plan.buffers.filter(({ kind }) => kind === "intermediate")).toContainEqual(
      expect.objectContaining({ size: 32 * 40, dtype: "float32" }),
    );
  });

  test("fills an output that is wanted, and is used there", () => {
    const plan = planOf(
      (x, w) => {
        const product = x!.matmul(w!);
        return [product, product.relu()];
      },
      ...shapes.slice(0, 2),
    );
    expect(nestsOf(plan)).toEqual([1]);
    expect(bytesOf(plan.buffers, "intermediate")).toBe(0);
  });

  test("works in blocks that all products of a plan share, and that the description counts", () => {
    const plan = planOf((x, w) => [x!.matmul(w!), w!.matmul(x!)], [300, 300], [300, 300]);
    expect(productsOf(plan)).toHaveLength(2);
    const { rows, columns, depth } = productBlock;
    const bytes = 8 * (rows * depth + columns * depth + rows * columns);
    expect(bytesOf(plan.buffers, "scratch")).toBe(bytes);
    expect(describePlan(plan)).toContain(`${bytes} bytes of scratch`);
  });

  test("in a batch takes the loop of the batch around it", () => {
    const plan = planOf((x, y) => [x!.matmul(y!).relu()], [3, 32, 24], [3, 24, 40]);
    expect(nestsOf(plan)).toEqual([1]);
    expect(plan.programs[0]!.body.map(({ kind }) => kind)).toEqual(["loop"]);
    expect(bytesOf(plan.buffers, "intermediate")).toBe(0);
  });
});

test("the description shows programs, loops and scratch", () => {
  const plan = planOf((x) => [x!.softmax()], [2, 3]);
  expect(describePlan(plan)).toMatchInlineSnapshot(`
    "loops
      for a to 2
        for b to 3
          max
        for b to 3
          sum
        for b to 3
          store output0
    program 1
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
          %6 = expNonPositive %5 : f32
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

test("a deep graph becomes programs of some hundred statements each, one loop after the other", () => {
  const plan = planOf((x) => [Array.from({ length: 5000 }).reduce<Tensor>((sum) => sum.add(1), x!)], [3]);
  expect(nestsOf(plan)).toEqual(Array.from({ length: 13 }, () => 1));
  for (const { body } of plan.programs) expect(allStatements(body).length).toBeLessThan(420);
  expect(plan.buffers.filter(({ unrounded }) => unrounded === "float32")).toHaveLength(12);
});

describe("a scan", () => {
  const running = (x: Tensor): Tensor[] => {
    const [total, sums] = scan((carry, row) => [carry.add(row), carry.mul(row)], zeros([3]), x);
    return [total, sums.exp()];
  };

  test("is programs that run once for each step, between those that run once", () => {
    const { parts, programs } = planOf((x) => running(x!), [4, 3]);
    expect(parts.map(({ kind }) => kind)).toEqual(["programs", "repetition", "programs"]);
    expect(parts[1]).toMatchObject({ length: 4, reverse: false, parts: [{ kind: "programs", programs: [1] }] });
    expect(programs).toHaveLength(4);
  });

  test("has as many programs and statements, whatever its length", () => {
    const statements = (length: number): number[] =>
      planOf(
        withGradients((x) => running(x!)[1]!.sum()),
        [length, 3],
      ).programs.map(({ body }) => allStatements(body).length);
    expect(statements(1000)).toEqual(statements(3));
  });

  test("keeps two carries, or all of them if they are wanted, and copies none", () => {
    const bytes = (fn: (...inputs: Tensor[]) => readonly Tensor[]): number =>
      bytesOf(planOf(fn, [50, 8]).buffers, "lasting");
    const last = (x: Tensor): Tensor => scan((carry, row) => [carry.mul(row).exp()], zeros([8]), x)[0];
    expect(bytes((x) => [last(x!)])).toBe(2 * 8 * 4);
    // The carries before each step and the last one, and two gradients of carries.
    expect(bytes(withGradients((x) => last(x!).sum()))).toBe((51 * 8 + 2 * 8) * 4);
  });

  test("writes what its steps give where it belongs", () => {
    const { buffers, parts } = planOf((x) => [scan((_, row) => [{}, row.exp()], {}, x!)[1]], [4, 3]);
    expect(buffers.map(({ kind }) => kind).toSorted()).toEqual(["counter", "counter", "input", "output"]);
    expect(parts).toHaveLength(1);
  });

  test("is told of with its steps", () => {
    expect(describePlan(planOf((x) => running(x!), [4, 3]))).toContain("\n  4 steps\n    for a to 3\n");
  });
});
