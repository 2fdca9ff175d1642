/** How does the time to compile grow with the graph? A power of the number of nodes, fitted for graphs of several kinds. */
import { type DType, type Tensor, asTensor, tanh, valueAndGrad } from "@symloss/core";
import { type Graph, prepare, topologicalOrder, traceGraph } from "@symloss/core/engine";
import { sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import { type EngineName, engineTable } from "../engines.ts";

type Tensors = Readonly<Record<string, Tensor>>;
type Specs = Readonly<Record<string, { readonly shape: readonly number[]; readonly dtype?: DType }>>;

/** Graphs of one kind: of how many steps, and about how many nodes a step has. */
interface Family {
  readonly nodesPerStep: number;
  readonly graph: (steps: number) => Graph;
}

/** The kinds of graphs, by the names that are asked for. */
export const families: Readonly<Record<string, Family>> = {
  elementwise: { nodesPerStep: 5, graph: chainOf((x, step) => tanh(x.mul(x.add(step)))) },
  softmax: { nodesPerStep: 1, graph: chainOf((x) => x.softmax()) },
  mean: { nodesPerStep: 5, graph: chainOf((x) => x.sub(x.mean({ axis: 1, keepAxes: true }))) },
  outputs: { nodesPerStep: 7, graph: manyOutputs },
  recurrent: { nodesPerStep: 23, graph: recurrentNet },
  gated: { nodesPerStep: 91, graph: gatedNet },
  perceptron: { nodesPerStep: 14, graph: deepPerceptron },
};

/** About so many nodes have the graphs of a family. */
const sizes = [625, 1250, 2500, 5000, 10_000];

const [warmUp, repeats] = [2, 5];

/** Prints the times of a family, and the power with which they grow: the least that the processor took, for a clock tells what else runs. */
export async function measureGrowth(name: string, engineName: EngineName): Promise<void> {
  const { nodesPerStep, graph } = families[name]!;
  const engine = await engineTable[engineName].make();
  const graphs = sizes.map((size) => prepare(graph(Math.round(size / nodesPerStep)), engine));
  const times = graphs.map(() => Infinity);
  // V8 goes on optimising for a while: all graphs are compiled before any time counts, and all in each round.
  for (let round = -warmUp; round < repeats; round++) {
    for (const [index, prepared] of graphs.entries()) {
      const start = process.cpuUsage();
      const executable = await engine.compile(prepared);
      const { user, system } = process.cpuUsage(start);
      if (round >= 0) times[index] = Math.min(times[index]!, (user + system) / 1000);
      await executable.dispose();
    }
  }
  const points = graphs.map(({ outputs }, index) => ({ nodes: topologicalOrder(outputs).length, time: times[index]! }));
  const { power, determination } = fitPower(points);
  const shown = points.map(({ nodes, time }) => `${nodes} nodes ${time.toFixed(0)} ms`).join(", ");
  console.log(`${name.padEnd(12)} power ${power.toFixed(2)} R2 ${determination.toFixed(3)}  ${shown}`);
  await engine.dispose();
}

/** How many milliseconds a graph of so many nodes takes. */
export interface Point {
  readonly nodes: number;
  readonly time: number;
}

/** The power of the nodes that the time is in proportion to, and which share of the variance of the logarithms that explains. */
export function fitPower(points: readonly Point[]): { readonly power: number; readonly determination: number } {
  const xs = points.map(({ nodes }) => Math.log(nodes));
  const ys = points.map(({ time }) => Math.log(time));
  const [x, y] = [meanOf(xs), meanOf(ys)];
  const covariance = meanOf(xs.map((value, index) => (value - x) * (ys[index]! - y)));
  const [xVariance, yVariance] = [
    meanOf(xs.map((value) => (value - x) ** 2)),
    meanOf(ys.map((value) => (value - y) ** 2)),
  ];
  return { power: covariance / xVariance, determination: covariance ** 2 / (xVariance * yVariance) };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function trace(compute: (given: Tensors) => unknown, specs: Specs): Graph {
  return traceGraph("growth", compute as never, specs);
}

/** A matrix, on which a step is done again and again. */
function chainOf(step: (x: Tensor, position: number) => Tensor): Family["graph"] {
  return (steps) =>
    trace(({ x }) => Array.from({ length: steps }).reduce<Tensor>((last, _, index) => step(last, index), x!), {
      x: { shape: [8, 5] },
    });
}

/** As many inputs of their own shapes, and of each a result. */
function manyOutputs(count: number): Graph {
  const specs = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`x${index}`, { shape: [3 + (index % 50), 5] }]),
  );
  return trace(
    (given) =>
      Object.values(given).map((x, index) =>
        x
          .mul(index + 1)
          .square()
          .mean(),
      ),
    specs,
  );
}

/** The gradient of a recurrent net, by the weights. */
function recurrentNet(steps: number): Graph {
  return trace(
    ({ x, ...weights }) =>
      valueAndGrad(({ fromInput, fromState, bias }: Tensors) => {
        let state = zeros([4, 8]);
        for (let step = 0; step < steps; step++) {
          const input = inputAt(x!, step).matmul(fromInput!);
          state = tanh(input.add(state.matmul(fromState!)).add(bias!));
        }
        return state.square().mean();
      })(weights),
    { x: { shape: [steps, 4, 3] }, fromInput: { shape: [3, 8] }, fromState: { shape: [8, 8] }, bias: { shape: [8] } },
  );
}

/** The gradient of a net of long short-term memory with a loss at each step, by the weights. */
function gatedNet(steps: number): Graph {
  const specs = {
    x: { shape: [steps, 4, 3] },
    labels: { shape: [steps, 4], dtype: "int32" as const },
    fromInput: { shape: [3, 32] },
    fromState: { shape: [8, 32] },
    bias: { shape: [32] },
    toLogits: { shape: [8, 5] },
  };
  return trace(
    ({ x, labels, ...weights }) =>
      valueAndGrad(({ fromInput, fromState, bias, toLogits }: Tensors) => {
        let [state, memory] = [zeros([4, 8]), zeros([4, 8])];
        let loss = asTensor(0);
        for (let step = 0; step < steps; step++) {
          const gates = inputAt(x!, step).matmul(fromInput!).add(state.matmul(fromState!)).add(bias!);
          const gate = (number: number): Tensor => gates.slice([0, 8 * number], [4, 8 * number + 8]);
          memory = memory.mul(gate(0).sigmoid()).add(
            gate(1)
              .sigmoid()
              .mul(tanh(gate(2))),
          );
          state = gate(3).sigmoid().mul(tanh(memory));
          const label = labels!.slice([step, 0], [step + 1, 4]).reshape([4]);
          loss = loss.add(sparseSoftmaxCrossentropyLogits(label, state.matmul(toLogits!)).mean());
        }
        return loss;
      })(weights),
    specs,
  );
}

/** The gradient of a perceptron of so many layers, by the weights. */
function deepPerceptron(layers: number): Graph {
  const weights = Array.from({ length: layers }, (_, layer): [string, { shape: number[] }][] => [
    [`weight${layer}`, { shape: [8, 8] }],
    [`bias${layer}`, { shape: [8] }],
  ]);
  const specs: Specs = {
    x: { shape: [16, 8] },
    labels: { shape: [16], dtype: "int32" },
    ...Object.fromEntries(weights.flat()),
  };
  return trace(({ x, labels, ...variables }) => {
    const loss = (given: Tensors): Tensor => {
      let hidden = x!;
      for (let layer = 0; layer < layers; layer++)
        hidden = hidden.relu().matmul(given[`weight${layer}`]!).add(given[`bias${layer}`]!);
      return sparseSoftmaxCrossentropyLogits(labels!, hidden).mean();
    };
    return valueAndGrad(loss)(variables);
  }, specs);
}

function zeros(shape: readonly number[]): Tensor {
  return asTensor(0).broadcastTo(shape);
}

/** What a recurrent net reads at a step. */
function inputAt(x: Tensor, step: number): Tensor {
  return x.slice([step, 0, 0], [step + 1, 4, 3]).reshape([4, 3]);
}
