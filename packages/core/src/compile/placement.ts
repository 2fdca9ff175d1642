/** Where does each result of a call stay: on the host, or on the engine's device? */
import { describe, print } from "../array/describe.ts";
import { OutOfRangeError } from "../array/errors.ts";
import type { NDArray } from "../array/ndarray.ts";
import { type OptionRule, isRecord } from "../array/options.ts";
import { type Structure, deepest } from "../array/tree.ts";
import { unknownName } from "../array/unknown-name.ts";
import type { TensorLike } from "../tensor/tensor.ts";
import type { Refused, Results } from "./signature.ts";

/** A place for all results, or one for each part of them; a name that is left out stands for the host. */
export type Placement = Place | readonly Placement[] | { readonly [name: string]: Placement };

/** Where a result stays: in an array on the host, or where it was computed. */
export type Place = "host" | "device";

/** What a call gives for what a function returns, with `D` for an array on the device. */
export type Placed<R, P, D> = P extends "host"
  ? Results<R, NDArray>
  : P extends "device"
    ? Results<R, D>
    : R extends TensorLike
      ? Refused<"one array stays in one place">
      : { -readonly [K in keyof R]: Placed<R[K], PartOf<P, K>, D> };
type PartOf<P, K> = K extends keyof P ? P[K] : P extends readonly (infer Each)[] ? Each : "host";

/** The rule of a placement; whether it fits is known when the function has been traced. */
export const placementRule: OptionRule = {
  must: '"host", "device", or a list or record of these',
  holds: (value) => isPlacement(value, 0),
  error: OutOfRangeError,
  show: (value) => (typeof value === "object" ? describe(value) : print(value)),
};

function isPlacement(value: unknown, depth: number): value is Placement {
  if (value === "host" || value === "device") return true;
  if (depth === deepest || !(Array.isArray(value) || isRecord(value))) return false;
  return Object.values(value).every((part) => isPlacement(part, depth + 1));
}

/** The place of each result, in order. Throws `OutOfRangeError` if the placement has not the structure of the results. */
export function placesOf(caller: string, placement: Placement, structure: Structure): readonly Place[] {
  const places: Place[] = [];
  const walk = (part: Placement, node: Structure, path: string): void => {
    if (node === null) {
      if (typeof part !== "string") {
        throw new OutOfRangeError(
          `${caller}: ${path} must be "host" or "device", for it is one array, got ${describe(part)}.`,
        );
      }
      places.push(part);
    } else if (typeof part === "string") {
      for (const below of Object.values(node)) walk(part, below, path);
    } else if (Array.isArray(node)) {
      if (!Array.isArray(part) || part.length !== node.length) {
        const got = Array.isArray(part) ? `a list of ${part.length}` : describe(part);
        throw new OutOfRangeError(
          `${caller}: ${path} must be a list of ${node.length}, as the function returns one, got ${got}.`,
        );
      }
      for (const [index, below] of node.entries())
        walk(part[index] as Placement, below as Structure, `${path}[${index}]`);
    } else {
      const names = Object.keys(node);
      if (Array.isArray(part)) {
        throw new OutOfRangeError(
          `${caller}: ${path} must be a record of ${names.join(", ")}, as the function returns one, got a list.`,
        );
      }
      const given = part as Readonly<Record<string, Placement>>;
      const unknown = Object.keys(given).find((name) => !names.includes(name));
      if (unknown !== undefined) throw new OutOfRangeError(unknownName(caller, path, unknown, names));
      for (const [name, below] of Object.entries(node)) {
        walk(Object.hasOwn(given, name) ? given[name]! : "host", below as Structure, `${path}.${name}`);
      }
    }
  };
  walk(placement, structure, "results");
  return places;
}

/** Throws `OutOfRangeError` unless all results are wanted on the host, into whose arrays a call can write them. */
export function requireHost(caller: string, placement: Placement): void {
  if (placement === "host") return;
  throw new OutOfRangeError(`${caller}: results must be "host" to use into, got ${placementRule.show!(placement)}.`);
}
