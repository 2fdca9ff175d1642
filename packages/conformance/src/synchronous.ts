/** Does an engine that declares `synchronous` compute before it returns, with the results that it has when it is awaited? */
import {
  type Engine,
  type NDArray,
  type Tensor,
  compile,
  compileSync,
  concat,
  evaluateSync,
  exp,
  mul,
  ndarray,
  square,
  sub,
  sum,
  valueAndGrad,
} from "@symloss/core";
import { prepare } from "@symloss/core/engine";
import { sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import type { CaseContext, ConformanceCase } from "./case.ts";
import { expectError, expectSame, expectThat } from "./compare.ts";
import { sampleArray } from "./data.ts";
import { traceOf } from "./oracle/predict.ts";

/** The cases of calls that are not awaited; of any other engine, that it is refused. */
export function synchronousCases({ traits }: CaseContext): ConformanceCase[] {
  return Object.entries(traits.synchronous ? synchronousRuns : asynchronousRuns).map(([name, run]) => ({
    name: `lifecycle: ${name}`,
    group: "lifecycle",
    run,
  }));
}

type Runs = Readonly<Record<string, (engine: Engine) => Promise<void>>>;

const asynchronousRuns: Runs = {
  async "a call that can't be awaited is refused"(engine) {
    const message = `the engine must be one that computes before it returns, as cpu and wasm do, got engine "${engine.name}"`;
    await expectError("compileSync", () => compileSync(work, { engine }), "EngineError", [message]);
    await expectError("evaluateSync", () => evaluateSync(exp([1]), { engine }), "EngineError", [message]);
  },
};

const synchronousRuns: Runs = {
  async "nothing that it gives is a promise"(engine) {
    const x = samples(33);
    const given: Record<string, unknown> = {};
    const executable = (given["compile"] = engine.compile(prepare(traceOf(work, [x]), engine)));
    expectSettled(given);
    const program = executable as Exclude<typeof executable, Promise<unknown>>;
    const handle = engine.upload(x) as Exclude<ReturnType<Engine["upload"]>, Promise<unknown>>;
    expectSettled({ upload: handle });
    const results = program.runOnDevice([handle]) as Exclude<ReturnType<typeof program.runOnDevice>, Promise<unknown>>;
    expectSettled({ run: program.run([x.data]), "run on a device array": program.run([handle]), runOnDevice: results });
    expectSettled(Object.fromEntries(results.map((result, index) => [`read of result ${index}`, result.read()])));
    for (const array of [handle, ...results]) array.dispose();
    expectSettled({ dispose: program.dispose() });
  },

  async "results are those of calls that are awaited"(engine) {
    const [awaited, direct] = [compile(work, { engine }), compileSync(work, { engine })];
    for (const length of [33, 1, 0, 1003, 33]) {
      const x = samples(length);
      const [want, got] = [await awaited(x), direct(x)];
      for (const [index, array] of want.entries()) expectSame(`result ${index} of ${length}`, got[index]!, array);
    }
    await awaited.dispose();
    direct.dispose();
  },

  async "gradients, several arguments, and results in given arrays"(engine) {
    const step = valueAndGrad((logits: Tensor, labels: Tensor) => sum(sparseSoftmaxCrossentropyLogits(labels, logits)));
    const [awaited, direct] = [compile(step, { engine }), compileSync(step, { engine })];
    const [logits, labels] = [ndarray(samples(12).data, [4, 3]), ndarray([2, 0, 1, 1])];
    const [value, gradient] = await awaited(logits, labels);
    const into = [ndarray([0]), ndarray(new Float32Array(12), [4, 3])] as const;
    const scalar = ndarray(into[0].data, []);
    direct.into([scalar, into[1]], logits, labels);
    expectSame("the value", scalar, value);
    expectSame("the gradient", into[1], gradient);
    await expectError("a label out of range", () => direct(logits, [2, 0, 3, 1]), "OutOfRangeError", [
      "labels must be integers from 0 to 2, got 3",
    ]);
    expectSame("the value after an error", direct(logits, labels)[0], value);
    await awaited.dispose();
    direct.dispose();
  },

  async "results that stay on the device, and are read at once"(engine) {
    const step = compileSync((x: Tensor) => sub(x, mul(x, 0.5)), { engine, results: "device" });
    const x = samples(33);
    let held = step(x);
    for (let turn = 1; turn < 4; turn++) {
      const next = step(held);
      held.dispose();
      held = next;
    }
    const halves = x.data.map((value) => value / 16);
    expectSame("four halvings", ndarray(held.read(), [33]), ndarray(halves, [33]));
    held.dispose();
    step.dispose();
  },

  async "an expression"(engine) {
    const value = evaluateSync(sum([1, 2, 3]), { engine });
    expectThat(value.item() === 6, `the sum must be 6, got ${value.item()}.`);
  },

  async "a disposed function is refused"(engine) {
    const step = compileSync(work, { engine });
    step(samples(3));
    step.dispose();
    step.dispose();
    await expectError("a call", () => step(samples(3)), "DisposedError", [
      "compileSync: the function has been disposed.",
    ]);
  },
};

function work(x: Tensor): Tensor[] {
  return [exp(x), sum(square(x)), concat([x, mul(x, 2)], 0)];
}

function samples(length: number): NDArray {
  return sampleArray("float32", [length], 1);
}

function expectSettled(values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    const isPromise = typeof (value as { readonly then?: unknown } | null | undefined)?.then === "function";
    expectThat(!isPromise, `${name} must give its result at once, got a promise.`);
  }
}
