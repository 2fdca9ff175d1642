/** How are nodes created, each only once? Nodes with the same value everywhere are folded immediately. */
import { sizeOf } from "@symloss/core/engine";
import type { Formula } from "./formulas.ts";
import { constantIndex, shift } from "./index-expression.ts";
import {
  type ConcatNode,
  type GatherNode,
  type IotaNode,
  type KernelNode,
  type LiteralNode,
  type MapNode,
  type PadNode,
  type PartialNode,
  type ReduceNode,
  type SourceNode,
  type StoredNode,
  type ViewNode,
  reducedLength,
} from "./node.ts";
import { positionBeforeReshape } from "./reshape.ts";
import type { Reducer } from "./statement.ts";

/** Creates nodes, each only once. */
export interface NodeBuilder {
  readonly source: (slot: number, shape: readonly number[]) => KernelNode;
  readonly literal: (value: number, shape: readonly number[]) => KernelNode;
  readonly iota: (size: number) => KernelNode;
  readonly map: (formula: Formula, inputs: readonly KernelNode[]) => KernelNode;
  readonly reshape: (x: KernelNode, shape: readonly number[]) => KernelNode;
  readonly transpose: (x: KernelNode, permutation: readonly number[]) => KernelNode;
  readonly broadcastTo: (x: KernelNode, shape: readonly number[]) => KernelNode;
  readonly slice: (x: KernelNode, starts: readonly number[], shape: readonly number[]) => KernelNode;
  readonly pad: (x: KernelNode, before: readonly number[], shape: readonly number[]) => KernelNode;
  readonly concat: (inputs: readonly KernelNode[], axis: number) => KernelNode;
  readonly gather: (x: KernelNode, indices: KernelNode, axis: number) => KernelNode;
  readonly stored: (x: KernelNode) => KernelNode;
  readonly reduce: (reducer: Reducer, x: KernelNode, axes: readonly number[]) => KernelNode;
  readonly partial: (reducer: Reducer, x: KernelNode, axes: readonly number[], chunk: number) => KernelNode;
}

/** An empty builder. */
export function makeNodeBuilder(): NodeBuilder {
  const make = makeOnce();
  return { ...leaves(make), ...elementwise(make), ...views(make), ...joins(make), ...reductions(make) };
}

/** The fields of a kind of node beyond the common ones. */
type Own<V extends KernelNode> = V extends KernelNode
  ? Omit<V, "id" | "inputs" | "size"> & { readonly inputs?: readonly KernelNode[] }
  : never;

/** Creates a node, or returns the equal one that already exists. */
type Make = <N extends KernelNode>(own: Own<N>) => KernelNode;

function makeOnce(): Make {
  const known = new Map<string, KernelNode>();
  return (own) => {
    const { inputs = [], shape, kind, ...rest } = own as Own<ViewNode>;
    const fields = Object.entries(rest).filter(([, field]) => typeof field !== "function");
    const key = `${kind}(${inputs.map(({ id }) => id).join()})${shape.join()}|${fields.map(fieldKey).join()}`;
    let node = known.get(key);
    if (node === undefined) {
      node = { ...own, inputs, id: known.size, size: sizeOf(shape) } as unknown as KernelNode;
      known.set(key, node);
    }
    return node;
  };
}

function fieldKey([name, field]: [string, unknown]): string {
  if (name === "formula") return `formula=${(field as Formula).name}`;
  return `${name}=${Object.is(field, -0) ? "-0" : String(field)}`;
}

function leaves(make: Make): Pick<NodeBuilder, "source" | "literal" | "iota"> {
  return {
    source: (slot, shape) => make<SourceNode>({ kind: "source", slot, shape }),
    literal: (value, shape) => make<LiteralNode>({ kind: "literal", value, shape }),
    iota: (size) => make<IotaNode>({ kind: "iota", shape: [size] }),
  };
}

function elementwise(make: Make): Pick<NodeBuilder, "map"> {
  return {
    map(formula, inputs) {
      const { shape } = inputs[0]!;
      const numbers = inputs.flatMap((input) => (input.kind === "literal" ? [input.value] : []));
      if (numbers.length < inputs.length) return make<MapNode>({ kind: "map", formula, inputs, shape });
      return make<LiteralNode>({ kind: "literal", value: Math.fround(formula.compute(...numbers)), shape });
    },
  };
}

function views(make: Make): Pick<NodeBuilder, "reshape" | "transpose" | "broadcastTo" | "slice"> {
  const view = (name: string, x: KernelNode, shape: readonly number[], source: ViewNode["source"]): KernelNode =>
    x.kind === "literal"
      ? make<LiteralNode>({ kind: "literal", value: x.value, shape })
      : make<ViewNode>({ kind: "view", inputs: [x], shape, source, name });
  return {
    reshape: (x, shape) => view("reshape", x, shape, positionBeforeReshape(x.shape, shape)),
    transpose: (x, permutation) =>
      view(
        `transpose ${permutation.join()}`,
        x,
        permutation.map((axis) => x.shape[axis]!),
        (position) => x.shape.map((_, axis) => position[permutation.indexOf(axis)]!),
      ),
    broadcastTo: (x, shape) => {
      const lead = shape.length - x.shape.length;
      return view("broadcast", x, shape, (position) =>
        x.shape.map((length, axis) => (length === 1 ? constantIndex(0) : position[lead + axis]!)),
      );
    },
    slice: (x, starts, shape) =>
      view(`slice ${starts.join()}`, x, shape, (position) =>
        position.map((index, axis) => shift(index, starts[axis]!)),
      ),
  };
}

function joins(make: Make): Pick<NodeBuilder, "pad" | "concat" | "gather" | "stored"> {
  return {
    pad: (x, before, shape) => make<PadNode>({ kind: "pad", inputs: [x], before, shape }),
    concat: (inputs, axis) => {
      const length = inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0);
      return make<ConcatNode>({ kind: "concat", inputs, axis, shape: inputs[0]!.shape.with(axis, length) });
    },
    gather: (x, indices, axis) =>
      make<GatherNode>({ kind: "gather", inputs: [x, indices], axis, shape: indices.shape }),
    stored: (x) => (x.kind === "source" ? x : make<StoredNode>({ kind: "stored", inputs: [x], shape: x.shape })),
  };
}

function reductions(make: Make): Pick<NodeBuilder, "reduce" | "partial"> {
  return {
    reduce: (reducer, x, axes) =>
      make<ReduceNode>({ kind: "reduce", reducer, inputs: [x], axes, shape: without(x.shape, axes) }),
    partial: (reducer, x, axes, chunk) => {
      const shape = [Math.ceil(reducedLength(x, axes) / chunk), ...without(x.shape, axes)];
      return make<PartialNode>({ kind: "partial", reducer, inputs: [x], axes, chunk, shape });
    },
  };
}

function without(shape: readonly number[], axes: readonly number[]): number[] {
  return shape.filter((_, axis) => !axes.includes(axis));
}
