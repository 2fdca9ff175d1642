/** What is known after some rows? A state: JSON, of which there is one for each multiset of rows, and its text. */
import { DTypeError, OutOfRangeError } from "@symloss/core";
import { describe, isRecord, print } from "@symloss/core/engine";
import { type Borders, checkBorders, mergeBorders } from "./borders.ts";
import { isCount } from "./exact/exact-sum.ts";
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
export function emptyState(key: string, { kinds, query }: StateParts): EvaluationState {
  return {
    format: "symloss-evaluation",
    version: 1,
    key,
    fingerprint: null,
    rows: 0,
    skipped: {},
    states: startedStates(kinds),
    by: null,
    borders: query === undefined ? null : {},
  };
}

/** The states of nothing. */
export function startedStates(kinds: Kinds): Readonly<Record<string, Json>> {
  return Object.fromEntries([...kinds].map(([name, kind]) => [name, kind.start().state]));
}

/** What may differ between states that are merged. */
export interface MergeOptions {
  /** Whether states of different fingerprints are merged, though their rows may differ in the last bits. Default false. */
  readonly anyFingerprint?: boolean | undefined;
}

/**
 * The state of the rows of both. Throws `OutOfRangeError` if they are of different evaluations, were computed by different means, or have each a
 * part of a query.
 */
export function mergeStates(
  caller: string,
  left: EvaluationState,
  right: EvaluationState,
  kinds: Kinds,
  { anyFingerprint = false }: MergeOptions,
): EvaluationState {
  if (left.key !== right.key) {
    throw new OutOfRangeError(`${caller}: states must be of one evaluation, got keys ${left.key} and ${right.key}.`);
  }
  const prints = [...new Set([left.fingerprint, right.fingerprint].filter((print_) => print_ !== null))];
  if (prints.length > 1 && !anyFingerprint) {
    throw new OutOfRangeError(
      `${caller}: states must have one fingerprint, for their last bits may differ, got ${print(prints[0])} and ${print(prints[1])}. ` +
        "anyFingerprint: true merges them.",
    );
  }
  return {
    ...left,
    fingerprint:
      prints.length === 0 ? null : [...new Set(prints.flatMap((one) => one!.split(" | ")))].toSorted().join(" | "),
    ...mergeStatistics(left, right, kinds),
    skipped: mergeSkipped(left.skipped, right.skipped),
    by: mergeGroups(caller, left, right, kinds),
    borders: left.borders === null || right.borders === null ? null : mergeBorders(caller, left.borders, right.borders),
  };
}

/** The states of the rows of both. */
export function mergeStatistics(left: StatisticStates, right: StatisticStates, kinds: Kinds): StatisticStates {
  const states = [...kinds].map(([name, kind]) => [name, kind.merge(left.states[name]!, right.states[name]!)] as const);
  return { rows: left.rows + right.rows, states: Object.fromEntries(states) };
}

/** Without rows there are no groups, so either may lack them then. */
function mergeGroups(
  caller: string,
  left: EvaluationState,
  right: EvaluationState,
  kinds: Kinds,
): EvaluationState["by"] {
  if (left.by === null || right.by === null) {
    const [lacking, other] = left.by === null ? [left, right] : [right, left];
    if (lacking.rows === 0 || other.by === null) return other.by;
    throw new OutOfRangeError(`${caller}: states must both be grouped, or neither, got one of each.`);
  }
  const groups = new Map(Object.entries(left.by));
  for (const [group, own] of Object.entries(right.by)) {
    const known = groups.get(group);
    groups.set(group, known === undefined ? own : mergeStatistics(known, own, kinds));
  }
  return recordOf(groups);
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
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
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
