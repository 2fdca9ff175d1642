/** Does an engine stay right over time: in repeated and concurrent runs, across device arrays, after dispose and after errors? */
import {
  type DeviceArray,
  type Engine,
  type NDArray,
  type Tensor,
  add,
  asTensor,
  broadcastTo,
  compile,
  concat,
  evaluate,
  exp,
  expandDims,
  grad,
  mean,
  mul,
  ndarray,
  reshape,
  slice,
  softmax,
  square,
  sub,
  sum,
  transpose,
} from "@symloss/core";
import { type Executable, disposeSymbol, formatDType, prepare } from "@symloss/core/engine";
import type { CaseContext, ConformanceCase } from "./case.ts";
import { type Expected, expectArray, expectArrays, expectError, expectSame, expectThat } from "./compare.ts";
import { arrayOf, sampleArray, vectorOf } from "./data.ts";
import { type TensorFunction, predict, traceOf } from "./oracle/predict.ts";
import { allowedBy, toleranceOf } from "./tolerance.ts";
import { variantOf } from "./variant.ts";

/** The cases of the lifecycle. */
export function lifecycleCases(context: CaseContext): ConformanceCase[] {
  return Object.entries(runs).map(([name, run]) => ({
    name: `lifecycle: ${name}`,
    group: "lifecycle",
    run: (engine) => run(engine, context),
  }));
}

type Run = (engine: Engine, context: CaseContext) => Promise<void>;

const runs: Readonly<Record<string, Run>> = {
  async "a function is compiled once for each list of shapes"(engine) {
    const { counted, count } = counting(engine);
    const compiled = compile(work, { engine: counted });
    for (const length of [3, 7, 3, 7, 3, 1]) await compiled(samples(length));
    expectThat(count() === 3, `three lengths must be compiled three times, got ${count()}.`);
    await compiled.dispose();
  },

  async "functions with equal graphs share what is compiled"(engine) {
    const { counted, count } = counting(engine);
    const first = compile(work, { engine: counted });
    const second = compile((x: Tensor) => work(x), { engine: counted });
    await Promise.all([first(samples(5)), second(samples(5)), first(samples(5))]);
    await first.dispose();
    await expectRun("the second, after the first was disposed", engine, work, [samples(5)], await second(samples(5)));
    await evaluate(work(asTensor(samples(5))), { engine: counted });
    expectThat(count() === 1, `one graph must be compiled once, got ${count()}.`);
    await second.dispose();
  },

  async "lengths that vary are compiled once, if the engine can, or once each"(engine, { traits }) {
    const { counted, count } = counting(engine);
    const dynamic = [
      { argument: 0, axis: 0, name: "batch" },
      { argument: 1, axis: -1, name: "batch" },
    ];
    const step = (x: Tensor, y: Tensor): Tensor[] => [
      sum(mul(x, expandDims(y, 1)), 1),
      grad((given) => mean(square(sub(sum(given, 1), y))))(x),
    ];
    const run = compile((x: Tensor, y: Tensor) => step(x, y), { engine: counted, dynamic });
    const lengths = [4, 1, 7, 4, 33, 7];
    for (const length of lengths) {
      const [x, y] = [sampleArray("float32", [length, 3], length), samples(length, 9)];
      const expected = predict(traceOf(step, [x, y]), [x, y], engine.traits, 4);
      expectArrays(`length ${length}`, await run(x, y), expected);
    }
    const want = traits.namedDimensions ? 1 : new Set(lengths).size;
    expectThat(count() === want, `${lengths.length} calls must be compiled ${want} times, got ${count()}.`);
    await expectError("lengths that differ", () => run(sampleArray("float32", [4, 3], 1), samples(5)), "ShapeError", [
      'argument 1 must have 4 along axis -1, as argument 0 has for "batch", got f32[5]',
    ]);
    await run.dispose();
  },

  async "a second run has its own data"(engine) {
    const compiled = compile(work, { engine });
    for (let seed = 0; seed < 5; seed++) {
      const x = samples(17, seed);
      await expectRun(`run ${seed}`, engine, work, [x], await compiled(x));
    }
    await compiled.dispose();
  },

  async "sizes change from run to run"(engine) {
    const compiled = compile(work, { engine });
    for (const length of [31, 1, 33, 0, 31, 7, 1003, 1]) {
      const x = samples(length, length);
      await expectRun(`length ${length}`, engine, work, [x], await compiled(x));
    }
    await compiled.dispose();
  },

  async "runs at once each have their own data"(engine) {
    const compiled = compile(work, { engine });
    const inputs = Array.from({ length: 20 }, (_, seed) => samples(33, seed));
    const results = await Promise.all(inputs.map((x) => compiled(x)));
    for (const [index, result] of results.entries())
      await expectRun(`run ${index}`, engine, work, [inputs[index]!], result);
    await compiled.dispose();
  },

  async "different functions at once"(engine) {
    const functions: readonly TensorFunction[] = [
      (x) => exp(x),
      (x) => sum(square(x)),
      (x) => softmax(x),
      (x) => sum(mul(reshape(x, [3, 5]), 2), 0),
      (x) => sub(reshape(x, [5, 3]), 1),
    ];
    const compiled = functions.map((fn) => compile((x) => [fn(x)].flat(), { engine }));
    const x = samples(15, 1);
    const results = await Promise.all([...compiled, ...compiled].map((run) => run(x)));
    for (const [index, [result]] of results.entries()) {
      await expectRun(`function ${index % 5}`, engine, functions[index % 5]!, [x], result!);
    }
    for (const one of compiled) await one.dispose();
  },

  async "a thousand runs of several functions and sizes"(engine) {
    const lengths = [1, 7, 33, 130];
    const fns = [(x: Tensor) => mul(x, 3), (x: Tensor) => sum(x), (x: Tensor) => add(x, mean(x))];
    const compiled = fns.map((fn) => compile(fn, { engine }));
    // The same arrays every time, so that an engine that overwrites its inputs is caught too.
    const inputs = lengths.flatMap((length) => Array.from({ length: 5 }, (_, seed) => samples(length, seed)));
    const expected = new Map<string, Expected>();
    for (let turn = 0; turn < 1000; turn++) {
      const [which, input] = [turn % fns.length, (turn * 7) % inputs.length];
      const x = inputs[input]!;
      const key = `function ${which}, input ${input}`;
      if (!expected.has(key)) expected.set(key, predictOne(engine, fns[which]!, [x]));
      expectArray(`run ${turn}, ${key}`, await compiled[which]!(x), expected.get(key)!);
    }
    for (const one of compiled) await one.dispose();
  },

  async "more functions than are kept when idle"(engine) {
    const x = samples(3);
    for (let index = 0; index < 280; index++) {
      expectArray(
        `function ${index}`,
        await evaluate(add(ndarray(x.data), index), { engine }),
        predictOne(engine, (y) => add(y, index), [x]),
      );
    }
    expectArray(
      "the first again",
      await evaluate(add(ndarray(x.data), 0), { engine }),
      predictOne(engine, (y) => add(y, 0), [x]),
    );
  },

  async "results do not alias inputs"(engine) {
    await expectOwnResults(engine, (x) => [x, reshape(x, [2, 3]), broadcastTo(x, [1, 6])]);
  },

  async "results that are slices, turned or joined do not alias inputs"(engine) {
    await expectOwnResults(engine, (x) => [
      slice(reshape(x, [6, 1]), [0, 0], [6, 1]),
      transpose(reshape(x, [1, 6])),
      concat([x]),
    ]);
  },

  async "results do not alias one another"(engine) {
    const compiled = compile(
      (x) => {
        const y = exp(x);
        return [y, y, reshape(y, [3, 2])];
      },
      { engine },
    );
    const x = samples(6);
    const first = await compiled(x);
    const kept = first.map(({ data }) => data.slice());
    first[0]!.data.fill(0);
    expectSame("a result, after another of its run was overwritten", first[1]!, vectorOf(kept[1]!, "float32"));
    expectThat(
      first[2]!.data.every((value, index) => value === kept[2]![index]),
      "a reshaped result must not share its memory, got a change.",
    );
    const second = await compiled(samples(6, 9));
    expectSame("a result, after a later run", first[1]!, vectorOf(kept[1]!, "float32"));
    second[0]!.data.fill(0);
    expectSame("a result, after a later one was overwritten", first[1]!, vectorOf(kept[1]!, "float32"));
    await compiled.dispose();
  },

  async "inputs stay as they are"(engine) {
    const x = sampleArray("float32", [33, 7], 1);
    const before = x.data.slice();
    const compiled = compile((y: Tensor) => [softmax(y), exp(y), sum(y, 0), mul(y, 2)], { engine });
    // The first call may wait for the plan, and pass the engine a copy.
    await compiled(x);
    await compiled(x);
    expectThat(
      x.data.every((value, index) => value === before[index]),
      "an input must stay as it is, got a change.",
    );
    await compiled.dispose();
  },

  async "one array for two arguments, and an argument that is not used"(engine) {
    const fn: TensorFunction = (x, y) => sub(mul(x, 2), y);
    const compiled = compile((...tensors) => fn(...tensors) as Tensor, { engine });
    const x = samples(7);
    await expectRun("x for x and y", engine, fn, [x, x], await compiled(x, x, samples(3)));
    await compiled.dispose();
  },

  async "results are written into arrays that the caller owns"(engine) {
    const fn = (x: Tensor) => [exp(x), sum(x)];
    const compiled = compile(fn, { engine });
    // A view of a larger buffer, with something before and after it.
    const wide = new Float32Array(25).fill(-7);
    const view = wide.subarray(4, 21);
    const total = new Float32Array(1);
    const expectWritten = (x: NDArray) => {
      const expected = predict(
        traceOf((y) => fn(y), [x]),
        [x],
        engine.traits,
      );
      expectArrays("what was written", [ndarray(view), ndarray(total, [])], expected);
    };
    await compiled.into([view, total], samples(17, 2));
    expectWritten(samples(17, 2));
    expectThat(
      [...wide.subarray(0, 4), ...wide.subarray(21)].every((value) => value === -7),
      "what lies around a view must stay as it is, got a change.",
    );
    await compiled(samples(17, 3));
    expectWritten(samples(17, 2));
    await compiled.into([ndarray(view), ndarray(total, [])], samples(17, 3));
    expectWritten(samples(17, 3));
    await compiled.dispose();
  },

  async "integers and bools are written into arrays that the caller owns"(engine) {
    const fn = (x: Tensor) => [x.less(0), x.cast("int32")];
    const compiled = compile(fn, { engine });
    const x = samples(17, 2);
    const outputs = [new Uint8Array(17), new Int32Array(17)] as const;
    await compiled.into([...outputs], x);
    const expected = predict(
      traceOf((y) => fn(y), [x]),
      [x],
      engine.traits,
    );
    expectArrays("what was written", [ndarray(outputs[0], [17], "bool"), ndarray(outputs[1])], expected);
    await compiled.dispose();
  },

  async "arrays that are views of larger ones"(engine) {
    const floats = new Float32Array(40).map((_, index) => index);
    const integers = new Int32Array(40).map((_, index) => 100 + index);
    const bytes = new Uint8Array(41).map((_, index) => index % 2);
    const x = ndarray(floats.subarray(5, 22));
    const y = ndarray(integers.subarray(3, 20));
    const z = arrayOf(bytes.subarray(7, 24), [17], "bool");
    const product: TensorFunction = (a, b, c) => [
      add(a, 1),
      add(b, 1),
      c.logicalNot(),
      add(mul(a, b.cast("float32")), c.cast("float32")),
    ];
    const compiled = compile((...tensors) => [product(...tensors)].flat(), { engine });
    expectArrays("views", await compiled(x, y, z), predict(traceOf(product, [x, y, z]), [x, y, z], engine.traits));
    await compiled.dispose();
  },

  async "an argument that is given back, and a constant"(engine) {
    const fn = (x: Tensor) => ({ given: x, constant: sum(mul(x, 0)).add(4), nested: [x.neg()] });
    const compiled = compile(fn, { engine });
    const x = samples(5);
    const { given, constant, nested } = await compiled(x);
    expectSame("what was given", given, x);
    expectArray("the constant", constant, { shape: [], dtype: "float32", values: [4], allowed: () => 0 });
    expectArray(
      "what is nested",
      nested[0]!,
      predictOne(engine, (y) => y.neg(), [x]),
    );
    await compiled.dispose();
  },

  async "long chains and many arguments"(engine) {
    const chain = (x: Tensor) => Array.from({ length: 300 }).reduce<Tensor>((y) => add(mul(y, 0.5), x), x);
    const x = samples(7);
    const compiledChain = compile(chain, { engine });
    await expectRun("a chain of 600 operations", engine, (y) => chain(y), [x], await compiledChain(x));
    await compiledChain.dispose();
    const many = Array.from({ length: 24 }, (_, seed) => samples(7, seed));
    const total: TensorFunction = (...tensors) => tensors.reduce((left, right) => add(left, right));
    const compiledTotal = compile((...tensors: Tensor[]) => total(...tensors) as Tensor, { engine });
    await expectRun("a sum of 24 arguments", engine, total, many, await compiledTotal(...many));
    await compiledTotal.dispose();
  },

  async "dispose waits for the runs under way, and is done once"(engine) {
    const compiled = compile(work, { engine });
    const x = samples(33);
    const running = [compiled(x), compiled(x), compiled(x)];
    await Promise.all([compiled.dispose(), compiled.dispose()]);
    for (const result of await Promise.all(running)) await expectRun("a run under way", engine, work, [x], result);
    await compiled.dispose();
    await expectError("a call after dispose", () => compiled(x), "DisposedError");
    await expectError("into after dispose", () => compiled.into(new Float32Array(33), x), "DisposedError");
    const again = compile(work, { engine });
    await expectRun("the same function compiled again", engine, work, [x], await again(x));
    await again.dispose();
  },

  async "an executable runs at once, describes itself, and is disposed"(engine) {
    const x = samples(7);
    const executable = await compileDirectly(engine, (y) => [exp(y), sum(y)], [x]);
    expectThat(
      executable.description.trim().length > 0,
      "an executable must describe what was made of the graph, got nothing.",
    );
    const output = [new Float32Array(7), new Float32Array(1)];
    const [plain, written] = await Promise.all([executable.run([x.data]), executable.run([x.data], output)]);
    expectThat(
      written.every((array, index) => array === output[index]),
      "a run must return the outputs that it was given, got others.",
    );
    const expected = predict(
      traceOf((y) => [exp(y), sum(y)], [x]),
      [x],
      engine.traits,
    );
    for (const results of [plain, output]) {
      expectArrays(
        "the results",
        results.map((data, index) => ndarray(data, expected[index]!.shape)),
        expected,
      );
    }
    const underWay = executable.run([x.data]);
    await Promise.all([underWay, executable.dispose(), executable.dispose()]);
    await expectError("a run after dispose", () => executable.run([x.data]), "DisposedError");
    await expectError("a run on the device after dispose", () => executable.runOnDevice([x.data]), "DisposedError");
  },

  async "results of one run stay in different places"(engine) {
    const step = (x: Tensor) => ({ total: sum(square(x)), next: mul(x, 0.5), all: [exp(x), sub(x, 1)] as const });
    const run = compile(step, { engine, results: { total: "host", next: "device", all: ["device", "host"] } });
    const x = samples(33);
    const first = await run(x);
    const { total, next, all } = await run(first.next);
    const halves = ndarray(
      x.data.map((value) => value / 2),
      [33],
    );
    const on = (fn: (given: Tensor) => Tensor) => predictOne(engine, fn, [halves]);
    expectArray(
      "the total",
      total,
      on((given) => sum(square(given))),
    );
    expectArray(
      "the next",
      await readArray(next),
      on((given) => mul(given, 0.5)),
    );
    expectArray("the first of all", await readArray(all[0]), on(exp));
    expectArray(
      "the second of all",
      all[1],
      on((given) => sub(given, 1)),
    );
    for (const handle of [first.next, first.all[0], next, all[0]]) handle.dispose();
    await run.dispose();
  },

  async "a device array gives its only element, and is freed at the end of a block"(engine) {
    const handle = await engine.upload(ndarray([[2.5]]));
    expectThat((await handle.item()) === 2.5, "the element must be 2.5.");
    const pair = await engine.upload(ndarray([1, 2]));
    await expectError("item", () => pair.item(), "ShapeError", ["the array must have one element", "f32[2]"]);
    for (const one of [handle, pair]) one[disposeSymbol]();
    expectThat(handle.disposed && pair.disposed, "a handle must be disposed at the end of its block.");
    await expectError("item", () => handle.item(), "DisposedError", ["read"]);
  },

  async "an engine is disposed once, and not used after"(_, { createEngine }) {
    const engine = await createEngine();
    const x = samples(5);
    const compiled = compile(work, { engine });
    await expectRun("before", engine, work, [x], await compiled(x));
    const handle = await engine.upload(x);
    await engine.dispose();
    await engine.dispose();
    const graph = prepare(
      traceOf((y) => exp(y), [x]),
      engine,
    );
    await expectError("compile after dispose", () => engine.compile(graph), "DisposedError");
    await expectError("upload after dispose", () => engine.upload(x), "DisposedError");
    await expectError("a run after its engine's dispose", () => compiled(x), "DisposedError");
    handle.dispose();
    await compiled.dispose();
  },

  async "two engines side by side"(engine, { createEngine }) {
    const other = await createEngine();
    const x = samples(17);
    const [here, there] = [compile(work, { engine }), compile(work, { engine: other })];
    const results = await Promise.all([here(x), there(x), here(x), there(x)]);
    for (const result of results) await expectRun("a run", engine, work, [x], result);
    await there.dispose();
    await other.dispose();
    await expectRun("a run after the other's dispose", engine, work, [x], await here(x));
    await here.dispose();
  },

  async "after an error engine and function still work"(engine) {
    const pick = (x: Tensor, index: Tensor) => x.takeAlongAxis(index.expandDims(-1), 1).squeeze(1);
    const compiled = compile(pick, { engine });
    const x = sampleArray("float32", [3, 4], 1);
    const good = vectorOf([0, 3, 1], "int32");
    await expectRun("before", engine, (y, z) => pick(y, z), [x, good], await compiled(x, good));
    await expectError("an index out of range", () => compiled(x, vectorOf([0, 4, 1], "int32")), "OutOfRangeError", [
      "takeAlongAxis",
      "4",
    ]);
    await expectError("shapes that do not fit", () => compiled(x, vectorOf([0, 1], "int32")), "ShapeError", [
      "takeAlongAxis",
    ]);
    await expectError("what is no array", () => compiled(x, "none" as never), "DTypeError", ["compile", "argument 1"]);
    await expectRun("after", engine, (y, z) => pick(y, z), [x, good], await compiled(x, good));
    await compiled.dispose();
  },

  async "results stay on the device, and feed the next function"(engine) {
    const first = compile((x: Tensor) => [exp(x), sum(x)], { engine, results: "device" });
    const second = compile((x: Tensor, y: Tensor) => add(mul(x, 2), y), { engine });
    const x = samples(17, 4);
    const [powers, total] = await first(x);
    expectThat(
      powers!.engine === engine && powers!.dtype === "float32" && powers!.shape.join() === "17",
      "a handle must have an engine, a dtype and a shape.",
    );
    const chained: TensorFunction = (y) => add(mul(exp(y), 2), sum(y));
    await expectRun("what was fed on", engine, chained, [x], await second(powers!, total!));
    await expectRun("a handle beside an array", engine, (y) => add(mul(exp(y), 2), y), [x], await second(powers!, x));
    const read = await readArray(powers!);
    expectArray(
      "what is read",
      read,
      predictOne(engine, (y) => exp(y), [x]),
    );
    read.data.fill(0);
    expectArray(
      "what is read again",
      await readArray(powers!),
      predictOne(engine, (y) => exp(y), [x]),
    );
    await first(samples(17, 5));
    expectArray(
      "what is read after a later run",
      await readArray(powers!),
      predictOne(engine, (y) => exp(y), [x]),
    );
    await first.dispose();
    expectArray(
      "what is read after the function's dispose",
      await readArray(powers!),
      predictOne(engine, (y) => exp(y), [x]),
    );
    expectThat(!powers!.disposed, "a handle must not be disposed before its dispose().");
    powers!.dispose();
    powers!.dispose();
    expectThat(powers!.disposed, "a handle must be disposed after its dispose().");
    await expectError("a read after dispose", () => powers!.read(), "DisposedError");
    await expectError("a run with a disposed handle", () => second(total!, powers!), "DisposedError", [
      "compile",
      "argument 1",
    ]);
    expectArray(
      "another handle of that run",
      await readArray(total!),
      predictOne(engine, (y) => sum(y), [x]),
    );
    total!.dispose();
    await second.dispose();
  },

  async "a loop whose state stays on the device"(engine) {
    const loss = (w: Tensor, x: Tensor) => mean(square(sub(exp(mul(mul(x, w), 0.25)), 0.25)));
    const step = (w: Tensor, x: Tensor) => sub(w, mul(grad(loss)(w, x), 0.25));
    const x = sampleArray("float32", [5, 3], 1);
    const start = sampleArray("float32", [3], 2);
    const onHost = compile(step, { engine });
    const onDevice = compile(step, { engine, results: "device" });
    let array = start;
    let handle = await engine.upload(start);
    for (let turn = 0; turn < 10; turn++) {
      array = await onHost(array, x);
      const next = await onDevice(handle, x);
      handle.dispose();
      handle = next;
    }
    const { shape, dtype, data: values } = array;
    const allowed = allowedBy(toleranceOf(engine.traits.precision, dtype), values);
    expectArray("ten steps on the device, as on the host", await readArray(handle), { shape, dtype, values, allowed });
    handle.dispose();
    await onHost.dispose();
    await onDevice.dispose();
  },

  async "what is uploaded is a copy, of every dtype"(engine) {
    const given = compile((x: Tensor) => x, { engine });
    for (const dtype of engine.traits.dtypes) {
      const array = sampleArray(dtype, [2, 3], 1);
      const copy = arrayOf(array.data, [2, 3], dtype);
      const handle = await engine.upload(array);
      array.data.fill(1);
      expectSame(`the ${dtype} that was uploaded`, await readArray(handle), copy);
      expectSame("a run with it", await given(handle), copy);
      handle.dispose();
    }
    await given.dispose();
  },

  async "an upload of anything but an array that it has is refused"(engine) {
    const { dtypes } = engine.traits;
    const upload = (array: unknown) => engine.upload(array as NDArray);
    for (const array of [[1, 2], new Float32Array(2), undefined]) {
      await expectError("an upload", () => upload(array), "DTypeError", ["upload", "NDArray"]);
    }
    for (const dtype of (["float64", "int32", "bool"] as const).filter((one) => !dtypes.includes(one))) {
      await expectError("an upload", () => upload(sampleArray(dtype, [2], 1)), "DTypeError", [
        "upload",
        formatDType(dtype),
      ]);
    }
    const handle = await engine.upload(samples(5));
    expectSame("the next upload", await readArray(handle), samples(5));
    handle.dispose();
  },

  async "a handle of another engine is refused"(engine, { createEngine }) {
    const other = await createEngine();
    const handle = await other.upload(samples(5));
    const compiled = compile(work, { engine });
    await expectError("a run", () => compiled(handle), "EngineError", ["compile", "argument 0"]);
    handle.dispose();
    await other.dispose();
    await expectRun("a run after it", engine, work, [samples(5)], await compiled(samples(5)));
    await compiled.dispose();
  },
};

/** Throws unless results with the numbers of the argument have memory of their own. */
async function expectOwnResults(engine: Engine, fn: (x: Tensor) => Tensor[]): Promise<void> {
  const compiled = compile(fn, { engine });
  const x = samples(6);
  const before = x.data.slice();
  const results = await compiled(x);
  for (const result of results) result.data.fill(-1);
  expectSame("the input, after its results were overwritten", x, vectorOf(before, "float32"));
  const again = await compiled(x);
  x.data.fill(-2);
  for (const { data } of again)
    expectSame("a result, after its input was overwritten", ndarray(data), vectorOf(before, "float32"));
  await compiled.dispose();
}

/** A function with a reduction in the middle, so that mixed-up data shows in every element. */
function work(x: Tensor): Tensor {
  return add(exp(mul(x, 0.5)), sum(x));
}

function samples(length: number, seed = 1): NDArray {
  return sampleArray("float32", [length], seed);
}

async function expectRun(
  what: string,
  engine: Engine,
  fn: TensorFunction,
  arrays: readonly NDArray[],
  got: NDArray,
): Promise<void> {
  expectArray(what, got, predictOne(engine, fn, arrays));
}

/** With the tolerance for simplified graphs. */
function predictOne(engine: Engine, fn: TensorFunction, arrays: readonly NDArray[]): Expected {
  return predict(traceOf(fn, arrays), arrays, engine.traits, 4)[0]!;
}

async function readArray(handle: DeviceArray): Promise<NDArray> {
  return ndarray(await handle.read(), handle.shape, handle.dtype);
}

async function compileDirectly(engine: Engine, fn: TensorFunction, arrays: readonly NDArray[]): Promise<Executable> {
  return engine.compile(prepare(traceOf(fn, arrays), engine));
}

/** The engine, and how often it has compiled. */
function counting(engine: Engine): { counted: Engine; count: () => number } {
  let count = 0;
  const counted = variantOf(engine, {
    compile(graph) {
      count++;
      return engine.compile(graph);
    },
  });
  return { counted, count: () => count };
}
