/** Is an array as expected? Shape, dtype, storage, then values; the error says which element differs first, and how. */
import { type DType, type NDArray, sameShape } from "@symloss/core";
import { castNumber, formatType, holds, refusedNode } from "@symloss/core/engine";
import { productOf } from "./data.ts";
import { positionAt } from "./oracle/position.ts";

/** The expected content of an array. */
export interface Expected {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly values: ArrayLike<number>;
  /** The allowed error of each element; Infinity if it may be anything. */
  readonly allowed: (index: number) => number;
}

/** An engine did not do what it must. */
export class ConformanceError extends Error {
  override readonly name = "ConformanceError" as const;
}

/** Throws `ConformanceError` unless the array is as expected. NaN and each infinity equal only themselves. */
export function expectArray(what: string, got: NDArray, want: Expected): void {
  if (!sameShape(got.shape, want.shape) || got.dtype !== want.dtype) {
    throw new ConformanceError(
      `${what}: the result must be ${formatType(want.dtype, want.shape)}, got ${formatType(got.dtype, got.shape)}.`,
    );
  }
  expectStorage(what, got);
  const differing: number[] = [];
  for (let index = 0; index < want.values.length; index++) {
    if (!agrees(got.data[index]!, castToRange(want.values[index]!, want.dtype), want.allowed(index)))
      differing.push(index);
  }
  const first = differing[0];
  if (first === undefined) return;
  throw new ConformanceError(
    `${what}: ${formatType(got.dtype, got.shape)} must agree at every element, got ${got.data[first]} at [${positionAt(first, got.shape).join(", ")}] ` +
      `where ${want.values[first]} is expected (allowed difference ${want.allowed(first)}). ` +
      `${differing.length} of ${got.size} elements differ.`,
  );
}

/** Throws unless there are as many arrays as expected, and each is as expected. */
export function expectArrays(what: string, got: readonly NDArray[], want: readonly Expected[]): void {
  if (got.length !== want.length)
    throw new ConformanceError(`${what}: there must be ${want.length} results, got ${got.length}.`);
  for (const [index, array] of got.entries())
    expectArray(got.length === 1 ? what : `${what}, result ${index}`, array, want[index]!);
}

/** Throws unless both arrays hold exactly the same. */
export function expectSame(what: string, got: NDArray, want: NDArray): void {
  expectArray(what, got, { shape: want.shape, dtype: want.dtype, values: want.data, allowed: () => 0 });
}

/** Throws unless the condition holds. */
export function expectThat(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ConformanceError(message);
}

/** Throws unless the call fails with an error of this name, whose message contains all of these words. */
export async function expectError(
  what: string,
  run: () => unknown,
  name: string,
  words: readonly string[] = [],
): Promise<void> {
  let thrown: unknown;
  try {
    await run();
  } catch (error) {
    thrown = error;
  }
  // A case that can't be rewritten using what the engine supports is skipped, whatever error it expects.
  if (refusedNode(thrown) !== undefined && (thrown as Error).name !== name) throw thrown;
  expectThat(thrown !== undefined, `${what}: it must throw a ${name}, got no error.`);
  expectThat(thrown instanceof Error, `${what}: it must throw an Error, got ${typeof thrown}.`);
  const { name: got, message } = thrown;
  expectThat(got === name, `${what}: it must throw a ${name}, got a ${got}: ${message}`);
  const missing = words.filter((word) => !message.includes(word));
  expectThat(
    missing.length === 0,
    `${what}: the message must name ${missing.join(" and ")}, got ${JSON.stringify(message)}.`,
  );
}

function agrees(got: number, want: number, allowed: number): boolean {
  if (allowed === Infinity || Object.is(got, want) || got === want) return true;
  return Number.isFinite(got) && Number.isFinite(want) && Math.abs(got - want) <= allowed;
}

/** A value too large for float32 becomes an infinity; any other is compared unrounded. */
function castToRange(value: number, dtype: DType): number {
  const cast = castNumber(value, dtype);
  return dtype === "float32" && Number.isFinite(cast) ? value : cast;
}

function expectStorage(what: string, got: NDArray): void {
  if (!holds(got.dtype, got.data) || got.data.length !== productOf(got.shape)) {
    const { name } = got.data.constructor;
    throw new ConformanceError(
      `${what}: ${formatType(got.dtype, got.shape)} must be held by the typed array of its dtype and size, got ${name} of ${got.data.length}.`,
    );
  }
  if (got.dtype === "bool" && got.data.some((byte) => byte > 1)) {
    throw new ConformanceError(`${what}: bools must be bytes 0 and 1, got ${got.data.find((byte) => byte > 1)}.`);
  }
}
