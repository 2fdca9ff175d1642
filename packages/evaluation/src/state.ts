/** What is known after some rows? A state: JSON, of which there is one for each multiset of rows, and its text. */
import { DTypeError, OutOfRangeError } from "@symloss/core";
import { type MaybePromise, describe, isRecord, print } from "@symloss/core/engine";
import { type Borders, checkBorders, mergeBorders } from "./borders.ts";
import { isCount } from "./exact/exact-sum.ts";
import { sha256 } from "./platform.ts";
import type { RunStore } from "./runs/run-store.ts";
import type { Json, Kind } from "./statistic.ts";

/** Where a row is. */
export interface RowAddress {
  readonly shard: string;
  readonly row: number;
}

/** Rows that were left out for one reason: how many, and the first of them. */
export interface SkippedRows {
  readonly count: number;
  readonly rows: readonly RowAddress[];
}

/** The states of some statistics by name, and how many rows they have taken. */
export interface StatisticStates {
  readonly rows: number;
  readonly states: Readonly<Record<string, Json>>;
}

/** The state of an evaluation. */
export interface EvaluationState extends StatisticStates {
  readonly format: "symloss-evaluation";
  readonly version: 1;
  /** What is evaluated: a digest of the columns, the graph and the statistics. */
  readonly key: string;
  /** By what it was computed, on which the last bits depend; null of nothing. */
  readonly fingerprint: string | null;
  readonly skipped: Readonly<Record<string, SkippedRows>>;
  /** The same for each group; null if rows were not grouped. */
  readonly by: Readonly<Record<string, StatisticStates>> | null;
  /** The queries at the borders of shards, which may not be cut; null if rows are not those of queries. */
  readonly borders: Borders | null;
}

/** Statistics by name. */
export type Kinds = ReadonlyMap<string, Kind<unknown>>;

/** What states are made of. */
export interface StateParts {
  readonly kinds: Kinds;
  /** The column of queries, if rows are those of queries. */
  readonly query: string | undefined;
}

/** How many addresses of skipped rows are kept for each reason. */
export const mostAddresses = 10;

/** How many groups there may be, unless more are allowed. */
export const mostGroups = 10_000;

/** Throws `OutOfRangeError` if there are more groups. */
export function requireGroups(caller: string, { by }: EvaluationState, most: number): void {
  const count = by === null ? 0 : Object.keys(by).length;
  if (count <= most) return;
  throw new OutOfRangeError(`${caller}: by must have at most ${most} groups, got ${count}. maxGroups allows more.`);
}

/** The state of no rows. */
export async function emptyState(key: string, { kinds, query }: StateParts): Promise<EvaluationState> {
  return {
    format: "symloss-evaluation",
    version: 1,
    key,
    fingerprint: null,
    rows: 0,
    skipped: {},
    states: await startedStates(kinds),
    by: null,
    borders: query === undefined ? null : {},
  };
}

/** The states of nothing. */
export async function startedStates(kinds: Kinds): Promise<Readonly<Record<string, Json>>> {
  return mapKinds(kinds, (kind) => kind.start().state(undefined));
}

/** One after the other: each may need room. */
async function mapKinds(
  kinds: Kinds,
  of: (kind: Kind<unknown>, name: string) => MaybePromise<Json>,
): Promise<Readonly<Record<string, Json>>> {
  const states: [string, Json][] = [];
  for (const [name, kind] of kinds) states.push([name, await of(kind, name)]);
  return recordOf(states);
}

/** What may differ between states that are merged. */
export interface MergeOptions {
  /** Whether states of different fingerprints are merged, though their rows may differ in the last bits. Default false. */
  readonly anyFingerprint?: boolean | undefined;
  /** Where large runs of states of `exact: true` are kept, and are put: `fileRuns("runs")`. */
  readonly runs?: RunStore | undefined;
}

/**
 * The state of the rows of all of these, of which there is one at least. Throws `OutOfRangeError` if they are of different evaluations, were
 * computed by different means, or have parts of one query.
 */
export async function mergeStates(
  caller: string,
  states: readonly EvaluationState[],
  kinds: Kinds,
  { anyFingerprint = false, runs }: MergeOptions,
): Promise<EvaluationState> {
  const [first] = states as readonly [EvaluationState];
  const other = states.find(({ key }) => key !== first.key);
  if (other !== undefined) {
    throw new OutOfRangeError(`${caller}: states must be of one evaluation, got keys ${first.key} and ${other.key}.`);
  }
  const prints = [...new Set(states.map(({ fingerprint }) => fingerprint).filter((print_) => print_ !== null))];
  if (prints.length > 1 && !anyFingerprint) {
    throw new OutOfRangeError(
      `${caller}: states must have one fingerprint, for their last bits may differ, got ${print(prints[0])} and ${print(prints[1])}. ` +
        "anyFingerprint: true merges them.",
    );
  }
  const borders = states.flatMap((state) => (state.borders === null ? [] : [state.borders]));
  return {
    ...first,
    fingerprint:
      prints.length === 0 ? null : [...new Set(prints.flatMap((one) => one.split(" | ")))].toSorted().join(" | "),
    // Before what may take long.
    borders: borders.length === 0 ? null : mergeBorders(caller, borders),
    ...(await mergeStatistics(states, kinds, runs)),
    skipped: states.map(({ skipped }) => skipped).reduce(mergeSkipped),
    by: await mergeGroups(caller, states, kinds, runs),
  };
}

/** The states of the rows of all. */
export async function mergeStatistics(
  states: readonly StatisticStates[],
  kinds: Kinds,
  runs: RunStore | undefined,
): Promise<StatisticStates> {
  const merge = (kind: Kind<unknown>, name: string): MaybePromise<Json> =>
    kind.merge(
      states.map(({ states: own }) => own[name]!),
      runs,
    );
  return { rows: states.reduce((sum, { rows }) => sum + rows, 0), states: await mapKinds(kinds, merge) };
}

/** Without rows there are no groups, so a state may lack them then. */
async function mergeGroups(
  caller: string,
  states: readonly EvaluationState[],
  kinds: Kinds,
  runs: RunStore | undefined,
): Promise<EvaluationState["by"]> {
  if (states.every(({ by }) => by === null)) return null;
  const groups = new Map<string, StatisticStates[]>();
  for (const { by, rows } of states) {
    if (by === null && rows > 0) {
      throw new OutOfRangeError(`${caller}: states must all be grouped, or none, got one of each.`);
    }
    for (const [group, own] of Object.entries(by ?? {})) groups.set(group, [...(groups.get(group) ?? []), own]);
  }
  const merged: [string, StatisticStates][] = [];
  for (const [group, own] of groups) merged.push([group, await mergeStatistics(own, kinds, runs)]);
  return recordOf(merged);
}

/** Borders don't count: they are those of shards, not of rows. Nor does it count whether runs are in a store. */
export async function digestOf(state: EvaluationState, kinds: Kinds): Promise<string> {
  const digested = async ({ rows, states }: StatisticStates): Promise<StatisticStates> => ({
    rows,
    states: await mapKinds(kinds, (kind, name) => kind.digested?.(states[name]!) ?? states[name]!),
  });
  const by: [string, StatisticStates][] = [];
  for (const [group, own] of Object.entries(state.by ?? {})) by.push([group, await digested(own)]);
  const own = { ...state, ...(await digested(state)), by: state.by === null ? null : recordOf(by), borders: null };
  return (await sha256(canonical(own))).slice(0, 32);
}

/** A record that may have any name, `__proto__` too. */
export function recordOf<T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> {
  return Object.fromEntries(entries);
}

/** Rows that were skipped in both. */
export function mergeSkipped(
  left: EvaluationState["skipped"],
  right: EvaluationState["skipped"],
): EvaluationState["skipped"] {
  const reasons = new Map(Object.entries(left));
  for (const [reason, own] of Object.entries(right)) {
    const known = reasons.get(reason) ?? { count: 0, rows: [] };
    const rows = [...known.rows, ...own.rows].toSorted(compareAddresses).slice(0, mostAddresses);
    reasons.set(reason, { count: known.count + own.count, rows });
  }
  return recordOf(reasons);
}

function compareAddresses(left: RowAddress, right: RowAddress): number {
  if (left.shard !== right.shard) return left.shard < right.shard ? -1 : 1;
  return left.row - right.row;
}

/** The one text of a state: JSON without spaces, names in order. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    // Long lists are mostly of numbers.
    const isPlain = value.every((element) => typeof element === "number");
    return isPlain ? JSON.stringify(value) : `[${value.map(canonical).join()}]`;
  }
  if (!isRecord(value)) return JSON.stringify(value);
  const names = Object.keys(value).toSorted();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join()}}`;
}

/** The state of a text. Throws `DTypeError` if it is no JSON, and `OutOfRangeError`, naming the part, if it is no state of this evaluation. */
export function readState(text: string, key: string, parts: StateParts): EvaluationState {
  return checkState(parse(text), key, parts);
}

/** The same value. Throws `OutOfRangeError`, naming the part, if it is no state of this evaluation. */
export function checkState(state: unknown, key: string, { kinds, query }: StateParts): EvaluationState {
  if (!isRecord(state) || state["format"] !== "symloss-evaluation" || state["version"] !== 1) {
    throw new OutOfRangeError(`read: text must be that of a state, version 1, got ${describe(state)}.`);
  }
  if (state["key"] !== key) {
    throw new OutOfRangeError(`read: the state must be of this evaluation, ${key}, got one of ${print(state["key"])}.`);
  }
  const { fingerprint, skipped, by, borders } = state;
  if (fingerprint !== null && typeof fingerprint !== "string")
    throw wrongPart("fingerprint", "a text or null", fingerprint);
  checkStatistics("", state, kinds);
  checkSkipped(skipped);
  if (by !== null) {
    if (!isRecord(by)) throw wrongPart("by", "a record of groups or null", by);
    for (const [group, own] of Object.entries(by)) checkStatistics(`by.${group}.`, own, kinds);
  }
  if (query !== undefined) checkBorders("read", borders);
  else if (borders !== null) throw wrongPart("borders", "null, for rows are not those of queries", borders);
  return state as unknown as EvaluationState;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new DTypeError(`read: text must be JSON, got ${describe(text)}. ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function checkStatistics(path: string, given: unknown, kinds: Kinds): void {
  const { rows, states } = (isRecord(given) ? given : {}) as { readonly rows?: unknown; readonly states?: unknown };
  if (!isCount(rows)) throw wrongPart(`${path}rows`, "a number of rows", rows);
  const names = [...kinds.keys()];
  if (!isRecord(states) || Object.keys(states).toSorted().join() !== names.toSorted().join()) {
    throw wrongPart(`${path}states`, `a record of ${names.join(", ")}`, states);
  }
  for (const [name, kind] of kinds) kind.check(`read: ${path}states.${name}`, states[name]);
}

function checkSkipped(skipped: unknown): void {
  if (!isRecord(skipped)) throw wrongPart("skipped", "a record of reasons", skipped);
  for (const [reason, own] of Object.entries(skipped)) {
    const { count, rows } = (isRecord(own) ? own : {}) as { readonly count?: unknown; readonly rows?: unknown };
    const isList = Array.isArray(rows) && rows.length <= mostAddresses && rows.every(isAddress);
    if (!isCount(count) || !isList) throw wrongPart(`skipped.${reason}`, "a count and rows", own);
  }
}

function isAddress(value: unknown): boolean {
  return isRecord(value) && typeof value["shard"] === "string" && isCount(value["row"]);
}

function wrongPart(path: string, must: string, got: unknown): OutOfRangeError {
  return new OutOfRangeError(`read: ${path} must be ${must}, got ${describe(got)}.`);
}
