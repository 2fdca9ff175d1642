/** How is a loop printed, so that its iterations need not wait for each other? */
import {
  type Length,
  type Reduction,
  type Register,
  type Statement,
  type StatementOf,
  assumeLength,
} from "@symloss/loops";
import { factorsOfBlock, printLogarithm } from "./accumulate.ts";
import { type Lane, type Position, laneName } from "./position.ts";
import { integer, name } from "./text.ts";

/** Prints the statements of a body. */
export type PrintBody = (statements: readonly Statement[], position: Position) => string;

export function printLoop(loop: StatementOf<"loop">, position: Position, printBody: PrintBody): string {
  const { index, extent, body } = loop;
  const i = name("i", index);
  const lanes = lanesOf(body, extent);
  const [logs, totals] = [registersOf("sumLog1p", body), registersOf("total", body)];
  const inBlocks = logs.length > 0 && body.every(({ kind }) => kind !== "loop" && kind !== "accumulator");
  const inside: Position = { ...position, hot: true, mayEnd: isSearch(body), loopIndex: i, inBlocks, lane: undefined };
  const own = new Set(body.flatMap((statement) => (statement.kind === "let" ? [statement.register] : [])));
  const each = Array.from({ length: lanes }, (_, number): Lane => ({ index, number, own }));
  const iterations =
    lanes === 1 ? printBody(body, inside) : each.map((lane) => printBody(body, { ...inside, lane })).join("");
  const rest = isMultiple(extent, lanes) ? "" : printBody(body, inside);
  const walk = inBlocks ? walkInBlocks : walkThrough;
  const before = [...totals.map(printOtherSum), ...logs.map(printProducts)].join("");
  const after = [...totals.map(printJoinedSum), ...logs.map(printTotal)].join("");
  const takeLogs = logs.map(printLogarithm).join("");
  const end = position.context.length(extent);
  return before + walk({ i, extent, end, lanes, iterations, rest, takeLogs }) + after;
}

/** Whether nothing is left of a loop after as many iterations at a time. */
function isMultiple(extent: Length, lanes: number): boolean {
  return lanes === 1 || (typeof extent === "number" && extent % lanes === 0);
}

/** By how much a loop is unrolled. What iterations add to one sum is added in order in any case. */
function lanesOf(body: readonly Statement[], extent: Length): number {
  if (body.some(({ kind }) => kind === "loop" || kind === "accumulator" || kind === "update" || kind === "multiply"))
    return 1;
  if (body.some((statement) => statement.kind === "accumulate" && statement.reduction === "argmax")) return 1;
  const lanes = body.length <= 12 ? 4 : body.length <= 40 ? 2 : 1;
  return assumeLength(extent) >= 2 * lanes ? lanes : 1;
}

/** The registers in which a body accumulates such a reduction. */
function registersOf(wanted: Reduction, body: readonly Statement[]): Register[] {
  const all = body.flatMap((statement) =>
    statement.kind === "accumulate" && statement.reduction === wanted ? [statement.register] : [],
  );
  return [...new Set(all)];
}

/** Whether a loop only finds out whether something exists. */
function isSearch(body: readonly Statement[]): boolean {
  const results = body.filter((statement) => statement.kind === "accumulate");
  return (
    results.length === 1 &&
    results[0]!.reduction === "any" &&
    body.every(({ kind }) => kind === "let" || kind === "accumulate")
  );
}

/** The text of an unrolled loop, and of the rest if its length is not a multiple. */
interface Walk {
  readonly i: string;
  readonly extent: Length;
  /** The extent as printed. */
  readonly end: string;
  readonly lanes: number;
  readonly iterations: string;
  readonly rest: string;
  readonly takeLogs: string;
}

function walkThrough({ i, extent, end, lanes, iterations, rest, takeLogs }: Walk): string {
  if (isMultiple(extent, lanes)) return printFor(`let ${i}=0`, i, end, lanes, iterations) + takeLogs;
  const isKnown = typeof extent === "number";
  const main = isKnown ? integer(extent - (extent % lanes)) : `${i}m`;
  const before = isKnown ? "" : `const ${main}=${end}-${end}%${lanes};\n`;
  const last = printFor(`let ${i}=${main}`, i, end, 1, rest);
  return before + printFor(`let ${i}=0`, i, main, lanes, iterations) + last + takeLogs;
}

function walkInBlocks({ i, extent, end, lanes, iterations, rest, takeLogs }: Walk): string {
  const main = isMultiple(extent, lanes) ? "end" : "main";
  const last = main === "end" ? "" : printFor("", i, "end", 1, rest);
  const block =
    `const end=Math.min(${i}+${factorsOfBlock},${end});\n` +
    (main === "end" ? "" : `const main=end-(end-${i})%${lanes};\n`) +
    printFor("", i, main, lanes, iterations);
  return `for(let ${i}=0;${i}<${end};){\n${block}${last}${takeLogs}}\n`;
}

function printFor(begin: string, i: string, end: string, step: number, body: string): string {
  return `for(${begin};${i}<${end};${i}+=${step}){\n${body}}\n`;
}

/** A total is added up in two sums, of even and of odd iterations. */
function printOtherSum(total: Register): string {
  return `let ${laneName(total, 1)}=0;\n`;
}

function printJoinedSum(total: Register): string {
  return `${name("r", total)}+=${laneName(total, 1)};\n`;
}

/** While factors are accumulated, what the register held before is kept aside. */
function printProducts(log: Register): string {
  return `let ${name("l", log)}=${name("r", log)},${laneName(log, 1)}=0;${name("r", log)}=0;\n`;
}

function printTotal(log: Register): string {
  return `${name("r", log)}=${name("l", log)};\n`;
}
