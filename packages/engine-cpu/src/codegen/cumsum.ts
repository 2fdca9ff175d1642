/** How are rows summed up to each element, in float64 and in order? */
import type { TypedArray } from "@symloss/core/engine";

/** Adds up rows of floats; the target rounds. `sums` is needed if elements of a row lie apart. */
export function cumsumFloats(
  source: TypedArray,
  target: TypedArray,
  outer: number,
  length: number,
  inner: number,
  reverse: boolean,
  sums?: Float64Array,
): void {
  const first = reverse ? length - 1 : 0;
  const step = reverse ? -inner : inner;
  for (let row = 0; row < outer; row++) {
    const begin = (row * length + first) * inner;
    if (sums === undefined) addLine(source, target, begin, step, length);
    else addBeside(source, target, begin, step, length, sums, inner);
  }
}

function addLine(source: TypedArray, target: TypedArray, begin: number, step: number, length: number): void {
  let total = 0;
  for (let index = 0, at = begin; index < length; index++, at += step) {
    total += source[at]!;
    target[at] = total;
  }
}

/** Adds up as many rows as lie beside each other, so that memory is read as it lies. */
function addBeside(
  source: TypedArray,
  target: TypedArray,
  begin: number,
  step: number,
  length: number,
  sums: Float64Array,
  inner: number,
): void {
  sums.fill(0);
  for (let index = 0, line = begin; index < length; index++, line += step) {
    for (let place = 0; place < inner; place++) {
      const total = sums[place]! + source[line + place]!;
      sums[place] = total;
      target[line + place] = total;
    }
  }
}

/** Adds up rows of integers; sums saturate. */
export function cumsumIntegers(
  source: TypedArray,
  target: TypedArray,
  outer: number,
  length: number,
  inner: number,
  reverse: boolean,
): void {
  const first = reverse ? length - 1 : 0;
  const step = reverse ? -inner : inner;
  for (let row = 0; row < outer; row++) {
    for (let place = 0; place < inner; place++) {
      let total = 0;
      for (let index = 0, at = (row * length + first) * inner + place; index < length; index++, at += step) {
        total += source[at]!;
        target[at] = Math.max(-0x80000000, Math.min(0x7fffffff, total));
      }
    }
  }
}
