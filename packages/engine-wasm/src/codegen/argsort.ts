/**
 * How are the indices of rows sorted by what stands there? Short rows by insertion, others digit by digit, the lowest first, of keys whose
 * bits have the order of the numbers. Each pass leaves equal digits as they are, so that ties keep their order.
 */
import type { DType } from "@symloss/core/engine";
import { type Length, type StatementOf, assumeLength, digitBits, multiplyLengths, shortRow } from "@symloss/loops";
import { type Expression, choose, double, f32, f64, i32, i64, int, load } from "../assembler/expression.ts";
import type { Local } from "../assembler/function.ts";
import type { Context } from "./position.ts";
import { type Numbers, numbersOf, writeRows, writeTimes } from "./numbers.ts";

type Place = Expression<"i32">;

/** A row that is sorted: its numbers, rounded to their dtype, and where its indices go. */
interface Row {
  readonly context: Context;
  readonly dtype: DType;
  readonly length: Length;
  readonly descending: boolean;
  /** The number at an index. */
  readonly numberAt: (index: Place) => Expression<"f64">;
  /** Writes the index that comes at a place. */
  readonly writeIndex: (place: Place, index: Place) => void;
  readonly scratch: Local<"i32">;
}

export function writeArgsort(
  { source, dtype, target, rows, scratch }: StatementOf<"mapRows">,
  descending: boolean,
  context: Context,
): void {
  const { writer, baseOf } = context;
  const { length, inner } = rows;
  const numbers = numbersOf(source, context);
  const memory = writer.define(baseOf(scratch!));
  writeRows(context, rows, (first) => {
    const from = writer.define(i32.add(baseOf(source), i32.mul(first, int(numbers.bytes))));
    const to = writer.define(i32.add(baseOf(target), i32.mul(first, int(4))));
    const row: Row = {
      context,
      dtype,
      length,
      descending,
      numberAt: (index) =>
        rounded(numbers, dtype, i32.add(from, i32.mul(index, context.length(multiplyLengths(inner, numbers.bytes))))),
      writeIndex: (place, index) =>
        writer.store("i32.store", i32.add(to, i32.mul(place, context.length(multiplyLengths(4, inner)))), index),
      scratch: memory,
    };
    if (typeof length === "number" && length <= shortRow) insertAll(row);
    else sortByDigits(row);
  });
}

function rounded({ read }: Numbers, dtype: DType, place: Place): Expression<"f64"> {
  const number = read(place);
  return dtype === "float32" ? f64.promote_f32(f32.demote_f64(number)) : number;
}

/** An entry of the scratch in which a short row is sorted: a number and its index. */
const entryBytes = 12;

/** A number moves before those that come after it, and before NaN, unless it is NaN itself. */
function insertAll({ context, length, descending, numberAt, writeIndex, scratch }: Row): void {
  const { writer } = context;
  writeTimes(context, length, (index) => {
    const number = writer.define(descending ? f64.neg(numberAt(index)) : numberAt(index));
    const entry = writer.define(i32.add(scratch, i32.mul(index, int(entryBytes))));
    writer.when(f64.eq(number, number), () =>
      writer.block((leave) =>
        writer.repeat(
          () => {
            leave(i32.eq(entry, scratch));
            const before = writer.define(i32.sub(entry, int(entryBytes)));
            leave(f64.le(load("f64.load", before), number));
            writer.store("f64.store", entry, load("f64.load", before));
            writer.store("i32.store", entry, load("i32.load", before, 8), 8);
            writer.set(entry, before);
          },
          () => int(1),
        ),
      ),
    );
    writer.store("f64.store", entry, number);
    writer.store("i32.store", entry, index, 8);
  });
  const entry = writer.define(scratch);
  writeTimes(context, length, (place) => {
    writeIndex(place, load("i32.load", entry, 8));
    writer.set(entry, i32.add(entry, int(entryBytes)));
  });
}

/** Where pairs of a key and an index are, and where to they are moved next. */
interface Pairs {
  readonly from: Local<"i32">;
  readonly to: Local<"i32">;
}

const pairBytes = 8;

function sortByDigits(row: Row): void {
  const { context, length, writeIndex, scratch } = row;
  const { writer } = context;
  const bits = digitBits(assumeLength(length));
  const digits = digitsOf(bits);
  const [from, to, counts] = [0, 2, 4].map((part) =>
    writer.define(i32.add(scratch, context.length(multiplyLengths(4 * part, length)))),
  ) as [Local<"i32">, Local<"i32">, Local<"i32">];
  const countBytes = 4 * digits.length * 2 ** bits;
  const pairs: Pairs = { from, to };
  const eachPair = (body: (pair: Local<"i32">, index: Local<"i32">) => void): void => {
    const pair = writer.define(from);
    writeTimes(context, length, (index) => {
      body(pair, index);
      writer.set(pair, i32.add(pair, int(pairBytes)));
    });
  };
  eachPair((pair, index) => writer.store("i32.store", pair, index, 4));
  for (const keyOf of keysOf(row)) {
    writer.fillBytes(counts, int(0), int(countBytes));
    eachPair((pair) => {
      const key = writer.define(keyOf(writer.define(row.numberAt(load("i32.load", pair, 4)))));
      writer.store("i32.store", pair, key);
      for (const digit of digits) {
        const count = writer.define(i32.add(counts, digit.offset(key)));
        writer.store("i32.store", count, i32.add(load("i32.load", count, digit.first), int(1)), digit.first);
      }
    });
    for (const digit of digits) {
      // If all digits are the same there is nothing to move.
      const ofFirst = load("i32.load", i32.add(counts, digit.offset(load("i32.load", from))), digit.first);
      writer.when(i32.ne(ofFirst, context.length(length)), () => moveByDigit(row, pairs, counts, digit));
    }
  }
  eachPair((pair, index) => writeIndex(index, load("i32.load", pair, 4)));
}

/** A digit of a key. */
interface Digit {
  readonly size: number;
  /** At which byte its counts begin. */
  readonly first: number;
  /** At which byte among these the count of a key is. */
  readonly offset: (key: Place) => Place;
}

function digitsOf(bits: number): Digit[] {
  const size = 2 ** bits;
  return Array.from({ length: Math.ceil(32 / bits) }, (_, digit) => ({
    size,
    first: 4 * size * digit,
    offset: (key) => {
      const shifted = digit === 0 ? i32.shl(key, int(2)) : i32.shr_u(key, int(digit * bits - 2));
      return i32.and(shifted, int(4 * (size - 1)));
    },
  }));
}

/** Counts become the addresses to which the pairs with each digit are moved. */
function moveByDigit({ context, length }: Row, { from, to }: Pairs, counts: Local<"i32">, digit: Digit): void {
  const { writer } = context;
  const next = writer.define(to);
  const count = writer.define(i32.add(counts, int(digit.first)));
  writeTimes(context, digit.size, () => {
    const bytes = writer.define(i32.mul(load("i32.load", count), int(pairBytes)));
    writer.store("i32.store", count, next);
    writer.set(next, i32.add(next, bytes));
    writer.set(count, i32.add(count, int(4)));
  });
  const source = writer.define(from);
  writeTimes(context, length, () => {
    const pair = writer.define(load("i64.load", source));
    const place = writer.define(i32.add(counts, digit.offset(i32.wrap_i64(pair))));
    const target = writer.define(load("i32.load", place, digit.first));
    writer.store("i64.store", target, pair);
    writer.store("i32.store", place, i32.add(target, int(pairBytes)), digit.first);
    writer.set(source, i32.add(source, int(pairBytes)));
  });
  const moved = writer.define(from);
  writer.set(from, to);
  writer.set(to, moved);
}

type KeyOf = (number: Local<"f64">) => Expression<"i32">;

/** The greatest key: that of NaN. */
const greatest = -1;
const signBit = -0x80000000;

/** The words of the key of a number, the lowest first. The more negative a number, the larger its bits are: they are inverted. */
function keysOf({ context: { writer }, dtype, descending }: Row): readonly KeyOf[] {
  const flipped = (key: Expression<"i32">): Expression<"i32"> => (descending ? i32.xor(key, int(-1)) : key);
  if (dtype === "int32") return [(number) => flipped(i32.xor(i32.trunc_sat_f64_s(number), int(signBit)))];
  const ofFloats =
    (wordOf: (number: Local<"f64">) => Expression<"i32">): KeyOf =>
    (number) => {
      // -0 + 0 is 0.
      const positive = writer.define(f64.add(number, double(0)));
      return choose(flipped(wordOf(positive)), int(greatest), f64.eq(number, number));
    };
  const ordered = (bits: Expression<"i32">): Expression<"i32"> => {
    const high = writer.define(bits);
    return i32.xor(high, i32.or(i32.shr_s(high, int(31)), int(signBit)));
  };
  if (dtype === "float32") return [ofFloats((number) => ordered(i32.reinterpret_f32(f32.demote_f64(number))))];
  return [
    ofFloats((number) => i32.xor(i32.wrap_i64(i64.reinterpret_f64(number)), i32.shr_s(highWord(number), int(31)))),
    ofFloats((number) => ordered(highWord(number))),
  ];
}

function highWord(number: Expression<"f64">): Expression<"i32"> {
  return i32.wrap_i64(i64.shr_u(i64.reinterpret_f64(number), i64.extend_i32_u(int(32))));
}
