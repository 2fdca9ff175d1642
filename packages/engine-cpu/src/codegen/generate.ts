/** How does a graph run as generated JavaScript? */
import { EngineError, type Graph, type HostProgram, type TypedArray, allocate } from "@symloss/core/engine";
import {
  type Buffer,
  type LoopPlan,
  type Part,
  type Statement,
  allStatements,
  describePlan,
  planLoops,
} from "@symloss/loops";
import { library } from "./library.ts";
import { allocateKept } from "./memory.ts";
import { type PrintedProgram, printProgram } from "./print.ts";
import { integer, length } from "./text.ts";

/** Whether text may become functions here; a content security policy may forbid it. */
export function mayGenerate(): boolean {
  try {
    // eslint-disable-next-line typescript/no-implied-eval
    return (new Function("return true") as () => boolean)();
  } catch {
    return false;
  }
}

/** The plan of a graph of concrete shapes, as loops. */
export function generatePlan(graph: Graph): HostProgram {
  const plan = planLoops(graph);
  for (const { body } of plan.programs) checkLength(body);
  const programs = plan.programs.map(printProgram);
  const kept = allocateKept(plan, programs);
  const slots = programs.map((program) => Float64Array.from(program.slots));
  const run = build(plan, programs, kept, slots);
  const outputs = plan.buffers.filter(({ kind }) => kind === "output");
  return {
    // Few ask for it, and it takes a while to print.
    get description() {
      return describePlan(plan);
    },
    bytes: bytesOf(new Set([...kept.values(), ...slots])),
    run(values, given) {
      // A result may share its memory with an input, which must not be overwritten before it is read.
      const isShared =
        given !== undefined && given.some(({ buffer }) => values.some((value) => value.buffer === buffer));
      const results = given === undefined || isShared ? outputs.map(({ dtype, size }) => allocate(dtype, size)) : given;
      run(values, results);
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

function bytesOf(arrays: ReadonlySet<TypedArray>): number {
  return [...arrays].reduce((bytes, { byteLength }) => bytes + byteLength, 0);
}

type Run = (inputs: readonly TypedArray[], outputs: readonly TypedArray[]) => void;

/** One function that calls each program with its buffers, in each step of what is repeated. */
function build(
  { parts }: LoopPlan,
  programs: readonly PrintedProgram[],
  kept: ReadonlyMap<number, TypedArray>,
  allSlots: readonly Float64Array<ArrayBuffer>[],
): Run {
  const names = [...Object.keys(library), "kept", "allSlots"];
  const functions = programs.map(
    ({ source }, index) =>
      `const p${index}=(()=>{const S=allSlots[${index}],H=new Uint16Array(S.buffer);return ${source}})();
`,
  );
  const arrays = [...kept.keys()].map((id) => `const k${integer(id)}=kept[${integer(id)}];`);
  const calls = programs.map(({ buffers }, index) => `p${index}(${buffers.map(printArgument).join()});`);
  const text = `"use strict";const {${names.join()}}=given;\n${arrays.join("")}\n${functions.join("")}return (inputs,outputs)=>{${printParts(parts, calls)}}`;
  return make(text)({ ...library, kept: Object.fromEntries(kept), allSlots });
}

function printParts(parts: readonly Part[], calls: readonly string[]): string {
  return parts.map((part) => printPart(part, calls)).join("");
}

/** The calls of programs, or a loop around them that sets its counters first. */
function printPart(part: Part, calls: readonly string[]): string {
  if (part.kind === "programs") return part.programs.map((program) => calls[program]!).join("");
  const { place, parity, reverse, parts } = part;
  const step = `s${integer(place.id)}`;
  const last = `${length(part.length)}-1`;
  const set = `${printArgument(place)}[0]=${reverse ? `${last}-${step}` : step};${printArgument(parity)}[0]=${step}&1;`;
  return `for(let ${step}=0;${step}<=${last};${step}++){${set}${printParts(parts, calls)}}`;
}

/** Throws `EngineError` if the text is longer than JavaScript accepts here. */
function make(text: string): (given: object) => Run {
  try {
    // eslint-disable-next-line typescript/no-implied-eval
    return new Function("given", text) as (given: object) => Run;
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
