/** Is a function of a batch what the function is for each example: for every operation, in random graphs, for every loss, with gradients? */
import { type NDArray, type Tensor, compile, compileSync, grad, ndarray, sum, vmap } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { type LossName, elementTraits, losses } from "@symloss/losses";
import fc from "fast-check";
import { expect, test } from "vitest";
import { lossSamples } from "../src/samples.ts";
import { madeOperations, makers } from "../src/random/makers.ts";
import { type Program, arraysOf, functionOf, programs, scalarOf, smallShapes } from "../src/random/program.ts";

const engine = await cpu({ mode: "interpreter" });
const batchSize = 3;
type Fn = (...args: Tensor[]) => readonly Tensor[];

/** Whether the function for a batch gives what it gives for each example; `shared` are the arguments that all examples have in common. */
function expectRows(fn: Fn, examples: readonly (readonly NDArray[])[], shared: readonly boolean[]): void {
  const single = compileSync((...args: Tensor[]) => [...fn(...args)], { engine });
  const rows = examples.map((arrays) =>
    single(...arrays.map((array, index) => (shared[index] ? examples[0]![index]! : array))),
  );
  const axes = shared.map((isShared) => (isShared ? null : 0));
  const mapped = compileSync(
    (...args: Tensor[]) => vmap((...given: Tensor[]) => [...fn(...given)], { in: axes })(...args),
    {
      engine,
    },
  );
  const whole = examples[0]!.map((first, index) =>
    shared[index] ? first : stackArrays(examples.map((arrays) => arrays[index]!)),
  );
  for (const [index, result] of mapped(...whole).entries()) {
    const wanted = stackArrays(rows.map((row) => row[index]!));
    expect(result.shape).toEqual(wanted.shape);
    expect(result.dtype).toBe(wanted.dtype);
    expect(farthest(result, wanted)).toBeLessThanOrEqual(1e-9);
  }
  single.dispose();
  mapped.dispose();
}

function stackArrays(arrays: readonly NDArray[]): NDArray {
  const [{ shape, dtype }] = arrays as readonly [NDArray];
  const data = arrays.flatMap((array) => Array.from(array.data));
  return ndarray(dtype === "int32" ? Int32Array.from(data) : Float64Array.from(data), [arrays.length, ...shape], dtype);
}

/** The largest distance, as a share of the larger, or of 1. The same is no distance, whatever it is. */
function farthest(got: NDArray, want: NDArray): number {
  const distances = Array.from(want.data, (value, index) => {
    const other = got.data[index]!;
    return Object.is(value + 0, other + 0) ? 0 : Math.abs(other - value) / Math.max(1, Math.abs(value));
  });
  return distances.reduce((left, right) => (Number.isNaN(right) ? Infinity : Math.max(left, right)), 0);
}

function checkProgram(program: Program, operations: readonly (keyof typeof makers)[], differentiate: boolean): void {
  const own = operations.flatMap((operation) => makers[operation]);
  const fn = functionOf({ ...program, order: 0 }, own, "float64");
  const examples = Array.from({ length: batchSize }, (_, row) =>
    arraysOf({ ...program, seed: program.seed + row }, "float64"),
  );
  const shared = program.shapes.map((_, index) => index > 0 && (program.seed >> index) % 2 === 1);
  const listed: Fn = (...args) => [fn(...args)].flat();
  if (!differentiate) return expectRows(listed, examples, shared);
  const scalar = (...args: Tensor[]): Tensor => scalarOf(listed(...args), "float64");
  expectRows((...args) => grad(scalar, { wrt: args.map((_, index) => index) })(...args), examples, shared);
}

const arbitrary = programs({ shapes: smallShapes, fills: ["spread", "ties", "special"], orders: [0] });

function holds(operations: readonly (keyof typeof makers)[], differentiate: boolean, numRuns: number): void {
  fc.assert(
    fc.property(arbitrary, (program) => checkProgram(program, operations, differentiate)),
    { numRuns, seed: numRuns },
  );
}

test.each(madeOperations)("%s is the same for each example", (operation) => {
  // With others around it, so that some operands are shared and some are not.
  holds([operation, operation, operation, "add", "reshape", "broadcastTo"], false, 6);
});

test("graphs of everything are the same for each example", () => {
  holds(madeOperations, false, 40);
});

test("gradients of graphs of everything are the same for each example", () => {
  holds(madeOperations, true, 20);
});

test.each(Object.keys(losses) as LossName[])("%s is the same for each example, with its gradients", (name) => {
  for (const { inputs, options } of lossSamples(name, { lengths: { batch: 2, classes: 3 } })) {
    const { arguments: wanted } = losses[name].definition;
    const arrays = wanted.filter((argument) => typeof inputs[argument.name] !== "number");
    const counts = Object.fromEntries(Object.entries(inputs).filter(([, value]) => typeof value === "number"));
    const valueOf = (args: readonly Tensor[]): readonly Tensor[] => {
      const named = Object.fromEntries(arrays.map((argument, index) => [argument.name, args[index]!]));
      const result = losses[name]({ ...named, ...counts }, options);
      return Object.values("dtype" in result ? { result: result as Tensor } : result);
    };
    const wrt = arrays.flatMap(({ differentiable }, index) => (differentiable ? [index] : []));
    const fn: Fn = (...args) => [
      ...valueOf(args),
      ...(wrt.length === 0 ? [] : grad((...given: Tensor[]) => sum(valueOf(given)[0]!), { wrt })(...args)),
    ];
    const examples = [1, 0.5].map((factor) =>
      arrays.map((argument) => {
        const { data, shape, dtype } = inputs[argument.name] as NDArray;
        if (!elementTraits[argument.elements].isFloat) return ndarray(data, shape, dtype);
        // Only what may be any number may be halved.
        const scale = argument.elements === "float" ? factor : 1;
        return ndarray(
          Float64Array.from(data, (value) => value * scale),
          shape,
        );
      }),
    );
    expectRows(
      fn,
      examples,
      arrays.map(() => false),
    );
  }
});

test("it nests, with axes of its own, and goes into gradients", async () => {
  const outer = vmap((x: Tensor) => vmap((y: Tensor) => x.mul(y).sum(), { in: 1 })(x), { out: 1 });
  const nested = compile((x: Tensor) => outer(x), { engine });
  const x = [
    [
      [1, 2],
      [3, 4],
    ],
    [
      [5, 6],
      [7, 8],
    ],
  ];
  expect((await nested(x)).shape).toEqual([2, 2]);
  const slope = compile(
    grad((given: Tensor) => vmap((row: Tensor) => row.square().sum())(given).sum()),
    { engine },
  );
  expect(
    (
      await slope([
        [1, 2],
        [3, 4],
      ])
    ).toArray(),
  ).toEqual([
    [2, 4],
    [6, 8],
  ]);
});
