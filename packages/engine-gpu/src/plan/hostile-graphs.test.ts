import { asTensor, concat, expandDims, pad, slice, sum, takeAlongAxis } from "@symloss/core";
import { type Graph, type Operation, Tensor, prepare, traceGraph } from "@symloss/core/engine";
import { describe, expect, test } from "vitest";
import { gpuTraits } from "../traits.ts";
import { planGraph } from "./plan.ts";

const hostile = "(globalThis.ran=1)";
const limits = { inputs: 15, outputs: 8, textureSize: 4096, elements: 2 ** 24, indices: 2 ** 31 - 1, packed: true };

/** A node that tracing never makes. */
function node(operation: string, inputs: readonly Tensor[], attributes: object, shape: readonly unknown[]): Tensor {
  return new Tensor(operation as Operation, inputs, attributes as never, shape as number[], "float32");
}

const x = node("input", [], { name: hostile, shape: [4], dtype: "float32" }, [4]);
const twoAxes = node("reshape", [x], { shape: [2, 2] }, [2, 2]);
const constant = (data: unknown, shape: readonly unknown[]): Tensor =>
  node("constant", [], { data, shape, dtype: "float32" }, shape);

/** All kernels as text; nothing if the graph is refused. */
function kernelsOf(graph: Graph, destination: "host" | "device"): string {
  try {
    return JSON.stringify(planGraph(graph, limits, destination).kernels);
  } catch {
    return "";
  }
}

/** Graphs with text where numbers belong. */
const graphs: Readonly<Record<string, () => Tensor>> = {
  "a constant": () => node("add", [x, node("broadcastTo", [constant([hostile], [])], { shape: [4] }, [4])], {}, [4]),
  "a constant of many": () => node("add", [x, constant([hostile, 1, 2, 3], [4])], {}, [4]),
  "a constant of another size": () => constant(Float32Array.of(1, 2), [4]),
  "an iota": () => node("iota", [], { size: hostile }, [hostile]),
  "an iota of numbers by its shape": () => node("iota", [], { size: hostile }, [4]),
  "a slice": () => node("slice", [x], { starts: [hostile], stops: [4] }, [2]),
  "a slice by its shape": () => node("slice", [x], { starts: [1], stops: [hostile] }, [hostile]),
  "a pad": () => node("pad", [x], { before: [hostile], after: [1] }, [6]),
  "a reshape": () => node("reshape", [x], { shape: [hostile] }, [hostile]),
  "a broadcast": () => node("broadcastTo", [x], { shape: [hostile, 4] }, [hostile, 4]),
  "a transpose": () => node("transpose", [twoAxes], { permutation: [hostile, 0] }, [2, 2]),
  "a sum": () => node("sum", [twoAxes], { axes: [hostile] }, [2]),
  "a softmax": () => node("softmax", [twoAxes], { axis: hostile }, [2, 2]),
  "a concat": () => node("concat", [x, x], { axis: hostile }, [8]),
  "a gather": () => node("takeAlongAxis", [x, x], { axis: hostile }, [4]),
  "a cast": () => node("cast", [x], { dtype: hostile }, [4]),
  "an operation": () => node(hostile, [x], {}, [4]),
  "an operation of every object": () => node("toString", [x], {}, [4]),
  "an input": () => node("add", [x, node("input", [], { name: hostile }, [hostile])], {}, [4]),
};

describe("a graph made by hand, with text in", () => {
  test.each(Object.keys(graphs))("%s, never gets it into a kernel", (name) => {
    const graph: Graph = { inputs: [x], outputs: [graphs[name]!()] };
    for (const destination of ["host", "device"] as const) {
      expect(kernelsOf(graph, destination)).not.toContain("globalThis");
    }
  });

  test.each(["a constant", "a constant of many", "a constant of another size", "an iota", "a reshape", "an operation"])(
    "%s, is refused by name",
    (name) => {
      const graph: Graph = { inputs: [x], outputs: [graphs[name]!()] };
      expect(() => planGraph(graph, limits, "host")).toThrow(expect.objectContaining({ name: "EngineError" }));
    },
  );
});

test("a kernel is made of words that this package knows", () => {
  const known =
    /^(function|const|let|for|if|return|Math|max|min|abs|exp|sqrt|column|row|quotient|remainder|pick|toIndex|toNumber|isBelow|isWithin|choose\w*|is\w+|\w+Of|truncated|infinity|notANumber|output\d|[aistv]\d+|e)$/;
  const steps = ({ x, y, i }: Record<string, Tensor>) => [
    takeAlongAxis(concat([x!, pad(slice(y!, [1, 0], [3, 4]), [1, 0], [0, 2])], 1), i!, 1),
    x!
      .softmax()
      .sub(1)
      .pow(2.5)
      .greater(0.1)
      .cast("float32")
      .mul(NaN)
      .add(asTensor([[1], [2], [3]])),
    sum(expandDims(x!, 0), 1).sign().log().tanh(),
  ];
  const graph = prepare(
    traceGraph("test", steps as never, {
      x: { shape: [3, 4] },
      y: { shape: [4, 4] },
      i: { shape: [3, 5], dtype: "int32" },
    }),
    { name: "gpu", traits: gpuTraits },
  );
  for (const { source: text } of planGraph(graph, limits, "host").kernels) {
    expect(text).not.toMatch(/["'`\\]/);
    for (const [word] of text.matchAll(/[A-Za-z]\w*/g)) expect(word).toMatch(known);
  }
});
