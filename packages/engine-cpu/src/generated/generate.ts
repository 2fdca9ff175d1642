/** How does a graph run as generated JavaScript? */
import { type Graph, type TypedArray, allocate } from "@symloss/core/engine";
import { type Buffer, type LoopPlan, describePlan, planLoops } from "@symloss/loops";
import type { Plan } from "../plan.ts";
import { library } from "./library.ts";
import { printProgram } from "./print.ts";

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
export function generatePlan(graph: Graph): Plan {
  const plan = planLoops(graph);
  const run = build(plan);
  const outputs = plan.buffers.filter(({ kind }) => kind === "output");
  return {
    // Few ask, and it takes a while to write.
    get description() {
      return describePlan(plan);
    },
    run(values, given) {
      // A result may stand where an input was: what is read must not be overwritten before.
      const isShared =
        given !== undefined && given.some(({ buffer }) => values.some((value) => value.buffer === buffer));
      const results = given === undefined || isShared ? outputs.map(({ dtype, size }) => allocate(dtype, size)) : given;
      run(values, results);
      return results;
    },
  };
}

type Run = (inputs: readonly TypedArray[], outputs: readonly TypedArray[]) => void;

/** One function that calls each program with its buffers. */
function build(plan: LoopPlan): Run {
  const programs = plan.programs.map(printProgram);
  const names = [...Object.keys(library), "kept", "allSlots"];
  const functions = programs.map(
    ({ source }, index) =>
      `const p${index}=(()=>{const S=allSlots[${index}],H=new Uint16Array(S.buffer);return ${source}})();
`,
  );
  const calls = programs.map(({ buffers }, index) => `p${index}(${buffers.map(printArgument).join()});`);
  const text = `"use strict";const {${names.join()}}=given;\n${functions.join("")}return (inputs,outputs)=>{${calls.join("")}}`;
  const slots = programs.map((program) => Float64Array.from(program.slots));
  // eslint-disable-next-line typescript/no-implied-eval
  const make = new Function("given", text) as (given: object) => Run;
  return make({ ...library, kept: keep(plan), allSlots: slots });
}

function printArgument({ kind, id, position }: Buffer): string {
  if (kind === "input") return `inputs[${position}]`;
  return kind === "output" ? `outputs[${position}]` : `kept[${id}]`;
}

/** The arrays that stay from run to run: runs do not overlap, for each is done before it returns. */
function keep({ buffers }: LoopPlan): Readonly<Record<number, ArrayLike<number>>> {
  return Object.fromEntries(
    buffers.flatMap(({ id, kind, dtype, size, data }) => {
      if (kind === "constant") return [[id, data!]];
      return kind === "intermediate" || kind === "scratch" ? [[id, allocate(dtype, size)]] : [];
    }),
  );
}
