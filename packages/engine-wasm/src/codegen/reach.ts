/** Where may each access of a program lie in its buffer? Nothing is read or written unless it is shown here to stay inside. */
import { EngineError } from "@symloss/core/engine";
import {
  type Address,
  type Buffer,
  type Length,
  type Operand,
  type Program,
  type Register,
  type Statement,
  type StatementOf,
  addLengths,
  formatLength,
  isLengthAtLeast,
  isSameLength,
  multiplyLengths,
} from "@symloss/loops";

/** A constant plus indices and integers, each times a stride. */
interface Linear {
  readonly constant: Length;
  /** By what is multiplied: `i` and the number of an index, or `r` and that of a register. */
  readonly terms: ReadonlyMap<string, Length>;
}

/** From the least to the largest. */
interface Interval {
  readonly least: Length;
  readonly most: Length;
}

const everything: Interval = { least: -Infinity, most: Infinity };

/** What one access may touch while the outermost loop is at one iteration. */
export interface Access {
  readonly buffer: Buffer;
  readonly writes: boolean;
  /** How far an iteration of the program's outermost loop moves it; undefined outside of that loop. */
  readonly step: Length | undefined;
  /** Whether it comes before that loop. */
  readonly comesFirst: boolean;
  /** Where it is, the outermost loop aside. */
  readonly within: Interval;
}

/** What is known of the numbers in the buffers that programs share, between which an index may be kept. */
export type Contents = Map<Buffer, Interval>;

/** The accesses of a program; throws `EngineError` if one could lie outside of its buffer. */
export function findAccesses(
  { body }: Program,
  outermost: StatementOf<"loop"> | undefined,
  contents: Contents,
): readonly Access[] {
  const reach: Reach = { linear: new Map(), intervals: new Map(), accesses: [], contents, outermost, isPast: false };
  visitAll(body, reach, false);
  return reach.accesses;
}

interface Reach {
  readonly linear: Map<Register, Linear>;
  /** By the names of terms. */
  readonly intervals: Map<string, Interval>;
  readonly accesses: Access[];
  readonly contents: Contents;
  readonly outermost: StatementOf<"loop"> | undefined;
  /** Whether the outermost loop has been visited. */
  isPast: boolean;
}

function visitAll(statements: readonly Statement[], reach: Reach, isInside: boolean): void {
  for (const statement of statements) visit(statement, reach, isInside);
}

function visit(statement: Statement, reach: Reach, isInside: boolean): void {
  switch (statement.kind) {
    case "let":
      visitLet(statement, reach, isInside);
      return;
    case "loop": {
      setIndex(statement.index, statement.extent, reach);
      if (statement.extent !== 0) visitAll(statement.body, reach, isInside || statement === reach.outermost);
      if (statement === reach.outermost) reach.isPast = true;
      return;
    }
    case "store":
      note(statement.buffer, statement.address, true, reach, isInside);
      keep(statement.buffer, intervalOfOperand(statement.value, reach), reach);
      return;
    case "update":
      visitUpdate(statement, reach, isInside);
      return;
    case "mapRows":
      visitRows(statement, reach);
      return;
    case "multiply":
      visitProduct(statement, reach, isInside);
      return;
    case "fill":
      keep(statement.buffer, everything, reach);
      return;
    case "accumulator":
    case "accumulate":
      return;
  }
}

function visitLet({ register, expression }: StatementOf<"let">, reach: Reach, isInside: boolean): void {
  switch (expression.kind) {
    case "address":
      reach.linear.set(register, linearOf(expression.address, reach));
      return;
    case "load": {
      note(expression.buffer, expression.address, false, reach, isInside);
      const known = reach.contents.get(expression.buffer);
      if (known !== undefined) reach.intervals.set(`r${register}`, known);
      return;
    }
    case "apply": {
      const [, last] = expression.operands;
      if (expression.operation === "clampIndex" && last?.kind === "constant")
        reach.intervals.set(`r${register}`, below(addLengths(last.value, 1)));
    }
  }
}

/** From 0 to below a number of places. Throws `EngineError` if there can't be so many. */
function below(count: Length): Interval {
  if (typeof count !== "number" || (Number.isInteger(count) && count >= 0))
    return { least: 0, most: addLengths(count, -1) };
  throw new EngineError(
    `wasm: the number of places for an index must be a whole number, got ${String(count)}. The graph is not one of this library's making.`,
  );
}

/** Notes what else a buffer of the plan may contain. */
function keep(buffer: Buffer, { least, most }: Interval, { contents }: Reach): void {
  if (buffer.kind !== "intermediate" && buffer.kind !== "scratch") return;
  const before = contents.get(buffer) ?? { least: Infinity, most: -Infinity };
  contents.set(buffer, { least: lesser(before.least, least), most: greater(before.most, most) });
}

function lesser(left: Length, right: Length): Length {
  if (isNoMore(left, right)) return left;
  return isNoMore(right, left) ? right : -Infinity;
}

function greater(left: Length, right: Length): Length {
  if (isNoMore(left, right)) return right;
  return isNoMore(right, left) ? left : Infinity;
}

function isNoMore(left: Length, right: Length): boolean {
  if (left === -Infinity || right === Infinity) return true;
  return isLengthAtLeast(addLengths(right, multiplyLengths(-1, left)), 0);
}

function intervalOfOperand(operand: Operand, reach: Reach): Interval {
  return intervalOf(linearOf({ constant: 0, terms: [{ operand, stride: 1 }] }, reach), reach);
}

/** Inside of the condition its operand is bounded. */
function visitUpdate({ buffer, address, within }: StatementOf<"update">, reach: Reach, isInside: boolean): void {
  keep(buffer, everything, reach);
  if (within?.operand.kind !== "register") {
    note(buffer, address, true, reach, isInside);
    return;
  }
  const name = `r${within.operand.register}`;
  const before = reach.intervals.get(name);
  reach.intervals.set(name, below(within.size));
  if (within.size !== 0) note(buffer, address, true, reach, isInside);
  if (before === undefined) reach.intervals.delete(name);
  else reach.intervals.set(name, before);
}

function visitProduct(product: StatementOf<"multiply">, reach: Reach, isInside: boolean): void {
  const { depth, rows, columns, epilogue } = product;
  for (const { count, line, depth: along } of [rows, columns]) {
    setIndex(line.index, count, reach);
    visitAll(line.body, reach, isInside);
    setIndex(along.index, depth, reach);
    visitAll(along.body, reach, isInside);
  }
  setIndex(epilogue.row.index, rows.count, reach);
  visitAll(epilogue.row.body, reach, isInside);
  setIndex(epilogue.column.index, columns.count, reach);
  visitAll(epilogue.column.body, reach, isInside);
}

/** Rows are mapped as a whole, and sorted indices are those of their elements. */
function visitRows({ operation, source, target, rows }: StatementOf<"mapRows">, reach: Reach): void {
  const { outer, length, inner } = rows;
  const size = multiplyLengths(multiplyLengths(outer, length), inner);
  const most = addLengths(size, -1);
  for (const buffer of [source, target]) {
    if (![outer, length, inner].every(isWholeNumber) || !isSameLength(size, buffer.size))
      throw outside(buffer, 0, most);
    const within = { least: 0, most: most === -1 ? 0 : most };
    reach.accesses.push({ buffer, writes: buffer === target, step: undefined, comesFirst: true, within });
  }
  keep(target, operation.kind === "argsort" ? below(length) : everything, reach);
}

/** Whether it counts something in every run. */
function isWholeNumber(length: Length): boolean {
  return typeof length === "number"
    ? Number.isInteger(length)
    : length.terms.every(({ factor }) => Number.isInteger(factor));
}

function setIndex(index: number, extent: Length, { intervals }: Reach): void {
  const last = addLengths(extent, -1);
  intervals.set(`i${index}`, { least: 0, most: typeof last === "number" ? Math.max(0, last) : last });
}

function note(buffer: Buffer, address: Address, writes: boolean, reach: Reach, isInside: boolean): void {
  const linear = linearOf(address, reach);
  const all = intervalOf(linear, reach);
  const isWhole = [...linear.terms.values(), linear.constant].every(isWholeNumber);
  if (
    !(
      isWhole &&
      isLengthAtLeast(all.least, 0) &&
      isLengthAtLeast(addLengths(buffer.size, multiplyLengths(-1, all.most)), 1)
    )
  ) {
    throw outside(buffer, all.least, all.most);
  }
  const outer = isInside ? `i${reach.outermost!.index}` : undefined;
  const within = intervalOf({ ...linear, terms: new Map([...linear.terms].filter(([name]) => name !== outer)) }, reach);
  const step = outer === undefined ? undefined : (linear.terms.get(outer) ?? 0);
  reach.accesses.push({ buffer, writes, step, comesFirst: !reach.isPast, within });
}

function outside({ size }: Buffer, least: Length, most: Length): EngineError {
  return new EngineError(
    `wasm: every element that is read or written must lie in its array of ${formatLength(size)}, got ${formatLength(least)} to ${formatLength(most)}. The graph is not one of this library's making.`,
  );
}

function linearOf({ constant, terms }: Address, { linear }: Reach): Linear {
  let sum = constant;
  const all = new Map<string, Length>();
  const add = (name: string, stride: Length): void => {
    all.set(name, addLengths(all.get(name) ?? 0, stride));
  };
  for (const { operand, stride } of terms) {
    const known = operand.kind === "register" ? linear.get(operand.register) : undefined;
    if (operand.kind === "constant") sum = addLengths(sum, multiplyLengths(operand.value, stride));
    else if (known === undefined) add(nameOf(operand), stride);
    else {
      sum = addLengths(sum, multiplyLengths(known.constant, stride));
      for (const [name, factor] of known.terms) add(name, multiplyLengths(factor, stride));
    }
  }
  return { constant: sum, terms: all };
}

function nameOf(operand: Exclude<Operand, { kind: "constant" }>): string {
  return operand.kind === "index" ? `i${operand.index}` : `r${operand.register}`;
}

function intervalOf({ constant, terms }: Linear, { intervals }: Reach): Interval {
  let [least, most]: [Length, Length] = [constant, constant];
  for (const [name, stride] of terms) {
    const { least: from, most: to } = intervals.get(name) ?? everything;
    if (stride === 0) continue;
    const isForward = isLengthAtLeast(stride, 0);
    if (!isForward && !isLengthAtLeast(multiplyLengths(-1, stride), 0)) return everything;
    least = addLengths(least, multiplyLengths(isForward ? from : to, stride));
    most = addLengths(most, multiplyLengths(isForward ? to : from, stride));
  }
  return { least, most };
}
