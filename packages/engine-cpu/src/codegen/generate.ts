/** How does a graph run as generated JavaScript? */
import {
  EngineError,
  type Graph,
  type HostProgram,
  type Lengths,
  type TypedArray,
  allocate,
} from "@symloss/core/engine";
import {
  type Buffer,
  type Length,
  type LoopPlan,
  type Part,
  type Statement,
  allStatements,
  describePlan,
  planLoops,
  resolveLength,
} from "@symloss/loops";
import { type LengthNames, lengthPrinter, makeLengthNames } from "./lengths.ts";
import { library } from "./library.ts";
import { type Memory, makeMemory } from "./memory.ts";
import { type PrintedProgram, printProgram } from "./print.ts";
import { integer, name } from "./text.ts";

/** Whether text may become functions here; a content security policy may forbid it. */
export function mayGenerate(): boolean {
  try {
    // eslint-disable-next-line typescript/no-implied-eval
    return (new Function("return true") as () => boolean)();
  } catch {
    return false;
  }
}

/** The plan of a graph, as loops. */
export function generatePlan(graph: Graph): HostProgram {
  const plan = planLoops(graph, { namedDimensions: true });
  for (const { body } of plan.programs) checkLength(body);
  const names = makeLengthNames();
  const programs = plan.programs.map((program) => printProgram(program, names));
  const memory = makeMemory(plan, programs);
  const slots = programs.map((program) => Float64Array.from(program.slots));
  const run = build(plan, programs, names, memory, slots);
  const outputs = plan.buffers.filter(({ kind }) => kind === "output");
  return {
    // Few ask for it, and it takes a while to print.
    get description() {
      return describePlan(plan);
    },
    get bytes() {
      return slots.reduce((bytes, { byteLength }) => bytes + byteLength, memory.bytes);
    },
    run(values, given, _caller, _given, lengths) {
      // A result may share its memory with an input, which must not be overwritten before it is read.
      const isShared =
        given !== undefined && given.some(({ buffer }) => values.some((value) => value.buffer === buffer));
      const results =
        given === undefined || isShared
          ? outputs.map(({ dtype, size }) => allocate(dtype, resolveLength(size, lengths)))
          : given;
      run(values, results, lengths);
      return results;
    },
  };
}

/** JavaScript engines still run this many: the locals of a longer function are more than a call stack holds. */
const mostStatements = 40_000;

function checkLength(body: readonly Statement[]): void {
  const { length } = allStatements(body);
  if (length <= mostStatements) return;
  throw new EngineError(
    `cpu: ran out of statements for one loop, of which there may be ${mostStatements}, at ${length}. Compute fewer results at once, or take cpu({ mode: "interpreter" }).`,
  );
}

type Run = (inputs: readonly TypedArray[], outputs: readonly TypedArray[], lengths: Lengths | undefined) => void;

/** Makes the function for the arrays that are kept, and for the lengths that programs are given. */
type Bind = (
  kept: object,
  lengths: readonly number[],
) => (inputs: readonly TypedArray[], outputs: readonly TypedArray[]) => void;

/** A function that computes with the arrays for the lengths of its run. */
function build(
  plan: LoopPlan,
  programs: readonly PrintedProgram[],
  names: LengthNames,
  memory: Memory,
  slots: readonly Float64Array<ArrayBuffer>[],
): Run {
  const bind = generate(plan, programs, names, slots);
  const bound = (lengths: Lengths | undefined): Bound => {
    const numbers = names.list.map((length) => resolveLength(length, lengths));
    return { lengths: { ...lengths }, run: bind(Object.fromEntries(memory.arraysFor(lengths)), numbers) };
  };
  if (names.list.length === 0) return bound(undefined).run;
  let current: Bound | undefined;
  return (inputs, outputs, lengths) => {
    if (current === undefined || !areSame(lengths, current.lengths)) current = bound(lengths);
    current.run(inputs, outputs);
  };
}

/** What runs with the arrays for these lengths. */
interface Bound {
  readonly lengths: Lengths;
  readonly run: ReturnType<Bind>;
}

function areSame(lengths: Lengths | undefined, known: Lengths): boolean {
  if (lengths === undefined) return false;
  for (const name in known) if (lengths[name] !== known[name]) return false;
  return true;
}

/** One function that calls each program with its buffers and lengths, in each step of what is repeated. */
function generate(
  { parts, buffers }: LoopPlan,
  programs: readonly PrintedProgram[],
  names: LengthNames,
  allSlots: readonly Float64Array<ArrayBuffer>[],
): Bind {
  const given = [...Object.keys(library), "allSlots"];
  const functions = programs.map(
    ({ source }, index) =>
      `const p${index}=(()=>{const S=allSlots[${index}],H=new Uint16Array(S.buffer);return ${source}})();
`,
  );
  const calls = programs.map((program, index) => {
    const lengths = program.lengths.map((position) => name("n", position));
    return `p${index}(${[...program.buffers.map(printArgument), ...lengths].join()});`;
  });
  const body = printParts(parts, { calls, length: lengthPrinter(names, () => {}) });
  const own = buffers.filter(({ kind }) => kind !== "input" && kind !== "output");
  const arrays = own.map(({ id }) => `const k${integer(id)}=kept[${integer(id)}];`);
  const numbers = names.list.map((_, position) => `const ${name("n", position)}=lengths[${position}];`);
  const bind = `(kept,lengths)=>{${[...arrays, ...numbers].join("")}\nreturn (inputs,outputs)=>{${body}}}`;
  return make(`"use strict";const {${given.join()}}=given;\n${functions.join("")}return ${bind}`)({
    ...library,
    allSlots,
  });
}

/** The calls of programs, by their numbers, and how lengths are printed. */
interface Printing {
  readonly calls: readonly string[];
  readonly length: (length: Length) => string;
}

function printParts(parts: readonly Part[], printing: Printing): string {
  return parts.map((part) => printPart(part, printing)).join("");
}

/** The calls of programs, or a loop around them that sets its counters first. */
function printPart(part: Part, printing: Printing): string {
  if (part.kind === "programs") return part.programs.map((program) => printing.calls[program]!).join("");
  const { place, parity, reverse, parts } = part;
  const step = `s${integer(place.id)}`;
  const last = `${printing.length(part.length)}-1`;
  const set = `${printArgument(place)}[0]=${reverse ? `${last}-${step}` : step};${printArgument(parity)}[0]=${step}&1;`;
  return `for(let ${step}=0;${step}<=${last};${step}++){${set}${printParts(parts, printing)}}`;
}

/** Throws `EngineError` if the text is longer than JavaScript accepts here. */
function make(text: string): (given: object) => Bind {
  try {
    // eslint-disable-next-line typescript/no-implied-eval
    return new Function("given", text) as (given: object) => Bind;
  } catch (error) {
    throw new EngineError(
      `cpu: the generated program could not be compiled, at ${text.length} characters. A smaller graph can be, or cpu({ mode: "interpreter" }).`,
      { cause: error },
    );
  }
}

function printArgument({ kind, id, position }: Buffer): string {
  if (kind === "input") return `inputs[${integer(position!)}]`;
  return kind === "output" ? `outputs[${integer(position!)}]` : `k${integer(id)}`;
}
