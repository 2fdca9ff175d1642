/** How are rows summed up to each element, in float64 and in order? */
import { type Length, type StatementOf, addLengths, multiplyLengths } from "@symloss/loops";
import { type Expression, double, f64, i32, int, load } from "../assembler/expression.ts";
import type { Local } from "../assembler/function.ts";
import type { Context } from "./position.ts";
import { type Numbers, numbersOf, writeTimes } from "./numbers.ts";

/** The numbers that are added up, where in both arrays they are, and how far the next is. */
interface Walk {
  readonly from: Numbers;
  readonly to: Numbers;
  readonly source: Local<"i32">;
  readonly target: Local<"i32">;
}

export function writeCumsum(
  { source, target, rows, scratch }: StatementOf<"mapRows">,
  reverse: boolean,
  context: Context,
): void {
  const { writer, baseOf } = context;
  const { outer, length, inner } = rows;
  const [from, to] = [numbersOf(source, context), numbersOf(target, context)];
  const begin = reverse ? multiplyLengths(addLengths(length, -1), inner) : 0;
  writeTimes(context, outer, (row) => {
    const first = writer.define(
      i32.add(i32.mul(row, context.length(multiplyLengths(length, inner))), context.length(begin)),
    );
    const walk: Walk = {
      from,
      to,
      source: writer.define(i32.add(baseOf(source), i32.mul(first, int(from.bytes)))),
      target: writer.define(i32.add(baseOf(target), i32.mul(first, int(to.bytes)))),
    };
    if (inner === 1) addLine(walk, length, reverse ? -1 : 1, context);
    else addBeside(walk, baseOf(scratch!), { length, inner, back: reverse ? multiplyLengths(2, inner) : 0 }, context);
  });
}

/** Moves both places by a number of elements. */
function move({ from, to, source, target }: Walk, by: Length, { writer, length }: Context): void {
  writer.set(source, i32.add(source, length(multiplyLengths(by, from.bytes))));
  writer.set(target, i32.add(target, length(multiplyLengths(by, to.bytes))));
}

function addLine(walk: Walk, length: Length, step: number, context: Context): void {
  const { writer } = context;
  const total = writer.define(double(0));
  writeTimes(context, length, () => {
    writer.set(total, f64.add(total, walk.from.read(walk.source)));
    walk.to.write(walk.target, total);
    move(walk, step, context);
  });
}

/** Adds up as many rows as lie beside each other, so that memory is read as it lies. */
function addBeside(
  walk: Walk,
  scratch: Expression<"i32">,
  { length, inner, back }: { readonly length: Length; readonly inner: Length; readonly back: Length },
  context: Context,
): void {
  const { writer } = context;
  writer.fillBytes(scratch, int(0), context.length(multiplyLengths(8, inner)));
  writeTimes(context, length, () => {
    const sum = writer.define(scratch);
    writeTimes(context, inner, () => {
      const total = writer.define(f64.add(load("f64.load", sum), walk.from.read(walk.source)));
      writer.store("f64.store", sum, total);
      walk.to.write(walk.target, total);
      writer.set(sum, i32.add(sum, int(8)));
      move(walk, 1, context);
    });
    if (back !== 0) move(walk, multiplyLengths(-1, back), context);
  });
}
