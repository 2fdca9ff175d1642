/** How does a module run all steps of a repetition by itself? */
import { type Buffer, type Length, type Part, type Repetition, addLengths } from "@symloss/loops";
import { lengthWriter } from "./lengths.ts";
import { type Expression, i32, int } from "../assembler/expression.ts";
import { FunctionWriter } from "../assembler/function.ts";
import type { Layout } from "./layout.ts";
import { phases } from "./write-program.ts";

/** A function of where the memory begins, which calls the programs of each step; `firstProgram` is the number of the first in the module. */
export function writeRepetition(repetition: Repetition, firstProgram: number, layout: Layout): FunctionWriter {
  const writer = new FunctionWriter({ parameters: ["i32"] });
  const memory = writer.parameters[0] as Expression<"i32">;
  const length = lengthWriter(writer, memory, layout.names);
  writeSteps(repetition, { writer, memory, length, firstProgram, layout });
  return writer;
}

interface Context {
  readonly writer: FunctionWriter;
  readonly memory: Expression<"i32">;
  readonly length: (length: Length) => Expression<"i32">;
  readonly firstProgram: number;
  readonly layout: Layout;
}

function writeSteps({ length, place, parity, reverse, parts }: Repetition, context: Context): void {
  const { writer } = context;
  const step = writer.define(int(0));
  writer.repeat(
    () => {
      setCounter(place, reverse ? i32.sub(context.length(addLengths(length, -1)), step) : step, context);
      setCounter(parity, i32.and(step, int(1)), context);
      for (const part of parts) writePart(part, context);
      writer.set(step, i32.add(step, int(1)));
    },
    () => i32.lt_s(step, context.length(length)),
  );
}

function setCounter(counter: Buffer, value: Expression<"i32">, { writer, memory, layout }: Context): void {
  writer.store("i32.store", i32.add(memory, int(layout.offsets.get(counter)!)), value);
}

function writePart(part: Part, context: Context): void {
  if (part.kind === "repetition") {
    writeSteps(part, context);
    return;
  }
  const { writer, memory, firstProgram } = context;
  for (const program of part.programs)
    writer.call(firstProgram + program, memory, int(0), int(0), int(phases.first | phases.last));
}
