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
import { integer, literal, name } from "./text.ts";

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
      if (!buffers.has(buffer)) buffers.set(buffer, name("b", buffer.id));
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
  const body = printAll(program.body, {
    context,
    hot: false,
    mayEnd: false,
    turn: "",
    inBlocks: false,
    lane: undefined,
  });
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
  /** The index of the loop around, by which turns are told apart and factors of a logarithm counted; empty in none. */
  readonly turn: string;
  /** Whether the loop around is in blocks of such factors. */
  readonly inBlocks: boolean;
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
      return printAccumulator(statement);
    case "accumulate":
      return printAccumulate(statement, position);
    case "loop":
      return printLoop(statement, position);
    case "fill":
      return `${context.bufferName(statement.buffer)}.fill(${literal(statement.value)});\n`;
    case "store":
      return `${printElement(statement.buffer, statement.place, position)}=${printAtom(statement.value, position)};\n`;
    case "multiply":
      return printMultiply(statement, position);
    case "update":
      return printUpdate(statement, position);
  }
}

function printAccumulator({ register, reduction, position }: Extract<Statement, { kind: "accumulator" }>): string {
  const initial = reduction === "max" || reduction === "argmax" ? "-Infinity" : "0";
  const index = position === undefined ? "" : `,${name("r", position)}=0`;
  return `let ${name("r", register)}=${initial}${index};\n`;
}

function printLet({ register, expression, dtype }: Extract<Statement, { kind: "let" }>, position: Position): string {
  const { before, result, test } = printExpression(expression, dtype, position);
  const own = printRegister(register, position);
  const { conditions, predictable, comparisons } = position.context;
  const isInline = conditions.inline.has(register);
  const said = isInline ? `(${test ?? result})` : own;
  if (conditions.predictable.has(register)) predictable.add(said);
  if (!isInline) return `${before}const ${own}=${result};\n`;
  comparisons.set(own, said);
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
  { register, reduction, value, position: largest, turn: jammedTurn }: Extract<Statement, { kind: "accumulate" }>,
  position: Position,
): string {
  const sum = printRegister(register, position);
  const element = printAtom(value, position);
  switch (reduction) {
    case "sum":
      return `${sum}+=${element};\n`;
    case "total":
      return byTurn(position, jammedTurn, (parity) => `${laneName(register, parity)}+=${element};`);
    case "sumLog1p":
      return printFactor(register, element, position);
    case "any":
      return position.mayEnd ? `if(${element}){${sum}=1;break;}\n` : `${sum}|=${element};\n`;
    case "max":
      return printLargest(sum, element);
    case "argmax":
      return `if(!(${element}<=${sum})&&${sum}===${sum}){${sum}=${element};${printRegister(largest!.register, position)}=${printAtom(largest!.index, position)};}\n`;
  }
}

/** What is done in even turns of the loop around and what in odd ones; in no loop all is even. */
function byTurn({ turn, lane }: Position, known: 0 | 1 | undefined, print: (parity: 0 | 1) => string): string {
  if (turn === "" || known !== undefined) return `${print(known ?? 0)}\n`;
  if (lane === undefined) return `if(${turn}&1){${print(1)}}else{${print(0)}}\n`;
  return `${print(lane.number % 2 === 0 ? 0 : 1)}\n`;
}

/**
 * A product of factors 1 + x, of which the logarithm is taken, is gathered less 1, so that small x keep their digits.
 * There are two, of even and of odd turns, for one need not wait for the other.
 */
function printFactor(register: Register, element: string, position: Position): string {
  const { turn, inBlocks } = position;
  const lanes = byTurn(position, undefined, (parity) => {
    const product = laneName(register, parity);
    return `${product}=${product}*(${element}+1)+${element};`;
  });
  const last = factorsOfBlock - 1;
  return inBlocks ? lanes : `${lanes}if((${turn}&${last})===${last}){${printLogarithm(register)}}\n`;
}

function printLogarithm(register: Register): string {
  const products = productsOf(register);
  const logarithms = products.map((product) => `Math.log1p(${product})`).join("+");
  return `${name("l", register)}+=${logarithms};${products.map((product) => `${product}=0;`).join("")}\n`;
}

function productsOf(register: Register): readonly [even: string, odd: string] {
  return [name("r", register), laneName(register, 1)];
}

/** A NaN, once there, stays. */
function printLargest(largest: string, element: string): string {
  return `if(!(${element}<=${largest}))${largest}=${largest}===${largest}?${element}:${largest};\n`;
}

function printUpdate(
  { buffer, place, reduction, value, within }: Extract<Statement, { kind: "update" }>,
  position: Position,
): string {
  const at = position.context.name();
  const atom = printAtom(value, position);
  const array = position.context.bufferName(buffer);
  const element = `${array}[${at}]`;
  const update = reduction === "sum" ? `${element}+=${atom};\n` : printLargest(element, atom);
  const inside =
    within === undefined
      ? ""
      : `if(${printAtom(within.atom, position)}>=0&&${printAtom(within.atom, position)}<${integer(within.size)})`;
  return `const ${at}=${printPlace(place, position)};${inside}${update}`;
}

/** In blocks whose packed lines stay in the cache, of tiles whose sums stay in registers. */
function printMultiply(product: Extract<Statement, { kind: "multiply" }>, position: Position): string {
  const { context } = position;
  const { name: fresh } = context;
  const { rows, columns, sums, row, column, element, depth, dtype } = product;
  const inside: Position = { ...position, hot: true, mayEnd: false, turn: "", inBlocks: false, lane: undefined };
  const [top, bottom, left, right, start, end] = [fresh(), fresh(), fresh(), fresh(), fresh(), fresh()];
  const [block, step, line] = [context.bufferName(sums), fresh(), fresh()];
  const { tile } = productBlock;
  const blocks = (from: string, to: string, count: number, step: number, body: string): string =>
    `for(let ${from}=0;${from}<${integer(count)};${from}+=${step}){\nconst ${to}=Math.min(${from}+${step},${integer(count)});\n${body}}\n`;
  const nest = ({ index, body }: Nest, from: string, to: string, { before = "", after = "" }): string => {
    const i = name("i", index);
    return `for(let ${i}=${from};${i}<${to};${i}++){\n${before}${printAll(body, inside)}${after}}\n`;
  };
  const pack = (lines: Lines, from: string, to: string): string => {
    const [inGroup, at] = [fresh(), fresh()];
    const number = `${name("i", lines.line.index)}-${from}`;
    const begin = `const ${inGroup}=(${number})%${tile};let ${at}=(${number}-${inGroup})*(${end}-${start})+${inGroup};\n`;
    const each = `${context.bufferName(lines.block)}[${at}]=${printAtom(lines.element, inside)};${at}+=${tile};\n`;
    return nest(lines.line, from, to, { after: begin + nest(lines.depth, start, end, { after: each }) });
  };
  const multiplied = `addTiles(${block},${context.bufferName(rows.block)},${context.bufferName(columns.block)},${bottom}-${top},${right}-${left},${end}-${start});\n`;
  const packed = pack(rows, top, bottom) + pack(columns, left, right) + multiplied;
  // Rounded as where it is read from memory, so that comparisons see the same number.
  const sum = `${block}[${line}+${name("i", column.index)}]`;
  const result = `const ${name("r", element)}=${dtype === "float32" ? `fround(${sum})` : sum};\n`;
  const begin = `const ${line}=(${name("i", row.index)}-${top})*${step}-${left};\n`;
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

/** How many turns of a loop are written out one after the other. What they add to one sum is added in order, however many. */
function lanesOf(body: readonly Statement[], extent: number): number {
  if (body.some(({ kind }) => kind === "loop" || kind === "accumulator" || kind === "update" || kind === "multiply"))
    return 1;
  if (body.some((statement) => statement.kind === "accumulate" && statement.reduction === "argmax")) return 1;
  const lanes = body.length <= 12 ? 4 : body.length <= 40 ? 2 : 1;
  return extent >= 2 * lanes ? lanes : 1;
}

/** So many turns, a power of two, that the products of their factors of at most 2 are finite. */
const factorsOfBlock = 1024;

function printLoop({ index, extent, body }: Extract<Statement, { kind: "loop" }>, position: Position): string {
  const i = name("i", index);
  const lanes = lanesOf(body, extent);
  const results = body.flatMap((statement) => (statement.kind === "accumulate" ? [statement] : []));
  const registersOf = (wanted: Reduction): Register[] => [
    ...new Set(results.flatMap(({ reduction, register }) => (reduction === wanted ? [register] : []))),
  ];
  const [logs, totals] = [registersOf("sumLog1p"), registersOf("total")];
  const inBlocks = logs.length > 0 && body.every(({ kind }) => kind !== "loop" && kind !== "accumulator");
  const mayEnd =
    results.length === 1 &&
    results[0]!.reduction === "any" &&
    body.every(({ kind }) => kind === "let" || kind === "accumulate");
  const inside: Position = { ...position, hot: true, mayEnd, turn: i, inBlocks, lane: undefined };
  const own = new Set(body.flatMap((statement) => (statement.kind === "let" ? [statement.register] : [])));
  const each = Array.from({ length: lanes }, (_, number): Lane => ({ index, number, own }));
  const turns = lanes === 1 ? printAll(body, inside) : each.map((lane) => printAll(body, { ...inside, lane })).join("");
  const rest = extent % lanes === 0 ? "" : printAll(body, inside);
  const walk = inBlocks ? walkInBlocks : walkThrough;
  const before = [...totals.map(printOtherSum), ...logs.map(printProducts)].join("");
  const after = [...totals.map(printJoinedSum), ...logs.map(printTotal)].join("");
  const takeLogs = logs.map(printLogarithm).join("");
  return before + walk({ i, extent, lanes, turns, rest, takeLogs }) + after;
}

/** The text of a loop, and of what remains where its turns are not a multiple of those that are written out. */
interface Walk {
  readonly i: string;
  readonly extent: number;
  readonly lanes: number;
  readonly turns: string;
  readonly rest: string;
  readonly takeLogs: string;
}

function walkThrough({ i, extent, lanes, turns, rest, takeLogs }: Walk): string {
  const main = extent - (extent % lanes);
  const last = main === extent ? "" : printFor(`let ${i}=${integer(main)}`, i, integer(extent), 1, rest);
  return printFor(`let ${i}=0`, i, integer(main), lanes, turns) + last + takeLogs;
}

function walkInBlocks({ i, extent, lanes, turns, rest, takeLogs }: Walk): string {
  const main = extent % lanes === 0 ? "end" : "main";
  const last = main === "end" ? "" : printFor("", i, "end", 1, rest);
  const block =
    `const end=Math.min(${i}+${factorsOfBlock},${integer(extent)});\n` +
    (main === "end" ? "" : `const main=end-(end-${i})%${lanes};\n`) +
    printFor("", i, main, lanes, turns);
  return `for(let ${i}=0;${i}<${integer(extent)};){\n${block}${last}${takeLogs}}\n`;
}

function printFor(begin: string, i: string, end: string, step: number, body: string): string {
  return `for(${begin};${i}<${end};${i}+=${step}){\n${body}}\n`;
}

/** A total is added up in two sums, of even and of odd turns. */
function printOtherSum(total: Register): string {
  return `let ${laneName(total, 1)}=0;\n`;
}

function printJoinedSum(total: Register): string {
  return `${name("r", total)}+=${laneName(total, 1)};\n`;
}

/** While factors are gathered, what the register held before stands aside. */
function printProducts(log: Register): string {
  return `let ${name("l", log)}=${name("r", log)},${laneName(log, 1)}=0;${name("r", log)}=0;\n`;
}

function printTotal(log: Register): string {
  return `${name("r", log)}=${name("l", log)};\n`;
}

function laneName(register: Register, number: number): string {
  return number === 0 ? name("r", register) : `${name("r", register)}_${number}`;
}

function printRegister(register: Register, { lane }: Position): string {
  return laneName(register, lane?.own.has(register) === true ? lane.number : 0);
}

function printAtom(atom: Atom, position: Position): string {
  switch (atom.kind) {
    case "constant":
      return literal(atom.value);
    case "register": {
      const register = printRegister(atom.register, position);
      return position.context.comparisons.get(register) ?? register;
    }
    case "index": {
      const index = name("i", atom.index);
      return position.lane?.index === atom.index && position.lane.number > 0
        ? `(${index}+${position.lane.number})`
        : index;
    }
  }
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
    const factor = isLane ? name("i", atom.index) : printAtom(atom, position);
    return stride === 1 ? factor : `${factor}*${integer(stride)}`;
  });
  if (total !== 0 || parts.length === 0) parts.push(integer(total));
  return parts.join("+");
}
