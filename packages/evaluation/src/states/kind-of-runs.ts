/** What has a statistic as its state that needs the order of all numbers? Runs of their places, which are in files if they are large. */
import { OutOfRangeError } from "@symloss/core";
import { type MaybePromise, type TypedArray, describe, isRecord } from "@symloss/core/engine";
import { isCount } from "../exact/exact-sum.ts";
import type { RunStore } from "../runs/run-store.ts";
import { type OpenRun, checkRun, mergeRunTexts, openRun, referenceOf } from "../runs/run-text.ts";
import { SpillingCounts } from "../runs/spilling-counts.ts";
import type { Accumulator, Growing, Json, Kind } from "../statistic.ts";
import { type Bits, Places } from "./places.ts";

/** A run under each name, and how many rows were NaN. */
type Runs<Name extends string> = Readonly<Record<Name, OpenRun>> & { readonly nan: number };

/** Begins to count rows: what it gives counts one, or says that it is NaN by false. */
type StartCounting<Name extends string> = (
  counts: Readonly<Record<Name, SpillingCounts>>,
  places: Places,
) => (columns: readonly TypedArray[], row: number) => boolean;

/** A kind whose state has a run of places under each name. */
export function kindOfRuns<Name extends string, Result>(
  name: string,
  names: readonly Name[],
  bits: Bits,
  start: StartCounting<Name>,
  result: (runs: Runs<Name>, bits: Bits) => MaybePromise<Result>,
): Kind<Result> {
  type State = Readonly<Record<Name, Json>> & { readonly nan: number };
  // There are not too many places of 16 bits.
  const storeFor = (store: RunStore | undefined): RunStore | undefined => (bits === 32 ? store : undefined);
  const mapRuns = async (of: (own: Name) => Promise<Json>): Promise<Readonly<Record<string, Json>>> => {
    const texts: [Name, Json][] = [];
    // One after the other: each may need room.
    for (const own of names) texts.push([own, await of(own)]);
    return Object.fromEntries(texts);
  };
  return {
    name,
    takes: "rows",
    start: () => startRuns(names, bits, start),
    async merge(states, store) {
      const all = states as readonly State[];
      const runs = await mapRuns((own) =>
        mergeRunTexts(
          all.map((state) => state[own]),
          storeFor(store),
        ),
      );
      return { ...runs, nan: all.reduce((sum, { nan }) => sum + nan, 0) };
    },
    result(state, store) {
      const runs = names.map((own) => [own, openRun("result", (state as State)[own], store)] as const);
      return result({ ...Object.fromEntries(runs), nan: (state as State).nan } as Runs<Name>, bits);
    },
    check(path, state) {
      const wanted = [...names, "nan"];
      if (
        !isRecord(state) ||
        Object.keys(state).toSorted().join() !== wanted.toSorted().join() ||
        !isCount(state["nan"])
      ) {
        throw new OutOfRangeError(`${path} must be a record of ${wanted.join(", ")}, got ${describe(state)}.`);
      }
      for (const own of names) checkRun(`${path}.${own}`, state[own], 2 ** bits);
    },
    async digested(state) {
      if (bits === 16) return state;
      return { ...(state as State), ...(await mapRuns((own) => referenceOf((state as State)[own]))) };
    },
  };
}

function startRuns<Name extends string>(names: readonly Name[], bits: Bits, start: StartCounting<Name>): Accumulator {
  const counts = names.map((own) => [own, new SpillingCounts(2 ** bits)] as const);
  const take = start(Object.fromEntries(counts) as Readonly<Record<Name, SpillingCounts>>, new Places());
  let nan = 0;
  const accumulator: Accumulator = {
    add(columns, from, to) {
      for (let row = from; row < to; row++) if (!take(columns, row)) nan++;
    },
    async state(store) {
      const texts: [Name, Json][] = [];
      for (const [own, one] of counts) texts.push([own, await one.text(bits === 32 ? store : undefined)]);
      return { ...Object.fromEntries(texts), nan } as Json;
    },
  };
  return bits === 16 ? accumulator : { ...accumulator, growing: growingOf(counts.map(([, one]) => one)) };
}

function growingOf(counts: readonly SpillingCounts[]): Growing {
  return {
    get size() {
      return counts.reduce((sum, { size }) => sum + size, 0);
    },
    async spill(store) {
      for (const one of counts) await one.spill(store);
    },
    async discard() {
      for (const one of counts) await one.discard();
    },
  };
}
