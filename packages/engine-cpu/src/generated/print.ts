/** How is a loop program said in JavaScript? */
import {
  type Atom,
  type Buffer,
  type Expression,
  type Lines,
  type Nest,
  type Place,
  type Program,
  type Reduction,
  type Register,
  type Statement,
  productBlock,
} from "@symloss/loops";
import { type Conditions, findConditions } from "./conditions.ts";
import { type Formula, type Site, formulas } from "./formulas.ts";

/** A program as the text of a function. */
export interface PrintedProgram {
  /** A function of the buffers, in their order; uses the names of the library and the arrays `S` and `H`. */
  readonly source: string;
  readonly buffers: readonly Buffer[];
  /** What `S` holds before the first run. */
  readonly slots: readonly number[];
}

/** The program in JavaScript. */
export function printProgram(program: Program): PrintedProgram {
  const buffers = new Map<Buffer, string>();
  const slots: number[] = [];
  const predictable = new Set<string>();
  const comparisons = new Map<string, string>();
  let names = 0;
  const context: Context = {
    bufferName(buffer) {
      if (!buffers.has(buffer)) buffers.set(buffer, `b${buffer.id}`);
      return buffers.get(buffer)!;
    },
    predictable,
    conditions: findConditions(program.body),
    comparisons,
    name: () => `t${names++}`,
    slots(initial) {
      slots.push(...initial);
      return slots.length - initial.length;
    },
  };
  const body = printAll(program.body, { context, hot: false, mayEnd: false, product: false, lane: undefined });
  return {
    source: `function(${[...buffers.values()].join()}){\n${body}}`,
    buffers: [...buffers.keys()],
    slots,
  };
}

interface Context {
  bufferName(buffer: Buffer): string;
  /** The registers of conditions that nearly always go one way. */
  readonly predictable: Set<string>;
  readonly conditions: Conditions;
  /** The comparisons that have no register. */
  readonly comparisons: Map<string, string>;
  readonly name: () => string;
  readonly slots: (initial: readonly number[]) => number;
}

/** Where a statement stands. */
interface Position {
  readonly context: Context;
  /** Whether it is in a loop. */
  readonly hot: boolean;
  /** Whether a loop is left as soon as its only result is known. */
  readonly mayEnd: boolean;
  /** Whether in place of log(1 + x) the factors 1 + x are gathered, less 1, so that small ones keep their digits. */
  readonly product: boolean;
  /** Which of several turns of a loop that are written out side by side. */
  readonly lane: Lane | undefined;
}

interface Lane {
  readonly index: number;
  readonly number: number;
  /** The registers that each lane has for itself. */
  readonly own: ReadonlySet<Register>;
}

function printAll(statements: readonly Statement[], position: Position): string {
  return statements.map((statement) => print(statement, position)).join("");
}

function print(statement: Statement, position: Position): string {
  const { context } = position;
  switch (statement.kind) {
    case "let":
      return printLet(statement, position);
    case "accumulator":
      return `let r${statement.register}=${initialOf(statement.reduction)}${statement.position === undefined ? "" : `,r${statement.position}=0`};\n`;
    case "accumulate":
      return printAccumulate(statement, position);
    case "loop":
      return printLoop(statement, position);
    case "fill":
      return `${context.bufferName(statement.buffer)}.fill(${statement.value});\n`;
    case "store":
      return `${printElement(statement.buffer, statement.place, position)}=${printAtom(statement.value, position)};\n`;
    case "multiply":
      return printMultiply(statement, position);
    case "update":
      return printUpdate(statement, position);
  }
}

function initialOf(reduction: Reduction): string {
  return reduction === "max" || reduction === "argmax" ? "-Infinity" : "0";
}

function printLet({ register, expression, dtype }: Extract<Statement, { kind: "let" }>, position: Position): string {
  const { before, result, test } = printExpression(expression, dtype, position);
  const name = printRegister(register, position);
  const { conditions, predictable, comparisons } = position.context;
  const isInline = conditions.inline.has(register);
  const said = isInline ? `(${test ?? result})` : name;
  if (conditions.predictable.has(register)) predictable.add(said);
  if (!isInline) return `${before}const ${name}=${result};\n`;
  comparisons.set(name, said);
  return "";
}

function printExpression(expression: Expression, dtype: Site["dtype"], position: Position): Formula {
  switch (expression.kind) {
    case "load": {
      const element = printElement(expression.buffer, expression.place, position);
      return { before: "", result: expression.buffer.dtype === "bool" ? `(${element}!==0)|0` : element };
    }
    case "place":
      return { before: "", result: printPlace(expression.place, position) };
    case "apply": {
      const operands = expression.operands.map((operand) => printAtom(operand, position));
      return formulas[expression.operation](operands, siteAt(position, dtype));
    }
  }
}

function siteAt({ hot, context }: Position, dtype: Site["dtype"]): Site {
  const { name, slots, predictable } = context;
  return { dtype, hot, name, slots, isPredictable: (condition) => predictable.has(condition) };
}

function printAccumulate(
  { register, reduction, value, position: largest }: Extract<Statement, { kind: "accumulate" }>,
  position: Position,
): string {
  const sum = printRegister(register, position);
  const element = printAtom(value, position);
  switch (reduction) {
    case "sum":
      return `${sum}+=${element};\n`;
    case "sumLog1p":
      return position.product ? `${sum}=${sum}*(${element}+1)+${element};\n` : `${sum}+=Math.log1p(${element});\n`;
    case "any":
      return position.mayEnd ? `if(${element}){${sum}=1;break;}\n` : `${sum}|=${element};\n`;
    case "max":
      return printLargest(sum, element);
    case "argmax":
      return `if(!(${element}<=${sum})&&${sum}===${sum}){${sum}=${element};${printRegister(largest!.register, position)}=${printAtom(largest!.index, position)};}\n`;
  }
}

/** A NaN, once there, stays. */
function printLargest(largest: string, element: string): string {
  return `if(!(${element}<=${largest}))${largest}=${largest}===${largest}?${element}:${largest};\n`;
}

function printUpdate(
  { buffer, place, reduction, value, within }: Extract<Statement, { kind: "update" }>,
  position: Position,
): string {
  const name = position.context.name();
  const atom = printAtom(value, position);
  const array = position.context.bufferName(buffer);
  const element = `${array}[${name}]`;
  const update = reduction === "sum" ? `${element}+=${atom};\n` : printLargest(element, atom);
  const inside =
    within === undefined
      ? ""
      : `if(${printAtom(within.atom, position)}>=0&&${printAtom(within.atom, position)}<${within.size})`;
  return `const ${name}=${printPlace(place, position)};${inside}${update}`;
}

/** In blocks whose packed lines stay in the cache, of tiles whose sums stay in registers. */
function printMultiply(product: Extract<Statement, { kind: "multiply" }>, position: Position): string {
  const { context } = position;
  const { name } = context;
  const { rows, columns, sums, row, column, element, depth, dtype } = product;
  const inside: Position = { ...position, hot: true, mayEnd: false, product: false, lane: undefined };
  const [top, bottom, left, right, start, end] = [name(), name(), name(), name(), name(), name()];
  const [block, step, line] = [context.bufferName(sums), name(), name()];
  const { tile } = productBlock;
  const blocks = (from: string, to: string, count: number, step: number, body: string): string =>
    `for(let ${from}=0;${from}<${count};${from}+=${step}){\nconst ${to}=Math.min(${from}+${step},${count});\n${body}}\n`;
  const nest = ({ index, body }: Nest, from: string, to: string, { before = "", after = "" }): string =>
    `for(let i${index}=${from};i${index}<${to};i${index}++){\n${before}${printAll(body, inside)}${after}}\n`;
  const pack = (lines: Lines, from: string, to: string): string => {
    const [inGroup, at] = [name(), name()];
    const number = `i${lines.line.index}-${from}`;
    const begin = `const ${inGroup}=(${number})%${tile};let ${at}=(${number}-${inGroup})*(${end}-${start})+${inGroup};\n`;
    const each = `${context.bufferName(lines.block)}[${at}]=${printAtom(lines.element, inside)};${at}+=${tile};\n`;
    return nest(lines.line, from, to, { after: begin + nest(lines.depth, start, end, { after: each }) });
  };
  const multiplied = `addTiles(${block},${context.bufferName(rows.block)},${context.bufferName(columns.block)},${bottom}-${top},${right}-${left},${end}-${start});\n`;
  const packed = pack(rows, top, bottom) + pack(columns, left, right) + multiplied;
  // Rounded as where it is read from memory, so that comparisons see the same number.
  const sum = `${block}[${line}+i${column.index}]`;
  const result = `const r${element}=${dtype === "float32" ? `fround(${sum})` : sum};\n`;
  const begin = `const ${line}=(i${row.index}-${top})*${step}-${left};\n`;
  const used = nest(row, top, bottom, { after: begin + nest(column, left, right, { before: result }) });
  const clear = `const ${step}=Math.ceil((${right}-${left})/${tile})*${tile};${block}.fill(0);\n`;
  const whole = clear + blocks(start, end, depth, productBlock.depth, packed) + used;
  return blocks(
    left,
    right,
    columns.count,
    productBlock.columns,
    blocks(top, bottom, rows.count, productBlock.rows, whole),
  );
}

/** How many turns of a loop are written out side by side, so that one sum need not wait for another. */
function lanesOf(body: readonly Statement[], extent: number): number {
  if (body.some(({ kind }) => kind === "loop" || kind === "accumulator" || kind === "update" || kind === "multiply"))
    return 1;
  if (body.some((statement) => statement.kind === "accumulate" && statement.reduction === "argmax")) return 1;
  // The results of all lanes should stay in registers.
  const results = body.filter(({ kind }) => kind === "accumulate").length;
  const lanes = body.length <= 12 && results <= 2 ? 4 : body.length <= 40 ? 2 : 1;
  return extent >= 2 * lanes ? lanes : 1;
}

/** So many factors of at most 2 that their product is finite, for one logarithm. */
const factors = 512;

function printLoop({ index, extent, body }: Extract<Statement, { kind: "loop" }>, position: Position): string {
  const lanes = lanesOf(body, extent);
  const results = body.flatMap((statement) => (statement.kind === "accumulate" ? [statement] : []));
  const isInnermost = body.every(({ kind }) => kind !== "loop" && kind !== "accumulator");
  const logs = isInnermost ? results.filter(({ reduction }) => reduction === "sumLog1p") : [];
  const mayEnd =
    results.length === 1 &&
    results[0]!.reduction === "any" &&
    body.every(({ kind }) => kind === "let" || kind === "accumulate");
  const inside: Position = { ...position, hot: true, mayEnd, product: logs.length > 0, lane: undefined };
  const sums = results.filter(({ reduction }) => reduction !== "any" && reduction !== "argmax");
  const own = new Set([
    ...body.flatMap((statement) => (statement.kind === "let" ? [statement.register] : [])),
    ...sums.map(({ register }) => register),
  ]);
  const each = Array.from({ length: lanes }, (_, number) => ({ index, number, own }));
  const turns = lanes === 1 ? printAll(body, inside) : each.map((lane) => printAll(body, { ...inside, lane })).join("");
  const main = extent - (extent % lanes);
  const walk = (begin: number, end: number, step: number, turn: string): string =>
    `for(let i${index}=${begin};i${index}<${end};i${index}+=${step}){\n${turn}}\n`;
  const rest = main === extent ? "" : walk(main, extent, 1, printAll(body, inside));
  const others = sums.flatMap(({ register, reduction }) =>
    each.slice(1).map(({ number }) => `r${register}_${number}=${initialOf(reduction)}`),
  );
  const begin = others.length === 0 ? "" : `let ${others.join()};\n`;
  const joined = sums.map((sum) => printJoined(sum, lanes)).join("");
  if (logs.length === 0) return begin + walk(0, main, lanes, turns) + rest + joined;

  // In blocks, at whose ends the logarithms are taken.
  const total = (register: Register): string => `l${index}_${register}`;
  const takeLogs = logs
    .map(
      ({ register }) =>
        `${total(register)}+=${each.map(({ number }) => `Math.log1p(${laneName(register, number)})`).join("+")};${each.map(({ number }) => `${laneName(register, number)}=0;`).join("")}\n`,
    )
    .join("");
  const block = factors * lanes;
  const blocks =
    `for(let i${index}=0;i${index}<${main};){\nconst end=Math.min(i${index}+${block},${main});\n` +
    `for(;i${index}<end;i${index}+=${lanes}){\n${turns}}\n${takeLogs}}\n`;
  const before = logs.map(({ register }) => `let ${total(register)}=r${register};r${register}=0;\n`).join("");
  const after = logs.map(({ register }) => `r${register}=${total(register)};\n`).join("");
  return (
    begin +
    before +
    blocks +
    rest +
    takeLogs +
    sums
      .filter((sum) => !logs.includes(sum))
      .map((sum) => printJoined(sum, lanes))
      .join("") +
    after
  );
}

/** The results of all lanes as one. */
function printJoined({ register, reduction }: Extract<Statement, { kind: "accumulate" }>, lanes: number): string {
  if (lanes === 1) return "";
  const all = Array.from({ length: lanes }, (_, number) => laneName(register, number));
  return reduction === "sum" ? `r${register}=${all.join("+")};\n` : `r${register}=Math.max(${all.join()});\n`;
}

function laneName(register: Register, number: number): string {
  return number === 0 ? `r${register}` : `r${register}_${number}`;
}

function printRegister(register: Register, { lane }: Position): string {
  return laneName(register, lane?.own.has(register) === true ? lane.number : 0);
}

function printAtom(atom: Atom, position: Position): string {
  switch (atom.kind) {
    case "constant":
      return printNumber(atom.value);
    case "register": {
      const name = printRegister(atom.register, position);
      return position.context.comparisons.get(name) ?? name;
    }
    case "index":
      return position.lane?.index === atom.index && position.lane.number > 0
        ? `(i${atom.index}+${position.lane.number})`
        : `i${atom.index}`;
  }
}

/** In parentheses where a sign would run into one that stands before it. */
function printNumber(value: number): string {
  if (Object.is(value, -0)) return "(-0)";
  return value < 0 ? `(${value})` : String(value);
}

function printElement(buffer: Buffer, place: Place, position: Position): string {
  return `${position.context.bufferName(buffer)}[${printPlace(place, position)}]`;
}

function printPlace({ constant, terms }: Place, position: Position): string {
  let total = constant;
  const parts = terms.map(({ atom, stride }) => {
    const lane = position.lane;
    const isLane = atom.kind === "index" && atom.index === lane?.index;
    if (isLane) total += lane.number * stride;
    const name = isLane ? `i${atom.index}` : printAtom(atom, position);
    return stride === 1 ? name : `${name}*${stride < 0 ? `(${stride})` : stride}`;
  });
  if (total !== 0 || parts.length === 0) parts.push(total < 0 ? `(${total})` : String(total));
  return parts.join("+");
}
