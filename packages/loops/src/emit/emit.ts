/** Which statements does each loop contain? Bodies are filled with elements, as far out as their labels allow, and with stages. */
import type { Element, ElementOf, Label } from "../element/element.ts";
import type { Store } from "../element/store.ts";
import type { Buffer, Panel, Program } from "../program/program.ts";
import { append } from "../schedule/lists.ts";
import type { LoopNode, LoopTree } from "../schedule/loop-tree.ts";
import type { Stage, Stages } from "../schedule/stages.ts";
import { type Storage, completedBy } from "../schedule/storage.ts";
import { addBlocks } from "./blocks.ts";
import { addRowScratch } from "./row-scratch.ts";
import { type Emission, nextRegister } from "./emission.ts";
import { addressOf, keep, operandOf } from "./operands.ts";
import { beginReduction, emitReduction, finishReduction } from "./reductions.ts";
import { type Scope, closeScope, openScope, rootOf } from "./scope.ts";

/** Programs, and which of their loops go over what may be a batch. */
interface Emitted {
  readonly programs: readonly Program[];
  readonly batches: ReadonlySet<number>;
}

/** The statements of these programs; buffers that they need are added to the list. */
export function emitPrograms(
  programs: readonly LoopTree[],
  storage: Storage,
  { list, sortLabels }: Stages,
  buffers: Buffer[],
): Emitted {
  const products = list.flatMap(({ store }) => store?.product ?? []);
  const mapped = list.flatMap(({ store }) => store?.mapped ?? []);
  const emission: Emission = {
    buffers,
    storage,
    sortLabels,
    blocks: addBlocks(products, buffers),
    rowScratch: addRowScratch(mapped, buffers),
    readers: readersOf(list),
    arrays: new Map(),
    accumulators: new Map(),
    batches: new Set(),
    registers: 0,
    indices: 0,
  };
  for (const element of storage.acrossPrograms) keep(emission, element, undefined);
  const emitted = programs.map((tree) => {
    const root = openScope(emission, undefined, undefined);
    emitBody(emission, tree, root);
    return { body: root.statements };
  });
  return { programs: emitted, batches: emission.batches };
}

function readersOf(stages: readonly Stage[]): Map<Buffer, Stage[]> {
  const readers = new Map<Buffer, Stage[]>();
  for (const stage of stages) for (const buffer of stage.loads.keys()) append(readers, buffer, stage);
  return readers;
}

function emitBody(emission: Emission, tree: LoopTree, scope: Scope): void {
  for (const element of emission.storage.inBodies.get(tree) ?? []) keep(emission, element, scope);
  for (const node of tree) {
    if (node.kind === "once") {
      emitStage(emission, node.stage, scope);
      continue;
    }
    if (node.kind === "rows") {
      emitRows(emission, node.stage.store!, scope);
      continue;
    }
    const completed = completedBy(node, scope.bound);
    for (const reduce of completed) beginReduction(emission, reduce, scope);
    if (node.kind === "loop") emitLoop(emission, node, scope);
    else emitProduct(emission, node, scope);
    for (const reduce of completed) finishReduction(emission, reduce, scope);
  }
  for (const element of scope.arrays) emission.arrays.delete(element);
}

function emitLoop(emission: Emission, { label, body }: Extract<LoopNode, { kind: "loop" }>, scope: Scope): void {
  const inside = openScope(emission, scope, label);
  emitBody(emission, body, inside);
  scope.statements.push({ kind: "loop", extent: label.extent, ...closeScope(inside) });
}

function emitStage(emission: Emission, { kind, result, store }: Stage, scope: Scope): void {
  if (kind === "store") emitStore(emission, store!, scope);
  else if (kind === "keep") operandOf(emission, result!, scope);
  else emitReduction(emission, result as ElementOf<"reduce">, scope);
}

function emitStore(emission: Emission, { buffer, offset, element, scatter }: Store, scope: Scope): void {
  const value = operandOf(emission, element, scope);
  const index = scatter === undefined ? undefined : operandOf(emission, scatter.index, scope);
  const address = addressOf(emission, offset, scope);
  if (scatter === undefined) {
    scope.statements.push({ kind: "store", buffer, address, value });
    return;
  }
  rootOf(scope).statements.push({ kind: "fill", buffer, value: 0 });
  const within = { operand: index!, size: scatter.size };
  scope.statements.push({ kind: "update", buffer, address, reduction: "sum", value, within });
}

function emitRows({ rowScratch }: Emission, { buffer, mapped }: Store, { statements }: Scope): void {
  const { operation, source, dtype, rows } = mapped!;
  statements.push({
    kind: "mapRows",
    operation,
    source,
    dtype,
    target: buffer,
    rows,
    scratch: rowScratch[operation.kind],
  });
}

/** A product of matrices: panels of both operands, and the epilogue for each element. */
function emitProduct(emission: Emission, node: Extract<LoopNode, { kind: "product" }>, scope: Scope): void {
  const { blocks } = emission;
  const { buffer, offset, element, product } = node.stage.store!;
  const { x, y, row, column, depth } = product!;
  const rows = emitPanel(emission, x, [row, depth], blocks.rows, scope);
  const columns = emitPanel(emission, y, [column, depth], blocks.columns, scope);
  const outer = openScope(emission, scope, row);
  const inner = openScope(emission, outer, column);
  const register = nextRegister(emission);
  inner.known.set(element, { kind: "register", register });
  if (buffer.kind === "output" || buffer.kind === "lasting" || isReadElsewhere(emission, node, buffer)) {
    const address = addressOf(emission, offset, inner);
    inner.statements.push({ kind: "store", buffer, address, value: { kind: "register", register } });
  }
  emitBody(emission, node.epilogue, inner);
  scope.statements.push({
    kind: "multiply",
    depth: depth.extent,
    rows,
    columns,
    sums: blocks.sums,
    epilogue: { row: closeScope(outer), column: closeScope(inner), element: register, dtype: element.dtype },
  });
}

function emitPanel(
  emission: Emission,
  element: Element,
  [lines, depth]: readonly [lines: Label, depth: Label],
  buffer: Buffer,
  scope: Scope,
): Panel {
  const line = openScope(emission, scope, lines);
  const inside = openScope(emission, line, depth);
  const operand = operandOf(emission, element, inside);
  return { count: lines.extent, line: closeScope(line), depth: closeScope(inside), element: operand, buffer };
}

/** Whether a product is read by more than its epilogue. */
function isReadElsewhere(
  { readers }: Emission,
  { followers }: Extract<LoopNode, { kind: "product" }>,
  buffer: Buffer,
): boolean {
  const inEpilogue = new Set(followers);
  return (readers.get(buffer) ?? []).some((stage) => !inEpilogue.has(stage));
}
