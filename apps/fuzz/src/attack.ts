/** What happens when a call gets a hostile value: did text run as code, and was the error one of the library's? */
import {
  type DeviceArray,
  type Engine,
  compile,
  evaluate,
  isNDArray,
  isSymlossError,
  isTensor,
  ndarray,
  sum,
} from "@symloss/core";
import type { RightCall } from "./calls.ts";
import { type HostileValue, hasRun } from "./hostile.ts";
import { type Replaced, replacedEverywhere, shortened } from "./places.ts";
import type { Callable } from "./surface.ts";

/** What is wrong with how a call ended. */
export interface Wound {
  /** `@symloss/core sum` */
  readonly callable: string;
  /** `argument 1.axis: the text "x"` */
  readonly place: string;
  readonly fault: "a text ran as code" | "an error without a name";
  readonly error?: string | undefined;
}

/** Which places are met: one of so many, from this one on. */
export interface Turns {
  readonly of: number;
  readonly first: number;
}

/** Calls with the hostile value at every place, or at those whose turn it is, and uses whatever is returned. */
export async function attack(
  callable: Callable,
  { self, args }: RightCall,
  { name, make }: HostileValue,
  engine: Engine,
  { of, first }: Turns = { of: 1, first: 0 },
): Promise<Wound[]> {
  const calls = replacedEverywhere(args, make)
    .filter((_, index) => (index + first) % of === 0)
    .map((call) => ({ ...call, place: `${call.place}: ${name}` }));
  return woundsOf(callable, self, calls, engine);
}

/** Calls with too few arguments. */
export async function starve(callable: Callable, { self, args }: RightCall, engine: Engine): Promise<Wound[]> {
  return woundsOf(callable, self, shortened(args), engine);
}

async function woundsOf(
  { name, call }: Callable,
  self: RightCall["self"],
  calls: readonly Replaced[],
  engine: Engine,
): Promise<Wound[]> {
  const wounds: Wound[] = [];
  for (const { place, args } of calls) {
    try {
      await use(await call(self?.(), args), engine);
    } catch (error) {
      if (!isNamed(error))
        wounds.push({ callable: name, place, fault: "an error without a name", error: textOf(error) });
    }
    if (hasRun()) wounds.push({ callable: name, place, fault: "a text ran as code" });
  }
  return wounds;
}

/** Whether an error is one of core's, or of the suite's. */
function isNamed(error: unknown): boolean {
  return isSymlossError(error) || (error instanceof Error && error.name === "ConformanceError");
}

/**
 * Tensors are computed as they are, and reduced by a compiled function, in which a length is a loop bound; functions are called, engines
 * are disposed of.
 */
async function use(result: unknown, engine: Engine, depth = 0): Promise<void> {
  if (isTensor(result)) {
    const reduced = compile(() => sum(result), { engine });
    // Both, even if the first throws.
    const [whole, total] = await Promise.allSettled([evaluate(result, { engine }), reduced()]);
    await reduced.dispose();
    for (const { status, reason } of [whole, total] as PromiseRejectedResult[]) if (status === "rejected") throw reason;
  } else if (isNDArray(result)) {
    result.toArray();
  } else if (typeof result === "function" && depth === 0) {
    await use(await (result as (...args: unknown[]) => unknown)(ndarray([1, 2])), engine, depth + 1);
  } else if (isHandle(result)) {
    await result.read();
    result.dispose();
  } else if (isEngine(result)) {
    // The engine that computes all this must not be disposed of through a value that refers to it.
    if (result !== engine) await result.dispose();
  } else if (typeof result === "object" && result !== null && !ArrayBuffer.isView(result) && depth < 2) {
    for (const item of Object.values(result).slice(0, 4)) await use(item, engine, depth + 1);
  }
}

/** A record that a tree function rebuilt from one that pretends has its names, but no methods. */
function isHandle(value: unknown): value is DeviceArray {
  const { read, dispose } = (value ?? {}) as Partial<DeviceArray>;
  return typeof value === "object" && typeof read === "function" && typeof dispose === "function";
}

function isEngine(value: unknown): value is Engine {
  return typeof value === "object" && value !== null && "compile" in value && "dispose" in value;
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message.slice(0, 160)}` : String(error);
}
