/** Does planning take the same for each node of a large graph as of a small one? Counted is how often maps and sets are asked, which is no matter of time. */
import { type Tensor, asTensor, tanh, valueAndGrad } from "@symloss/core";
import { type Graph, allOperations, prepare, topologicalOrder, traceGraph } from "@symloss/core/engine";
import { expect, test } from "vitest";
import { allStatements, planLoops } from "./index.ts";

const engine = {
  name: "test",
  traits: {
    dtypes: ["float32", "float64", "int32", "bool"] as const,
    operations: allOperations,
    namedDimensions: false,
  },
};

type Tensors = Readonly<Record<string, Tensor>>;
type Shapes = Readonly<Record<string, readonly number[]>>;

function trace(compute: (given: Tensors) => unknown, shapes: Shapes): Graph {
  const specs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }]));
  return prepare(traceGraph("test", compute as never, specs), engine);
}

function chainOf(step: (x: Tensor) => Tensor): (steps: number) => Graph {
  return (steps) =>
    trace(({ x }) => Array.from({ length: steps }).reduce<Tensor>((last) => step(last), x!), { x: [8, 5] });
}

function inputs(count: number): Shapes {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`x${index}`, [3 + (index % 50), 5]]));
}

function recurrent(step: (input: Tensor, state: Tensor, weights: Tensors) => Tensor): (steps: number) => Graph {
  const shapes = { a: [3, 8], b: [8, 8], c: [8] };
  return (steps) =>
    trace(
      ({ x, ...weights }) =>
        valueAndGrad((given: Tensors) => {
          let state = asTensor(0).broadcastTo([4, 8]);
          for (let at = 0; at < steps; at++)
            state = step(x!.slice([at, 0, 0], [at + 1, 4, 3]).reshape([4, 3]), state, given);
          return state.square().mean();
        })(weights),
      { x: [steps, 4, 3], ...shapes },
    );
}

const families: Readonly<Record<string, { readonly steps: number; readonly graph: (steps: number) => Graph }>> = {
  "elementwise operations on end": { steps: 700, graph: chainOf((x) => tanh(x.mul(x.add(1)))) },
  "softmaxes on end": { steps: 300, graph: chainOf((x) => x.softmax()) },
  "means on end": { steps: 200, graph: chainOf((x) => x.sub(x.mean({ axis: 1, keepAxes: true }))) },
  "means of all on end": { steps: 250, graph: chainOf((x) => x.add(x.mean())) },
  "many results of one input": {
    steps: 300,
    graph: (count) =>
      trace(({ x }) => Array.from({ length: count }, (_, index) => x!.mul(index).sum(1)), { x: [8, 5] }),
  },
  "a result of each of many inputs": {
    steps: 250,
    graph: (count) => trace((given) => Object.values(given).map((x) => x.square().mean()), inputs(count)),
  },
  "one result of many inputs": {
    steps: 250,
    graph: (count) =>
      trace((given) => Object.values(given).reduce((sum, x) => sum.add(x.square().mean()), asTensor(0)), inputs(count)),
  },
  "the gradient of a recurrent net": {
    steps: 40,
    graph: recurrent((input, state, { a, b, c }) => tanh(input.matmul(a!).add(state.matmul(b!)).add(c!))),
  },
  "the gradient of a net that takes what it forgets from its state": {
    steps: 60,
    graph: recurrent((input, state, { a, b, c }) => {
      const gate = input.matmul(a!).add(state.matmul(b!)).sigmoid();
      return state.mul(gate).add(gate.mul(c!));
    }),
  },
};

test.each(Object.entries(families))("%s: four times the graph takes four times the work", (_, { steps, graph }) => {
  const [small, large] = [steps, 4 * steps].map((count) => {
    const made = graph(count);
    return lookUpsOf(() => planLoops(made)) / topologicalOrder(made.outputs).length;
  });
  // 4 to the power of 0.15
  expect(large! / small!).toBeLessThan(1.23);
});

test("what a recurrence has computed is not computed again at every step after it", () => {
  const statements = [30, 120].map((steps) => {
    const plan = planLoops(memory(steps));
    return plan.programs.flatMap(({ body }) => allStatements(body)).length / steps;
  });
  expect(statements[1]! / statements[0]!).toBeLessThan(1.5);
});

/** A memory that is changed step by step, and read at each by a product that stores what it reads. */
function memory(steps: number): Graph {
  return trace(
    ({ x, w }) => {
      let [state, kept] = [x!, x!];
      for (let step = 0; step < steps; step++) {
        const gate = state.matmul(w!);
        kept = kept.mul(gate.sigmoid()).add(tanh(gate));
        state = tanh(kept);
      }
      return state;
    },
    { x: [4, 8], w: [8, 8] },
  );
}

/** How often a function asks a map or a set, or adds to one. */
function lookUpsOf(fn: () => unknown): number {
  let count = 0;
  const restore = [
    ...(["get", "has", "set"] as const).map((name) => counting(Map.prototype as never, name, () => count++)),
    ...(["has", "add"] as const).map((name) => counting(Set.prototype as never, name, () => count++)),
  ];
  try {
    fn();
  } finally {
    for (const undo of restore) undo();
  }
  return count;
}

type Methods = Record<string, (...given: unknown[]) => unknown>;

function counting(prototype: Methods, name: string, note: () => void): () => void {
  const original = prototype[name]!;
  prototype[name] = function (...given) {
    note();
    return original.apply(this, given);
  };
  return () => {
    prototype[name] = original;
  };
}
