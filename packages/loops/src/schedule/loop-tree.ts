/** Which stages share a loop, and in which order do the loops run? A tree, as data. */
import type { Label } from "../element/element.ts";
import { formatLength } from "../program/length.ts";
import { describeRows } from "../program/describe.ts";
import type { Stage } from "./stages.ts";

/** The nodes of a body, in the order in which they run. */
export type LoopTree = readonly LoopNode[];

/** A stage that runs once, a loop over one label, a product of matrices with its epilogue, or rows that are mapped. */
export type LoopNode =
  | { readonly kind: "once"; readonly stage: Stage }
  | { readonly kind: "rows"; readonly stage: Stage }
  | {
      readonly kind: "loop";
      readonly label: Label;
      /** All stages that run in it. */
      readonly stages: readonly Stage[];
      readonly body: LoopTree;
    }
  | {
      readonly kind: "product";
      readonly stage: Stage;
      /** All stages that run in the epilogue. */
      readonly followers: readonly Stage[];
      readonly epilogue: LoopTree;
    };

/** All stages of a node. */
export function stagesIn(node: LoopNode): readonly Stage[] {
  switch (node.kind) {
    case "once":
    case "rows":
      return [node.stage];
    case "loop":
      return node.stages;
    case "product":
      return [node.stage, ...node.followers];
  }
}

/** The labels that a node iterates over. */
export function labelsOf(node: LoopNode): readonly Label[] {
  switch (node.kind) {
    case "once":
    case "rows":
      return [];
    case "loop":
      return [node.label];
    case "product": {
      const { row, column } = node.stage.store!.product!;
      return [row, column];
    }
  }
}

/** The body of a node. */
export function bodyOf(node: LoopNode): LoopTree | undefined {
  switch (node.kind) {
    case "once":
    case "rows":
      return undefined;
    case "loop":
      return node.body;
    case "product":
      return node.epilogue;
  }
}

/** One program for each outermost loop; stages that run once belong to the loop before them. */
export function splitPrograms(tree: LoopTree): LoopTree[] {
  const programs: LoopNode[][] = [];
  let hasLoop = false;
  for (const node of tree) {
    const isNest = node.kind !== "once";
    if (programs.length === 0 || (isNest && hasLoop)) {
      programs.push([]);
      hasLoop = false;
    }
    programs.at(-1)!.push(node);
    hasLoop ||= isNest;
  }
  return programs.length === 0 ? [[]] : programs;
}

/** The tree for a reader: each loop with its label as a letter, and what is computed in it. */
export function describeTree(tree: LoopTree): string {
  return describeBody(tree, "  ", new Map()).join("\n");
}

function describeBody(tree: LoopTree, indent: string, names: Map<Label, string>): string[] {
  return tree.flatMap((node) => {
    const line = indent + describeNode(node, names);
    return [line, ...describeBody(bodyOf(node) ?? [], `${indent}  `, names)];
  });
}

function describeNode(node: LoopNode, names: Map<Label, string>): string {
  if (node.kind === "loop") return `for ${nameOf(node.label, names)} to ${formatLength(node.label.extent)}`;
  const { store, result } = node.stage;
  if (store === undefined) return result!.kind === "reduce" ? result!.reduction : `keep ${operationOf(node.stage)}`;
  const target = `${store.buffer.kind}${store.buffer.position ?? store.buffer.id}`;
  if (store.mapped !== undefined) return `${describeRows(store.mapped.operation, store.mapped.rows)}, store ${target}`;
  if (store.product === undefined) return `${store.scatter === undefined ? "store" : "add to"} ${target}`;
  const { row, depth, column } = store.product;
  const sides = [row, depth, column].map((label) => `${nameOf(label, names)} to ${formatLength(label.extent)}`);
  return `multiply ${sides.join(" by ")}, store ${target}`;
}

function operationOf({ result }: Stage): string {
  return result!.kind === "apply" ? result!.operation : result!.kind;
}

/** a to z, a1 to z1, .. */
function nameOf(label: Label, names: Map<Label, string>): string {
  let name = names.get(label);
  if (name === undefined) {
    const round = Math.floor(names.size / 26);
    name = `${String.fromCodePoint(97 + (names.size % 26))}${round === 0 ? "" : round}`;
    names.set(label, name);
  }
  return name;
}
