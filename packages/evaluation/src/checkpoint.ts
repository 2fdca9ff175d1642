/** What has a run done, so that another goes on from there? Shards, and parts of them from their first row on, each with its state in a line of JSON. */
import { DTypeError, OutOfRangeError, isSymlossError } from "@symloss/core";
import { describe, isRecord, print } from "@symloss/core/engine";
import { isCount } from "./exact/exact-sum.ts";
import type { Shard } from "./source.ts";
import { Merging } from "./merging.ts";
import { type EvaluationState, canonical } from "./state.ts";

/** Where lines are kept. */
export interface Checkpoint {
  /** After how many rows of a shard a line is written before its end. Default none. */
  readonly everyRows?: number | undefined;
  /** The lines so far. What was torn while it was written is no line. */
  lines(): Promise<readonly string[]>;
  /** Keeps a line, which has none within, before it returns. */
  append(line: string): Promise<void>;
}

/** Whether it can keep lines. */
export function isCheckpoint(value: unknown): boolean {
  const { lines, append } = (isRecord(value) ? value : {}) as Partial<Checkpoint>;
  return typeof lines === "function" && typeof append === "function";
}

/** What stands in a line. */
export interface CheckpointLine {
  readonly format: "symloss-checkpoint";
  readonly version: 1;
  readonly shard: string;
  readonly etag: string | null;
  /** How many rows of the shard were read, those that were skipped too. */
  readonly rows: number;
  /** Whether these are all. */
  readonly whole: boolean;
  readonly by: string | null;
  readonly badRows: string;
  /** Of these rows. */
  readonly state: EvaluationState;
}

/** On what a line depends beside the rows: another run goes on from it only if all of these are its own. */
export interface CheckpointSetting {
  readonly by: string | null;
  readonly badRows: string;
  readonly key: string;
  /** Undefined if others compute rows, who say it with their states. */
  readonly fingerprint: string | undefined;
}

/** What is done with states. */
export interface CheckpointStates {
  /** Throws if a value is no state. */
  readonly check: (state: unknown) => void;
  readonly merge: (states: readonly EvaluationState[]) => Promise<EvaluationState>;
}

/** What a run has done, and does. */
export class CheckpointLog {
  readonly everyRows: number;
  readonly #caller: string;
  readonly #checkpoint: Checkpoint;
  readonly #setting: CheckpointSetting;
  readonly #states: CheckpointStates;
  readonly #lines: Map<string, CheckpointLine>;
  readonly #begun = new Set<string>();
  readonly #whole: Merging;

  private constructor(
    caller: string,
    checkpoint: Checkpoint,
    setting: CheckpointSetting,
    states: CheckpointStates,
    lines: Map<string, CheckpointLine>,
  ) {
    this.everyRows = checkpoint.everyRows ?? Infinity;
    this.#caller = caller;
    this.#checkpoint = checkpoint;
    this.#setting = setting;
    this.#states = states;
    this.#lines = lines;
    this.#whole = new Merging(caller, {}, states.merge);
  }

  /** Throws `DTypeError` or `OutOfRangeError`, naming the line, if one is none, or is of another run. */
  static async open(
    caller: string,
    checkpoint: Checkpoint,
    setting: CheckpointSetting,
    states: CheckpointStates,
  ): Promise<CheckpointLog> {
    const lines = new Map<string, CheckpointLine>();
    for (const [index, text] of (await checkpoint.lines()).entries()) {
      const line = await readLine(`${caller}: line ${index + 1} of the checkpoint`, text, setting, states.check);
      lines.set(line.shard, line);
    }
    return new CheckpointLog(caller, checkpoint, setting, states, lines);
  }

  /** How many rows of a shard are known, and whether these are all. Throws `OutOfRangeError` if the shard has changed, or has the name of another. */
  async begin(shard: Shard): Promise<Pick<CheckpointLine, "rows" | "whole">> {
    const name = shard.shard;
    if (this.#begun.has(name)) {
      throw new OutOfRangeError(
        `${this.#caller}: shards must have different names with a checkpoint, got ${JSON.stringify(name)} twice.`,
      );
    }
    this.#begun.add(name);
    const line = this.#lines.get(name);
    if (line === undefined) return { rows: 0, whole: false };
    requireUnchanged(this.#caller, shard, line);
    if (line.whole) await this.#whole.add(line.state);
    return line;
  }

  /** Keeps the state of more rows of a shard: so many of it are read now, which may be the whole. */
  async add({ shard, etag }: Shard, rows: number, whole: boolean, more: EvaluationState): Promise<void> {
    const known = this.#lines.get(shard);
    if (known !== undefined && rows < known.rows) {
      throw new OutOfRangeError(
        `${this.#caller}: shard ${JSON.stringify(shard)} must have ${known.rows} rows, as the checkpoint says, or more, got ${rows}.`,
      );
    }
    const state = known === undefined ? more : await this.#states.merge([known.state, more]);
    const { by, badRows } = this.#setting;
    const kind = { format: "symloss-checkpoint", version: 1 } as const;
    const line: CheckpointLine = { ...kind, shard, etag: etag ?? null, rows, whole, by, badRows, state };
    await this.#checkpoint.append(canonical(line));
    this.#lines.set(shard, line);
    if (whole) await this.#whole.add(state);
  }

  /** The state of all shards that are whole. */
  total(): Promise<EvaluationState | undefined> {
    return this.#whole.total();
  }
}

/**
 * What stands in a line. Throws `DTypeError` or `OutOfRangeError`, naming the place, if it is no line, is of another run, or if the check refuses
 * its state.
 */
export async function readLine(
  place: string,
  text: string,
  { by, badRows, key, fingerprint }: CheckpointSetting,
  check: (state: unknown) => unknown,
): Promise<CheckpointLine> {
  const line = parse(place, text);
  const { shard, etag, rows, whole } = line;
  if (typeof shard !== "string" || !(etag === null || typeof etag === "string")) {
    throw new OutOfRangeError(
      `${place} must have a shard, and an etag or null, got ${describe(shard)} and ${describe(etag)}.`,
    );
  }
  if (!isCount(rows) || typeof whole !== "boolean") {
    throw new OutOfRangeError(
      `${place} must have a number of rows, and whether they are the whole, got ${describe(rows)} and ${describe(whole)}.`,
    );
  }
  const given = isRecord(line["state"]) ? line["state"] : {};
  const must = { by, badRows, key, fingerprint: given["fingerprint"] === null ? null : fingerprint };
  const got = { by: line["by"], badRows: line["badRows"], key: given["key"], fingerprint: given["fingerprint"] };
  for (const [name, value] of Object.entries(must)) {
    const own = got[name as keyof typeof got];
    if (own === value || value === undefined) continue;
    throw new OutOfRangeError(`${place} must be of a run with the ${name} ${print(value)}, got ${print(own)}.`);
  }
  await checkStateIn(place, line["state"], check);
  return line as unknown as CheckpointLine;
}

/** Throws what the check throws of a state, naming the place where it was. */
export async function checkStateIn(place: string, state: unknown, check: (state: unknown) => unknown): Promise<void> {
  try {
    await check(state);
  } catch (cause) {
    if (!isSymlossError(cause)) throw cause;
    throw new OutOfRangeError(`${place}: ${cause.message.replace(/^read: /, "")}`, { cause });
  }
}

/** Throws `OutOfRangeError`, naming the shard, if a line speaks of it as it was before its rows changed. */
export function requireUnchanged(caller: string, { shard, etag }: Shard, line: CheckpointLine): void {
  if (line.etag === (etag ?? null)) return;
  throw new OutOfRangeError(
    `${caller}: shard ${JSON.stringify(shard)} must be as it was when the checkpoint was written, ${print(line.etag)}, got ${print(etag ?? null)}.`,
  );
}

function parse(place: string, text: string): Readonly<Record<string, unknown>> {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch (cause) {
    throw new DTypeError(`${place} must be JSON, got ${describe(text)}.`, { cause });
  }
  if (isRecord(line) && line["format"] === "symloss-checkpoint" && line["version"] === 1) return line;
  throw new OutOfRangeError(`${place} must be that of a checkpoint, version 1, got ${describe(line)}.`);
}
