/** Which workloads ask of a graphics card what the others do not? Nobody has written loops by hand for them. */
import { huber, reduce } from "@symloss/losses";
import { randomNumbers, table, withGradients, flat, type Numbers } from "./definition.ts";
import type { Workload, WorkloadKind } from "./workload.ts";

/** What is particular to one of them. */
interface GpuDefinition extends Pick<WorkloadKind, "title" | "rows" | "rowElements"> {
  readonly make: (rows: number, numbers: Numbers) => Pick<Workload, "inputs" | "compute">;
}

/** The side of the matrices. */
const side = 384;

const definitions: Readonly<Record<string, GpuDefinition>> = {
  G1: {
    title: "six small results of a matrix of 64 columns",
    rows: 1024,
    rowElements: 64,
    make: (rows, { floats, normal }) => ({
      inputs: [table(floats(rows * 64, normal), rows)],
      compute: (x) => [x!.mean(), x!.max(), x!.sum(0), x!.max(0), x!.sum(1), x!.softmax(1).mean(0)],
    }),
  },
  G2: {
    title: "huber and the gradients of its sum",
    rows: 2 ** 20,
    rowElements: 1,
    make: (rows, { floats, normal }) => ({
      inputs: [flat(floats(rows, () => 2 * normal())), flat(floats(rows, () => 2 * normal()))],
      compute: (...pair) => {
        const [, ...gradients] = withGradients((y, p) => reduce(huber(y!, p!), { reduction: "sum" }), 0)(...pair);
        return [huber(pair[0]!, pair[1]!), ...gradients];
      },
    }),
  },
  G3: {
    title: `product with a matrix of ${side} x ${side}`,
    rows: side,
    rowElements: side,
    make: (rows, { floats, normal }) => ({
      inputs: [table(floats(rows * side, normal), rows), table(floats(side * side, normal), side)],
      compute: (x, y) => [x!.matmul(y!)],
    }),
  },
};

/** G1 to G3. */
export const gpuKinds: readonly WorkloadKind[] = Object.entries(definitions).map(
  ([name, { title, rows, rowElements, make }]) => ({
    name,
    title,
    groups: ["gpu"],
    rows,
    rowElements,
    step: 1,
    make: (count) => ({ name, title, ...make(count, randomNumbers(12345)) }),
  }),
);
