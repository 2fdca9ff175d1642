/** What does a function of vectors give for many numbers? */
import { type Arithmetic, fused, separate } from "../src/assembler/arithmetic.ts";
import { type Expression, i32, int, load } from "../src/assembler/expression.ts";
import { FunctionWriter, type Local } from "../src/assembler/function.ts";
import { importModule, memoryName, writeModule } from "../src/assembler/module.ts";

/** Writes a function of vectors where it is used. */
export type VectorFunction = (
  f: FunctionWriter,
  xs: readonly Expression<"v128">[],
  arithmetic: Arithmetic,
) => Expression<"v128">;

type Unary = (f: FunctionWriter, x: Expression<"v128">, arithmetic: Arithmetic) => Expression<"v128">;

/** A function of one vector. */
export function unary(write: Unary): VectorFunction {
  return (f, [x], arithmetic) => write(f, x!, arithmetic);
}

/** A function of two vectors. */
export function binary(
  write: (
    f: FunctionWriter,
    x: Expression<"v128">,
    y: Expression<"v128">,
    arithmetic: Arithmetic,
  ) => Expression<"v128">,
): VectorFunction {
  return (f, [x, y], arithmetic) => write(f, x!, y!, arithmetic);
}

type Numbers = Float32Array | Float64Array;

interface Memory {
  readonly buffer: ArrayBuffer;
}

const { WebAssembly: wasm } = globalThis as unknown as {
  WebAssembly: {
    Memory: new (options: { initial: number }) => Memory;
    Module: new (bytes: Uint8Array) => object;
    Instance: new (module: object, imports: object) => { exports: Record<string, (...numbers: number[]) => void> };
    validate: (bytes: Uint8Array) => boolean;
  };
};

/** How many vectors an iteration of the loop takes. */
const unrolled = 4;

/** How many numbers may be given at once, in bytes. */
export const capacity: number = 2 ** 18;

const pageSize = 2 ** 16;

/** The bytes of a module that applies a function to vectors at `from` and writes at `to`, until `end`. */
function moduleOf(write: VectorFunction, arithmetic: Arithmetic, inputs: number): Uint8Array {
  const f = new FunctionWriter({ parameters: ["i32", "i32", "i32"] });
  const [from, to, end] = f.parameters as [Local<"i32">, Local<"i32">, Local<"i32">];
  const step = (vector: number): void => {
    const xs = Array.from({ length: inputs }, (_, input) =>
      f.define(load("v128.load", from, 16 * vector + input * capacity)),
    );
    f.store("v128.store", to, write(f, xs, arithmetic), 16 * vector);
  };
  f.repeat(
    () => {
      for (let vector = 0; vector < unrolled; vector++) step(vector);
      f.set(from, i32.add(from, int(16 * unrolled)));
      f.set(to, i32.add(to, int(16 * unrolled)));
    },
    () => i32.lt_u(from, end),
  );
  return writeModule([], [{ name: "apply", writer: f }]);
}

/** The arithmetics that the runtime has, by name. */
export const arithmetics: readonly (readonly [string, Arithmetic])[] = [
  ["separate", separate] as const,
  ["fused", fused] as const,
].filter(([, arithmetic]) => wasm.validate(moduleOf(product, arithmetic, 1)));

function product(_: FunctionWriter, [x]: readonly Expression<"v128">[], arithmetic: Arithmetic): Expression<"v128"> {
  return arithmetic.multiplyAdd(x!, x!, x!);
}

/** Applies the function to arrays of numbers, of at most `capacity` bytes each. */
export function applier(
  write: VectorFunction,
  arithmetic: Arithmetic,
  inputs = 1,
): <N extends Numbers>(...arrays: readonly N[]) => N {
  const memory = new wasm.Memory({ initial: ((inputs + 1) * capacity) / pageSize });
  const module = new wasm.Module(moduleOf(write, arithmetic, inputs));
  const { apply } = new wasm.Instance(module, { [importModule]: { [memoryName]: memory } }).exports;
  const bytes = new Uint8Array(memory.buffer);
  return (...arrays) => {
    const result = arrays[0]!.slice() as (typeof arrays)[0];
    arrays.forEach((array, input) =>
      bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), input * capacity),
    );
    apply!(0, inputs * capacity, result.byteLength);
    const end = inputs * capacity + result.byteLength;
    new Uint8Array(result.buffer).set(bytes.subarray(inputs * capacity, end));
    return result;
  };
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** The distance of a float32 from what is true, in units of the last place of the truth. */
export function errorInUlps(value: number, truth: number): number {
  if (Number.isNaN(value) || Number.isNaN(truth)) return Number.isNaN(value) === Number.isNaN(truth) ? 0 : Infinity;
  if (value === 0 && Object.is(value, -0) !== (truth < 0 || Object.is(truth, -0))) return Infinity;
  if (!Number.isFinite(truth)) return value === truth ? 0 : Infinity;
  double[0] = truth;
  const exponent = ((words[1]! >>> 20) & 0x7ff) - 1023;
  const unit = 2 ** (Math.min(Math.max(exponent, -126), 127) - 23);
  return Math.abs(finite(value) - finite(truth)) / unit;
}

/** Infinity, as the number that would follow the greatest. */
function finite(x: number): number {
  return Math.min(Math.max(x, -(2 ** 128)), 2 ** 128);
}
