import { cpu } from "@symloss/engine-cpu";
import { afterAll, describe, expect, expectTypeOf, test } from "vitest";
import { HostDeviceArray, hostEngine } from "../engine.ts";
import {
  type DeviceArray,
  type Engine,
  type NDArray,
  OutOfRangeError,
  type SyncDeviceArray,
  type Tensor,
  compile,
  compileSync,
  ndarray,
  upload,
  valueAndGrad,
} from "../index.ts";

const engine = await cpu();
afterAll(() => engine.dispose());

interface Model {
  readonly weights: Tensor;
  readonly bias: Tensor;
}

const step = ({ weights, bias }: Model, x: Tensor) => ({
  loss: weights.mul(x).sum().add(bias),
  model: { weights: weights.mul(2), bias: bias.add(1) },
});

describe("parts of the results", () => {
  test("stay where they are wanted, by name", async () => {
    const run = compile(step, { engine, results: { loss: "host", model: "device" } });
    const first = await run({ weights: [1, 2], bias: 0 }, [1, 1]);
    expectTypeOf(first).toEqualTypeOf<{ loss: NDArray; model: { weights: DeviceArray; bias: DeviceArray } }>();
    const second = await run(first.model, [1, 1]);
    expect([first.loss.item(), second.loss.item(), await second.model.bias.item()]).toEqual([3, 7, 2]);
  });

  test("are on the host if they are not named", async () => {
    const run = compile(step, { engine, results: { model: { weights: "device" } } });
    const { loss, model } = await run({ weights: [1, 2], bias: 0 }, [1, 1]);
    expectTypeOf(loss).toEqualTypeOf<NDArray>();
    expectTypeOf(model).toEqualTypeOf<{ weights: DeviceArray; bias: NDArray }>();
    expect([loss.item(), model.bias.item(), ...(await model.weights.read())]).toEqual([3, 1, 2, 4]);
  });

  test("stay where they are wanted, by position, at once", () => {
    const run = compileSync(
      valueAndGrad((x: Tensor) => x.square().sum()),
      { engine, results: ["host", "device"] },
    );
    const [value, slope] = run([1, 2]);
    expectTypeOf(value).toEqualTypeOf<NDArray>();
    expectTypeOf(slope).toEqualTypeOf<SyncDeviceArray>();
    expect([value.item(), ...slope.read()]).toEqual([5, 2, 4]);
    const lists = compile((x: Tensor) => [x, x.neg()], { engine, results: ["host", "host"] });
    expectTypeOf(lists).returns.resolves.toEqualTypeOf<NDArray[]>();
  });

  test("are refused where the results have no such parts", async () => {
    const call = (results: unknown) =>
      compile(step, { engine, results: results as "host" })({ weights: [1], bias: 0 }, 1);
    await expect(call({ loss: "host", modle: "device" })).rejects.toThrow(
      'compile: results must be among loss, model, got "modle". Did you mean model?',
    );
    await expect(call({ loss: { value: "host" } })).rejects.toThrow(
      'compile: results.loss must be "host" or "device", for it is one array, got a record of value.',
    );
    await expect(call(["host", "device"])).rejects.toThrow(
      "compile: results must be a record of loss, model, as the function returns one, got a list.",
    );
    const pair = compileSync((x: Tensor) => [x, [x]] as const, { engine, results: ["host", ["host", "host"]] });
    expect(() => pair(1)).toThrow(
      "compileSync: results[1] must be a list of 1, as the function returns one, got a list of 2.",
    );
    for (const wrong of ["gpu", null, ["host", 3], { loss: undefined }, () => "host"]) {
      expect(() => compile(step, { engine, results: wrong as "host" })).toThrow(OutOfRangeError);
    }
    const itself: unknown[] = [];
    itself.push(itself);
    expect(() => compile(step, { engine, results: itself as ["host"] })).toThrow(
      'compile: results must be "host", "device", or a list or record of these, got a list.',
    );
  });

  test("are not written into arrays", async () => {
    const run = compile((x: Tensor) => [x, x] as const, { engine, results: ["host", "device"] });
    await expect(run.into([new Float32Array(1), new Float32Array(1)], [1])).rejects.toThrow(
      'compile: results must be "host" to use into, got a list.',
    );
  });

  test("leave nothing on the device if one can't be read", async () => {
    const held: FailingArray[] = [];
    const failing = failingEngine(held);
    const run = compile((x: Tensor) => [x.neg(), x.exp()] as const, { engine: failing, results: ["device", "host"] });
    await expect(run([1])).rejects.toThrow('read: engine "failing" (none) failed: the device is gone');
    expect(held.map(({ disposed }) => disposed)).toEqual([true, true]);
    const atOnce = compileSync((x: Tensor) => [x.neg(), x.exp()] as const, {
      engine: failing,
      results: ["device", "host"],
    });
    expect(() => atOnce([1])).toThrow("the device is gone");
    expect(held.map(({ disposed }) => disposed)).toEqual([true, true, true, true]);
  });
});

class FailingArray extends HostDeviceArray {
  override read(): never {
    throw new Error("the device is gone");
  }
}

/** An engine whose results can't be read. */
function failingEngine(held: FailingArray[]): Engine {
  const made = hostEngine({
    name: "failing",
    device: "none",
    traits: engine.traits,
    compile: () => ({ description: "", bytes: 0, run: () => [] }),
  });
  return {
    ...made,
    compile: (graph) => ({
      description: "",
      bytes: 0,
      run: () => [],
      runOnDevice: () => {
        const results = graph.outputs.map(({ dtype }) => new FailingArray(made, new Float32Array(1), [1], dtype));
        held.push(...results);
        return results;
      },
      dispose: () => {},
    }),
  };
}

describe("what is freed at the end of a block", () => {
  test("is whatever has a dispose()", async () => {
    const handle = await upload([1], { engine });
    handle[Symbol.dispose]();
    expect(handle.disposed).toBe(true);
    const run = compile((x: Tensor) => x.neg(), { engine });
    await run[Symbol.asyncDispose]();
    await expect(run([1])).rejects.toThrow("has been disposed");
    const atOnce = compileSync((x: Tensor) => x.neg(), { engine });
    atOnce[Symbol.dispose]();
    expect(() => atOnce([1])).toThrow("has been disposed");
    const own = await cpu();
    await own[Symbol.asyncDispose]();
    expect(() => own.upload(ndarray([1]))).toThrow('engine "cpu" has been disposed');
  });

  test("fits into using", () => {
    expectTypeOf<DeviceArray>().toExtend<Disposable>();
    expectTypeOf<Engine>().toExtend<AsyncDisposable>();
    expectTypeOf(compile((x: Tensor) => x, { engine })).toExtend<AsyncDisposable>();
    expectTypeOf(compileSync((x: Tensor) => x, { engine })).toExtend<Disposable>();
  });
});

test("a device array gives its only element", async () => {
  const [one, two] = await upload([ndarray([[5]]), ndarray([1, 2])], { engine });
  expect(await one!.item()).toBe(5);
  expect(() => two!.item()).toThrow("item: the array must have one element, got f32[2].");
  one!.dispose();
  expect(() => one!.item()).toThrow("read: the device array f32[1,1] has been disposed.");
});
