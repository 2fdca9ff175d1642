/** When is an argument read, and who owns memory? A call computes with the values that its arguments hold when it is called. */
import {
  type Engine,
  type NDArray,
  type Tensor,
  add,
  asTensor,
  compile,
  evaluate,
  exp,
  mul,
  ndarray,
  square,
  sum,
} from "@symloss/core";
import { formatType, prepare } from "@symloss/core/engine";
import { sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import type { ConformanceCase } from "./case.ts";
import { type Expected, expectArray, expectError, expectThat } from "./compare.ts";
import { arrayOf, sampleArray, vectorOf } from "./data.ts";
import { type TensorFunction, predict, traceOf } from "./oracle/predict.ts";
import { allowedBy, toleranceOf } from "./tolerance.ts";

/** The cases of when arguments are read, and of shared memory. */
export function timingCases(): ConformanceCase[] {
  return Object.entries(runs).map(([name, run]) => ({ name: `lifecycle: ${name}`, group: "lifecycle", run }));
}

const runs: Readonly<Record<string, (engine: Engine) => Promise<void>>> = {
  async "an argument that changes right after the call, at the first call and later"(engine) {
    const compiled = compile(work, { engine });
    for (const turn of ["the first", "the second", "the third"]) {
      const x = samples(1003);
      const expected = predictOne(engine, work, x);
      const result = compiled(x);
      x.data.fill(100);
      expectArray(`the result of ${turn} call, whose argument was overwritten`, await result, expected);
    }
    await compiled.dispose();
  },

  async "an argument that changes between calls that overlap"(engine) {
    const compiled = compile(work, { engine });
    const x = new Float32Array(1003);
    const calls = [1, 2, 3, 4, 5].map((seed) => {
      const values = samples(1003, seed);
      x.set(values.data);
      return { expected: predictOne(engine, work, values), result: compiled(ndarray(x)) };
    });
    x.fill(100);
    for (const [index, { expected, result }] of calls.entries()) {
      expectArray(`the result of call ${index}, whose argument was overwritten by the next`, await result, expected);
    }
    await compiled.dispose();
  },

  async "arguments that change right after the call, in records and lists, and as what is written into"(engine) {
    const fn = ({ x, list }: { readonly x: Tensor; readonly list: readonly Tensor[] }) => add(mul(x, 2), list[0]!);
    const compiled = compile(fn, { engine });
    const output = new Float32Array(7);
    for (let turn = 0; turn < 2; turn++) {
      const [x, y] = [samples(7, 1), samples(7, 2)];
      const [expected] = predict(
        traceOf((a, b) => fn({ x: a!, list: [b!] }), [x, y]),
        [x, y],
        engine.traits,
        slack,
      );
      const done = compiled.into(output, { x, list: [y] });
      x.data.fill(100);
      y.data.fill(100);
      await done;
      expectArray(`what was written by call ${turn}`, ndarray(output), expected!);
    }
    await compiled.dispose();
  },

  async "an argument that changes right after a call whose results stay on the device"(engine) {
    const compiled = compile(work, { engine, results: "device" });
    for (let turn = 0; turn < 2; turn++) {
      const x = samples(33);
      const expected = predictOne(engine, work, x);
      const running = compiled(x);
      x.data.fill(100);
      const handle = await running;
      expectArray(`the result of call ${turn}`, ndarray(await handle.read(), handle.shape, handle.dtype), expected);
      handle.dispose();
    }
    await compiled.dispose();
  },

  async "labels that change right after the call: what was checked is what runs"(engine) {
    const compiled = compile((y: Tensor, logits: Tensor) => sparseSoftmaxCrossentropyLogits(y, logits), { engine });
    const logits = sampleArray("float32", [64, 10], 1);
    for (let turn = 0; turn < 3; turn++) {
      const labels = Int32Array.from({ length: 64 }, (_, index) => (index * 7) % 10);
      const arrays = [ndarray(labels.slice()), arrayOf(logits.data, [64, 10], "float32")];
      const [expected] = predict(
        traceOf((y, x) => sparseSoftmaxCrossentropyLogits(y!, x!), arrays),
        arrays,
        engine.traits,
        slack,
      );
      const result = compiled(ndarray(labels), logits);
      labels.fill(999);
      expectArray(`the loss of call ${turn}, whose labels were overwritten`, await result, expected!);
    }
    await compiled.dispose();
  },

  async "an executable reads its values before its run returns"(engine) {
    const executable = await engine.compile(
      prepare(
        traceOf((x) => work(x!), [samples(1003)]),
        engine,
      ),
    );
    const x = samples(1003).data.slice() as Float32Array;
    const expected = predictOne(engine, work, samples(1003));
    const results = [1, 2, 3].map(() => executable.run([x]));
    const handles = executable.runOnDevice([x]);
    x.fill(100);
    for (const result of results) expectArray("a run", ndarray((await result)[0]!), expected);
    const [handle] = await handles;
    expectArray("a run on the device", ndarray(await handle!.read()), expected);
    handle!.dispose();
    await executable.dispose();
  },

  async "a constant that changes after the tensor was made"(engine) {
    const data = samples(7).data.slice() as Float32Array;
    const tensor = work(asTensor(data));
    const expected = predictOne(engine, work, samples(7));
    data.fill(100);
    expectArray("the value of the expression", await evaluate(tensor, { engine }), expected);
    const value = evaluate(work(asTensor(samples(7))), { engine });
    expectArray("the value again", await value, expected);
  },

  async "results written over an argument, and over a part of it, are as if it had been copied"(engine) {
    const fn = (x: Tensor) => add(mul(x, 2), sum(square(x)));
    const compiled = compile(fn, { engine });
    for (let turn = 0; turn < 2; turn++) {
      const same = samples(33).data.slice() as Float32Array;
      await compiled.into(same, same);
      expectArray("what was written over the argument", ndarray(same), predictOne(engine, fn, samples(33)));
      for (const [from, to] of [
        [0, 1],
        [1, 0],
        [0, 17],
      ] as const) {
        const wide = new Float32Array(64);
        wide.set(samples(33).data, from);
        await compiled.into(wide.subarray(to, to + 33), wide.subarray(from, from + 33));
        const got = ndarray(wide.slice(to, to + 33));
        expectArray(`what was written ${to - from} elements further on`, got, predictOne(engine, fn, samples(33)));
      }
    }
    await compiled.dispose();
  },

  async "two results written over two arguments that are each other's"(engine) {
    const compiled = compile((x: Tensor, y: Tensor) => [add(y, sum(y)), add(x, sum(x))], { engine });
    const [x, y] = [samples(33, 1), samples(33, 2)];
    const plusSum = (z: Tensor) => add(z, sum(z));
    const expected = [predictOne(engine, plusSum, samples(33, 2)), predictOne(engine, plusSum, samples(33, 1))];
    await compiled.into([x, y], x, y);
    expectArray("the first", x, expected[0]!);
    expectArray("the second", y, expected[1]!);
    await compiled.dispose();
  },

  async "two results that would be written into one memory are refused"(engine) {
    const compiled = compile((x: Tensor) => [mul(x, 2), mul(x, 3)], { engine });
    const x = samples(7);
    const wide = new Float32Array(20);
    for (const [first, second] of [
      [wide.subarray(0, 7), wide.subarray(0, 7)],
      [wide.subarray(0, 7), wide.subarray(6, 13)],
    ] as const) {
      await expectError("into", () => compiled.into([first, second], x), "ShapeError", ["into", "outputs"]);
      expectThat(
        wide.every((value) => value === 0),
        "what is refused must write nothing, got a change.",
      );
    }
    await compiled.into([wide.subarray(0, 7), wide.subarray(7, 14)], x);
    const twice = (y: Tensor) => mul(y, 2);
    expectArray("two that lie beside each other", ndarray(wide.slice(0, 7)), predictOne(engine, twice, x));
    await compiled.dispose();
  },

  async "shapes that the user changes after a call"(engine) {
    const fn = (x: Tensor) => sum(exp(x), 0);
    const compiled = compile(fn, { engine });
    const shape = [2, 3];
    const x = ndarray(samples(6).data, shape);
    const first = await compiled(x);
    shape.reverse();
    attempt(() => (x.shape as number[]).reverse());
    attempt(() => ((first.shape as number[])[0] = 99));
    const again = arrayOf(samples(6).data, [2, 3], "float32");
    expectArray("a later call of the first shape", await compiled(again), predictOne(engine, fn, again));
    const turned = arrayOf(samples(6).data, [3, 2], "float32");
    expectArray("a later call of the other", await compiled(turned), predictOne(engine, fn, turned));
    const types = compile((y: Tensor) => [mul(y, 2), mul(y, 3)], { engine });
    const [one, other] = await types(again);
    attempt(() => ((one!.shape as number[])[0] = 99));
    expectThat(
      other!.shape.join() === "2,3",
      `another result must keep its shape, got ${formatType(other!.dtype, other!.shape)}.`,
    );
    expectThat((await types(again))[0]!.shape.join() === "2,3", "a later result must keep its shape, got a change.");
    await types.dispose();
    await compiled.dispose();
  },
};

/** A function with a reduction in the middle, so that an element read late shows in every result. */
function work(x: Tensor): Tensor {
  return add(exp(mul(x, 0.5)), sum(x));
}

function samples(length: number, seed = 1): NDArray {
  return vectorOf(sampleArray("float32", [length], seed).data, "float32");
}

/** With the tolerance for simplified graphs. */
const slack = 4;

function predictOne(engine: Engine, fn: TensorFunction, x: NDArray): Expected {
  const [expected] = predict(traceOf(fn, [x]), [x], engine.traits, slack);
  const tolerance = allowedBy(toleranceOf(engine.traits.precision, expected!.dtype), expected!.values);
  return { ...expected!, allowed: (index) => expected!.allowed(index) + tolerance(index) };
}

/** Makes a change, unless what it changes is frozen. */
function attempt(change: () => unknown): void {
  try {
    change();
  } catch {
    // It is frozen.
  }
}
