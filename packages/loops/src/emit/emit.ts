/** Which statements stand in each loop? The bodies are filled: values where their labels are known, effects where they happen. */
import { type DType, sizeOf } from "@symloss/core/engine";
import { type Effect, type Effects, dear } from "../schedule/stages.ts";
import { type Item, arrange, effectsOf } from "../schedule/fusion.ts";
import { valuesUnder } from "../element/elements-under.ts";
import { addBlocks } from "./blocks.ts";
import type { Atom, Buffer, Expression, Lines, Place, Program, Register } from "../program/program.ts";
import { type Scope, indexOf, nestOf, rootOf, scopeOf } from "./scope.ts";
import type { Store } from "../element/store.ts";
import { type Label, type Linear, type Value, type ValueOf, linearKey } from "../element/element.ts";

/** The programs in which these effects happen; buffers that they need are added to the list. */
export function emitPrograms({ list, sorted }: Effects, buffers: Buffer[]): Program[] {
  const emitter = makeEmitter(buffers, sorted, list);
  const programs = splitPrograms(arrange(list, new Set()));
  emitter.saveAcross(programs);
  return programs.map((items) => {
    const root = emitter.open(undefined, undefined);
    emitter.body(items, root, true);
    return { body: root.statements };
  });
}

/** One program for each loop that stands outermost; what happens once stands after the loop before it. */
function splitPrograms(items: readonly Item[]): Item[][] {
  const programs: Item[][] = [];
  let hasLoop = false;
  for (const item of items) {
    const isNest = item.kind !== "once";
    if (programs.length === 0 || (isNest && hasLoop)) {
      programs.push([]);
      hasLoop = false;
    }
    programs.at(-1)!.push(item);
    hasLoop ||= isNest;
  }
  return programs.length === 0 ? [[]] : programs;
}

/** An array that keeps a value for each index of its labels. */
interface Saved {
  readonly buffer: Buffer;
  readonly offset: Linear;
  /** Whether it has been filled, so that it can be read. */
  ready: boolean;
}

interface Emitter {
  open(parent: Scope | undefined, label: Label | undefined): Scope;
  body(items: readonly Item[], scope: Scope, isRoot: boolean): void;
  saveAcross(programs: readonly (readonly Item[])[]): void;
}

function makeEmitter(buffers: Buffer[], sorted: Effects["sorted"], effects: readonly Effect[]): Emitter {
  let registers = 0;
  let indices = 0;
  const saved = new Map<Value, Saved>();
  const blocks = addBlocks(
    effects.flatMap(({ store }) => store?.product ?? []),
    buffers,
  );

  const open = (parent: Scope | undefined, label: Label | undefined): Scope => ({
    parent,
    label,
    index: label === undefined ? -1 : indices++,
    bound: new Set([...(parent?.bound ?? []), ...(label === undefined ? [] : [label])]),
    statements: [],
    known: new Map(),
    arrays: [],
    bases: new Map(),
  });

  /** An array for a value: of this body, or of all programs. */
  const save = (value: Value, scope: Scope | undefined): Saved => {
    let array = saved.get(value);
    if (array === undefined) {
      const labels = sorted(value.labels.filter((label) => scope?.bound.has(label) !== true));
      const kind = scope === undefined ? "intermediate" : "scratch";
      const buffer: Buffer = {
        id: buffers.length,
        kind,
        dtype: "float64",
        size: sizeOf(labels.map(({ extent }) => extent)),
      };
      buffers.push(buffer);
      array = { buffer, offset: offsetOf(labels), ready: false };
      saved.set(value, array);
      scope?.arrays.push(value);
    }
    return array;
  };

  const define = (scope: Scope, expression: Expression, dtype: DType): Atom => {
    const register = registers++;
    scope.statements.push({ kind: "let", register, expression, dtype });
    return { kind: "register", register };
  };

  /** The linear function as a place: what does not change in the innermost loop is added up outside it, once. */
  const placeOf = (linear: Linear, scope: Scope): Place => {
    const innermost = scope.label;
    const inner = linear.terms.filter(({ label }) => label === innermost);
    const outer: Linear = { ...linear, constant: 0, terms: linear.terms.filter(({ label }) => label !== innermost) };
    const terms = inner.map(({ label, stride }) => ({ atom: indexOf(label, scope), stride }));
    if (outer.terms.length === 0 && outer.others.length === 0) return { constant: linear.constant, terms };
    return { constant: linear.constant, terms: [{ atom: baseOf(outer, scope), stride: 1 }, ...terms] };
  };

  const baseOf = (outer: Linear, scope: Scope): Atom => {
    const labels = [...outer.terms.map(({ label }) => label), ...outer.others.flatMap(({ value }) => value.labels)];
    const target = scopeOf(labels, scope);
    const key = linearKey(outer);
    let base = target.bases.get(key);
    if (base === undefined) {
      const place: Place = {
        constant: 0,
        terms: [
          ...outer.terms.map(({ label, stride }) => ({ atom: indexOf(label, target), stride })),
          ...outer.others.map(({ value, stride }) => ({ atom: valueIn(value, target), stride })),
        ],
      };
      const [only] = place.terms;
      base =
        place.terms.length === 1 && only!.stride === 1 ? only!.atom : define(target, { kind: "place", place }, "int32");
      target.bases.set(key, base);
    }
    return base;
  };

  const lookUp = (value: Value, scope: Scope): Atom | undefined => {
    if (value.kind === "constant") return { kind: "constant", value: value.value };
    if (value.kind === "index") return indexOf(value.label, scope);
    for (let current: Scope | undefined = scope; current !== undefined; current = current.parent) {
      const atom = current.known.get(value);
      if (atom !== undefined) return atom;
    }
    const array = saved.get(value);
    if (array === undefined || !array.ready) return undefined;
    const target = scopeOf(value.labels, scope);
    const atom = define(
      target,
      { kind: "load", buffer: array.buffer, place: placeOf(array.offset, target) },
      value.dtype,
    );
    target.known.set(value, atom);
    return atom;
  };

  /** The value as an atom that is known in this body; what it is made of is computed as far out as its labels allow. */
  const valueIn = (root: Value, scope: Scope): Atom => {
    const stack = [root];
    while (stack.length > 0) {
      const value = stack.at(-1)!;
      if (lookUp(value, scope) !== undefined) {
        stack.pop();
        continue;
      }
      if (value.kind === "reduce") throw new Error(`loops: a ${value.reduction} must be complete before it is used.`);
      const target = scopeOf(value.labels, scope);
      if (value.kind === "load") {
        const unknown = value.parts.filter((part) => lookUp(part, target) === undefined);
        if (unknown.length > 0) {
          stack.push(...unknown);
          continue;
        }
        target.known.set(
          value,
          define(target, { kind: "load", buffer: value.buffer, place: placeOf(value.offset, target) }, value.dtype),
        );
        continue;
      }
      const { operation, operands, dtype } = value as ValueOf<"apply">;
      const missing = operands.filter((operand) => lookUp(operand, target) === undefined);
      if (missing.length > 0) {
        stack.push(...missing);
        continue;
      }
      const atoms = operands.map((operand) => lookUp(operand, target)!);
      const atom = define(target, { kind: "apply", operation, operands: atoms }, dtype);
      learn(value, atom, target);
    }
    return lookUp(root, scope)!;
  };

  /** Notes where a value is known, and keeps it where a later loop needs it. */
  const learn = (value: Value, atom: Atom, scope: Scope): void => {
    scope.known.set(value, atom);
    const array = saved.get(value);
    if (array === undefined || array.ready) return;
    scope.statements.push({ kind: "store", buffer: array.buffer, place: placeOf(array.offset, scope), value: atom });
    array.ready = true;
  };

  const body = (items: readonly Item[], scope: Scope, isRoot: boolean): void => {
    if (!isRoot) markSaved(items, scope);
    for (const item of items) {
      if (item.kind === "once") happen(item.effect, scope);
      else if (item.kind === "loop") loop(item, scope);
      else multiply(item, scope);
    }
    for (const value of scope.arrays) saved.delete(value);
  };

  /** What is computed inside a loop and needed after it is kept. */
  const markSaved = (items: readonly Item[], scope: Scope): void => {
    const home = new Map<Value, number>();
    for (const [position, item] of items.entries()) {
      const isEarlier = (value: Value): boolean => (home.get(value) ?? position) < position;
      const stop = (value: Value): boolean =>
        value.kind === "reduce" || isEarlier(value) || saved.get(value)?.ready === true;
      const prices = new Map<Value, number>();
      for (const value of valuesUnder(
        effectsOf(item).flatMap(({ roots }) => roots),
        stop,
      )) {
        if (isEarlier(value)) save(value, scope);
        const price = stop(value) ? 0 : value.price + value.parts.reduce((sum, part) => sum + prices.get(part)!, 0);
        prices.set(value, price);
        const changes = value.labels.some((label) => !scope.bound.has(label));
        if (value.kind === "apply" && price >= dear && changes && !stop(value)) home.set(value, position);
      }
      if (item.kind === "once") continue;
      const walked = labelsOf(item);
      for (const { result } of effectsOf(item)) {
        if (result !== undefined && !(result.kind === "reduce" && result.over.some((label) => walked.includes(label))))
          home.set(result, position);
      }
    }
  };

  /** Makes room for what is complete after the item; the result tells that it is. */
  const begin = (item: Item, scope: Scope): (() => void) => {
    const walked = labelsOf(item);
    const completed = effectsOf(item).flatMap(({ result }) =>
      result?.kind === "reduce" &&
      result.over.some((label) => walked.includes(label)) &&
      !result.over.some((label) => scope.bound.has(label))
        ? [result]
        : [],
    );
    const finish = completed.map((result) => accumulate(result, scope));
    return () => {
      for (const done of finish) done();
    };
  };

  const loop = (item: Extract<Item, { kind: "loop" }>, scope: Scope): void => {
    const finish = begin(item, scope);
    const inside = open(scope, item.label);
    body(arrange(item.effects, inside.bound), inside, false);
    scope.statements.push({ kind: "loop", index: inside.index, extent: item.label.extent, body: inside.statements });
    finish();
  };

  const accumulators = new Map<Value, { register: Register; position: Register | undefined } | Saved>();

  /** Makes room for a reduction; the result tells that it is complete. */
  const accumulate = (result: ValueOf<"reduce">, scope: Scope): (() => void) => {
    const { reduction } = result;
    if (result.labels.every((label) => scope.bound.has(label))) {
      const register = registers++;
      const position = reduction === "argmax" ? registers++ : undefined;
      scope.statements.push({ kind: "accumulator", register, reduction, position });
      accumulators.set(result, { register, position });
      return () => learn(result, { kind: "register", register: position ?? register }, scope);
    }
    const array = save(result, scope);
    const inner = result.labels.filter((label) => !scope.bound.has(label));
    const initial = reduction === "max" ? -Infinity : 0;
    if (inner.length === array.offset.terms.length)
      scope.statements.push({ kind: "fill", buffer: array.buffer, value: initial });
    else storeEverywhere(array, inner, { kind: "constant", value: initial }, scope);
    accumulators.set(result, array);
    return () => {
      array.ready = true;
    };
  };

  const storeEverywhere = (array: Saved, [label, ...inner]: readonly Label[], value: Atom, scope: Scope): void => {
    if (label === undefined) {
      scope.statements.push({ kind: "store", buffer: array.buffer, place: placeOf(array.offset, scope), value });
      return;
    }
    const inside = open(scope, label);
    storeEverywhere(array, inner, value, inside);
    scope.statements.push({ kind: "loop", index: inside.index, extent: label.extent, body: inside.statements });
  };

  const happen = (effect: Effect, scope: Scope): void => {
    if (effect.kind === "store") storeIn(effect.store!, scope);
    else if (effect.kind === "keep") valueIn(effect.result!, scope);
    else reduceIn(effect.result as ValueOf<"reduce">, scope);
  };

  const reduceIn = (result: ValueOf<"reduce">, scope: Scope): void => {
    const { reduction } = result;
    const value = valueIn(result.operand, scope);
    const accumulator = accumulators.get(result)!;
    if ("buffer" in accumulator) {
      const place = placeOf(accumulator.offset, scope);
      const update = reduction === "max" ? reduction : "sum";
      scope.statements.push({
        kind: "update",
        buffer: accumulator.buffer,
        place,
        reduction: update,
        value,
        within: undefined,
      });
      return;
    }
    const { register, position } = accumulator;
    const index = position === undefined ? undefined : { register: position, index: indexOf(result.over[0]!, scope) };
    scope.statements.push({ kind: "accumulate", register, reduction, value, position: index });
  };

  const multiply = (item: Extract<Item, { kind: "product" }>, scope: Scope): void => {
    const { effect, followers } = item;
    const { buffer, offset, value, product } = effect.store!;
    const { x, y, row, column, depth } = product!;
    const finish = begin(item, scope);
    const linesOf = (element: Value, label: Label, block: Buffer): Lines => {
      const line = open(scope, label);
      const inside = open(line, depth);
      const atom = valueIn(element, inside);
      return { count: label.extent, line: nestOf(line), depth: nestOf(inside), element: atom, block };
    };
    const rows = linesOf(x, row, blocks.rows);
    const columns = linesOf(y, column, blocks.columns);
    const outer = open(scope, row);
    const inner = open(outer, column);
    const register = registers++;
    inner.known.set(value, { kind: "register", register });
    const isRead = effects.some(
      (other) => !followers.includes(other) && other.loads.some((load) => load.buffer === buffer),
    );
    if (isRead || buffer.kind === "output") {
      const place = placeOf(offset, inner);
      inner.statements.push({ kind: "store", buffer, place, value: { kind: "register", register } });
    }
    body(arrange(followers, inner.bound), inner, false);
    scope.statements.push({
      kind: "multiply",
      depth: depth.extent,
      rows,
      columns,
      sums: blocks.sums,
      row: nestOf(outer),
      column: nestOf(inner),
      element: register,
      dtype: value.dtype,
    });
    finish();
  };

  const storeIn = ({ buffer, offset, value, scatter }: Store, scope: Scope): void => {
    const atom = valueIn(value, scope);
    const index = scatter === undefined ? undefined : valueIn(scatter.index, scope);
    const place = placeOf(offset, scope);
    if (scatter === undefined) {
      scope.statements.push({ kind: "store", buffer, place, value: atom });
      return;
    }
    rootOf(scope).statements.push({ kind: "fill", buffer, value: 0 });
    scope.statements.push({
      kind: "update",
      buffer,
      place,
      reduction: "sum",
      value: atom,
      within: { atom: index!, size: scatter.size },
    });
  };

  const saveAcross = (programs: readonly (readonly Item[])[]): void => {
    const home = new Map<Value, number>();
    for (const [program, items] of programs.entries()) {
      for (const effect of items.flatMap(effectsOf)) {
        const stop = (value: Value): boolean => value !== effect.result && (value.kind === "reduce" || home.has(value));
        for (const value of valuesUnder(effect.roots, stop)) {
          if ((home.get(value) ?? program) < program) save(value, undefined);
        }
        if (effect.result !== undefined) home.set(effect.result, program);
      }
    }
  };

  return { open, body, saveAcross };
}

/** The labels that an item walks. */
function labelsOf(item: Item): readonly Label[] {
  switch (item.kind) {
    case "once":
      return [];
    case "loop":
      return [item.label];
    case "product": {
      const { row, column } = item.effect.store!.product!;
      return [row, column];
    }
  }
}

/** Row-major over these labels. */
function offsetOf(labels: readonly Label[]): Linear {
  let stride = 1;
  const terms = labels.toReversed().map((label) => {
    const term = { label, stride };
    stride *= label.extent;
    return term;
  });
  return { constant: 0, terms: terms.toReversed(), others: [] };
}
