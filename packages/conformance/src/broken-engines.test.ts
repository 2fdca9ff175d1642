/** Does the suite catch faults? Each engine broken on purpose must fail the named cases, and the intact engine must pass them. */
import {
  type Engine,
  add,
  cast,
  equal,
  exp,
  less,
  log,
  max,
  mul,
  reshape,
  slice,
  sub,
  sum,
  transpose,
  where,
} from "@symloss/core";
import {
  type Executable,
  type Graph,
  Tensor,
  type TypedArray,
  type Value,
  isFloat,
  topologicalOrder,
} from "@symloss/core/engine";
import { cpu } from "@symloss/engine-cpu";
import { describe, expect, test } from "vitest";
import { conformanceCases } from "./index.ts";

const whole: Engine = await cpu();
const cases = conformanceCases(whole, { createEngine: cpu, runs: 20 });

interface Breakage {
  readonly engine: Engine;
  /** The cases that must fail. */
  readonly caughtBy: readonly string[];
}

const breakages: Readonly<Record<string, Breakage>> = {
  "gives the same arrays again": {
    engine: withRun((run) => {
      let first: readonly TypedArray[] | undefined;
      return async (values) => {
        const results = await run(values);
        first ??= results;
        for (const [index, array] of first.entries()) array.set(results[index]!);
        return first;
      };
    }),
    caughtBy: ["lifecycle: results do not alias one another"],
  },
  "gives an input back as a result": {
    engine: withRun((run, graph) => async (values) => {
      const results = await run(values);
      return results.map((result, index) => {
        const input = graph.inputs.indexOf(graph.outputs[index]!);
        return input === -1 ? result : (values[input] as TypedArray);
      });
    }),
    caughtBy: ["lifecycle: results do not alias inputs"],
  },
  "promises what it says it gives at once": {
    engine: withRun((run) => async (values) => run(values)),
    caughtBy: ["lifecycle: nothing that it gives is a promise"],
  },
  "writes into its inputs": {
    engine: withRun((run) => async (values) => {
      const results = await run(values);
      for (const value of values) if (ArrayBuffer.isView(value)) value.fill(0);
      return results;
    }),
    caughtBy: ["lifecycle: inputs stay as they are", "lifecycle: a thousand runs of several functions and sizes"],
  },
  "gives the first run's results again": {
    engine: withRun((run) => {
      let first: readonly TypedArray[] | undefined;
      return async (values) => (first ??= await run(values)).map((array) => array.slice());
    }),
    caughtBy: ["lifecycle: a second run has its own data", "lifecycle: a thousand runs of several functions and sizes"],
  },
  "mixes runs at once": {
    engine: withRun((run) => {
      let latest: readonly Value[] = [];
      return async (values) => {
        latest = values;
        await Promise.resolve();
        return run(latest);
      };
    }),
    caughtBy: ["lifecycle: runs at once each have their own data"],
  },
  "forgets the outputs that it is given": {
    engine: withRun((run) => (values) => run(values)),
    caughtBy: ["lifecycle: results are written into arrays that the caller owns"],
  },
  "runs after dispose": {
    engine: { ...whole, compile: async (graph) => ({ ...(await whole.compile(graph)), dispose: () => undefined }) },
    caughtBy: ["lifecycle: an executable runs at once, describes itself, and is disposed"],
  },
  "adds in float32": {
    engine: withRun((run, graph) => {
      const [output] = graph.outputs;
      const isSum =
        output!.operation === "sum" &&
        output!.inputs[0] === graph.inputs[0] &&
        output!.rank === 0 &&
        output!.dtype === "float32";
      if (!isSum) return run;
      return ([values]) => {
        const total = new Float32Array(1);
        for (const value of values as Float32Array) total[0]! += value;
        return [total];
      };
    }),
    caughtBy: ["operations: sum float32, 1e6 times 0.1", "operations: sum float32, 1e7 times 0.1"],
  },
  "forgets what is left past whole vectors": {
    engine: rewriting({
      sum: (node) => {
        const [x] = node.inputs as [Tensor];
        const length = x.shape.at(-1) as number | undefined;
        const { axes } = node.attributes as { axes: readonly number[] };
        if (length === undefined || length < 4 || length % 4 === 0 || !axes.includes(x.rank - 1)) return undefined;
        const whole4 = slice(
          x,
          x.shape.map(() => 0),
          [...x.shape.slice(0, -1), length - (length % 4)] as number[],
        );
        return sum(whole4, axes);
      },
    }),
    caughtBy: ["operations: sum float32, every set of axes", "properties: graphs that reduce float32"],
  },
  "has no gradients": {
    engine: withRun(
      (run) => async (values) => (await run(values)).map((array, index) => (index === 0 ? array : array.fill(0))),
    ),
    caughtBy: [
      "losses: huber float32, vector",
      "gradients: kinks float32, abs",
      "properties: gradients of elementwise graphs float32",
    ],
  },
  "drops NaN from the largest": {
    engine: rewriting({
      max: (node) => {
        const [x] = node.inputs as [Tensor];
        return isFloat(x.dtype)
          ? max(where(equal(x, x), x, -Infinity), { axis: (node.attributes as { axes: readonly number[] }).axes })
          : undefined;
      },
    }),
    caughtBy: ["operations: max, sum float32 carry NaN and infinities", "gradients: kinks float32, max propagates NaN"],
  },
  "takes the element before": {
    engine: rewriting({
      takeAlongAxis: ({ inputs: [x, indices], attributes, shape, dtype }) => {
        const before = where(equal(indices!, 0), 0, sub(indices!, 1));
        return new Tensor("takeAlongAxis", [x!, before], attributes, shape, dtype);
      },
    }),
    caughtBy: [
      "operations: takeAlongAxis float32, the first and the last",
      "losses: sparseSoftmaxCrossentropyLogits float32, logits",
      "published: 137 float32, keras SparseCategoricalCrossentropy",
    ],
  },
  "subtracts the wrong way round": {
    engine: rewriting({ sub: ({ inputs: [x, y], shape, dtype }) => new Tensor("sub", [y!, x!], {}, shape, dtype) }),
    caughtBy: [
      "operations: sub float32, every size",
      "losses: huber float32, vector",
      "gradients: logSoftmax along every axis float32",
      "passes: folded float32, arithmetic",
    ],
  },
  "rounds to the nearest integer": {
    engine: rewriting({
      cast: ({ inputs: [x], attributes, shape, dtype }) =>
        dtype === "int32" && isFloat(x!.dtype)
          ? new Tensor("cast", [add(x!, 0.5)], attributes, shape, dtype)
          : undefined,
    }),
    caughtBy: [
      "operations: cast float32 to int32, every size and edges",
      "passes: simplified float32, casts there and back",
    ],
  },
  "turns its matrices": {
    engine: rewriting({}, (output) => (output.rank === 2 ? reshape(transpose(output), output.shape) : output)),
    caughtBy: ["operations: transpose float32, along every axis", "losses: squaredDifferences float32, matrix"],
  },
  "takes the last of ties": {
    engine: rewriting({
      argmax: (node) => {
        const [x] = node.inputs as [Tensor];
        const { axis } = node.attributes as { axis: number };
        const length = x.shape[axis] as number;
        const lifted = isFloat(x.dtype) ? add(x, mul(places(length, x.rank, axis), 1e-7)) : x;
        return new Tensor("argmax", [lifted], node.attributes, node.shape, "int32");
      },
    }),
    caughtBy: [
      "operations: argmax and max of ties: the first",
      "gradients: kinks float32, argmax, first of ties, first NaN",
      "losses: accuracy float32, ties go to the first",
    ],
  },
  "overflows in softplus": {
    engine: rewriting({ softplus: ({ inputs: [x] }) => log(add(exp(x!), 1)) }),
    caughtBy: ["operations: softplus float32, edges", "gradients: kinks float32, softplus"],
  },
  "multiplies where it should choose": {
    engine: rewriting({
      where: ({ inputs: [condition, x, y], dtype }) => {
        if (!isFloat(dtype)) return undefined;
        const chosen = cast(condition!, dtype);
        return add(mul(chosen, x!), mul(sub(1, chosen), y!));
      },
    }),
    caughtBy: [
      "operations: where float32, NaN and infinities on the side that is not taken",
      "losses: reduce float32, a masked NaN has no influence",
    ],
  },
  "compares without equality": {
    engine: rewriting({ lessEqual: ({ inputs: [x, y] }) => less(x!, y!) }),
    caughtBy: ["operations: lessEqual float32, edges", "operations: lessEqual int32, edges"],
  },
  "reads its inputs late": {
    engine: withRun((run) => async (values) => {
      await Promise.resolve();
      return run(values);
    }),
    caughtBy: [
      "lifecycle: an argument that changes right after the call, at the first call and later",
      "lifecycle: an argument that changes between calls that overlap",
      "lifecycle: arguments that change right after the call, in records and lists, and as what is written into",
      "lifecycle: labels that change right after the call: what was checked is what runs",
      "lifecycle: an executable reads its values before its run returns",
    ],
  },
  "has rows that depend on the batch": {
    engine: withRun(
      (run, graph) => async (values) =>
        (await run(values)).map((array) =>
          graph.inputs[0]!.shape[0] === 1 && array instanceof Float32Array
            ? array.map((value) => value * (1 + 1e-7))
            : array,
        ),
    ),
    caughtBy: [
      "operations: rows of softmax, with gradients have the same bits in every batch",
      "operations: rows of a product with shared weights have the same bits in every batch",
      "operations: rows of huber, with gradients have the same bits in every batch",
      "operations: rows of vaeGmm symjax, with gradients have the same bits in every batch",
    ],
  },
  "is a little below nothing": {
    engine: withRun(
      (run) => async (values) =>
        (await run(values)).map((array) => array.map((value) => (value === 0 ? -1e-30 : value))),
    ),
    caughtBy: [
      "operations: variance float32 of equal values is nothing",
      "operations: gradients float32 through what is repeated no times are 0",
    ],
  },
  "rounds to millionths": {
    engine: withRun(
      (run) => async (values) =>
        (await run(values)).map((array) =>
          array instanceof Float32Array ? array.map((value) => Math.round(value * 2 ** 20) / 2 ** 20) : array,
        ),
    ),
    caughtBy: ["operations: cross entropy float32 of confident answers, value and gradient"],
  },
  "rounds float64 to float32": {
    engine: withRun(
      (run) => async (values) =>
        (await run(values)).map((array) => (array instanceof Float64Array ? array.map(Math.fround) : array)),
    ),
    caughtBy: [
      "literals beside float64: a number and a list in arithmetic",
      "literals beside float64: a list as an argument of a loss",
      "literals beside float64: a choice between two numbers",
      "literals beside float64: an argument of a compiled function",
      "literals beside float64: a number given to grad, and one that customGradient returns",
      "literals beside float64: a constant that meets float64 later",
    ].map((name) => `operations: ${name}`),
  },
  "has another formula where it takes the largest": {
    engine: rewriting({
      max: (node) => {
        const [x] = node.inputs as [Tensor];
        return isFloat(x.dtype)
          ? new Tensor("max", [mul(x, 1 - 1e-7)], node.attributes, node.shape, node.dtype)
          : undefined;
      },
    }),
    caughtBy: ["operations: the largest less itself float32 is nothing, wherever it is computed"],
  },
  "adds powers without the largest": {
    engine: rewriting({
      logSumExp: ({ inputs: [x], attributes }) => log(sum(exp(x!), (attributes as { axis: number }).axis)),
    }),
    caughtBy: ["operations: logSumExp float32 of infinities and NaN"],
  },
  "forgets what is deeper than 256": {
    engine: rewriting({
      matmul: ({ inputs: [x, y], attributes, shape, dtype }) => {
        const depth = x!.shape.at(-1) as number;
        if (depth <= 256) return undefined;
        const within = (z: Tensor, axis: number) =>
          slice(
            z,
            z.shape.map(() => 0),
            z.shape.with(axis, 256) as number[],
          );
        return new Tensor("matmul", [within(x!, -1), within(y!, -2)], attributes, shape, dtype);
      },
    }),
    caughtBy: ["operations: einsum float32 of unequal ranks and great depth"],
  },
  "makes something of nothing": {
    engine: rewriting({
      sum: (node) => {
        const { axes } = node.attributes as { axes: readonly number[] };
        const isEmpty = axes.some((axis) => node.inputs[0]!.shape[axis] === 0);
        return isEmpty && isFloat(node.dtype) ? add(node, 0.5) : undefined;
      },
    }),
    caughtBy: ["operations: gradients float32 through what is repeated no times are 0"],
  },
  "holds bools as other bytes": {
    engine: withRun(
      (run, graph) => async (values) =>
        (await run(values)).map((array, index) =>
          graph.outputs[index]!.dtype === "bool" ? array.map((byte) => byte * 255) : array,
        ),
    ),
    caughtBy: ["operations: less float32, every size"],
  },
};

describe.each(Object.entries(breakages))("an engine that %s", (_, { engine, caughtBy }) => {
  test.each(caughtBy)("is caught by %s", async (name) => {
    const found = cases.find((one) => one.name === name);
    expect(found?.name).toBe(name);
    await expect(found!.run(engine)).rejects.toMatchObject({ name: "ConformanceError" });
    await expect(found!.run(whole)).resolves.toBeUndefined();
  });
});

type Run = (values: readonly Value[]) => Promise<readonly TypedArray[]> | readonly TypedArray[];

/** The engine with another `run`. */
function withRun(change: (run: Run, graph: Graph) => Run): Engine {
  return {
    ...whole,
    async compile(graph): Promise<Executable> {
      const executable = await whole.compile(graph);
      const run = change((values) => executable.run(values), graph);
      return { ...executable, run };
    },
  };
}

type Rewrites = { readonly [operation: string]: (node: Tensor) => Tensor | undefined };

/** The engine with some nodes rewritten, and perhaps other outputs. */
function rewriting(rewrites: Rewrites, changeOutput: (output: Tensor) => Tensor = (output) => output): Engine {
  return {
    ...whole,
    compile(graph): ReturnType<Engine["compile"]> {
      const results = new Map<Tensor, Tensor>();
      for (const node of topologicalOrder(graph.outputs)) {
        const inputs = node.inputs.map((input) => results.get(input)!);
        const rebuilt =
          inputs.length === 0 ? node : new Tensor(node.operation, inputs, node.attributes, node.shape, node.dtype);
        results.set(node, rewrites[node.operation]?.(rebuilt) ?? rebuilt);
      }
      return whole.compile({
        inputs: graph.inputs,
        outputs: graph.outputs.map((output) => changeOutput(results.get(output)!)),
      });
    },
  };
}

/** 0, 1, 2, .. along an axis. */
function places(length: number, rank: number, axis: number): Tensor {
  const shape = Array.from({ length: rank }, (_, index) => (index === axis ? length : 1));
  return reshape(
    new Float32Array(length).map((_, index) => index),
    shape,
  );
}
