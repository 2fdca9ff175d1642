/** Where do rows come from? From shards, one after the other, of which only the columns are read that are wanted. */
import { OutOfRangeError } from "@symloss/core";
import { type OptionRule, describe } from "@symloss/core/engine";
import type { Batch } from "./columns.ts";

/** A part of the data, such as a file. */
export interface Shard {
  /** Its name, which stands in addresses of rows. */
  readonly shard: string;
  /** How many rows it has, if that is known without reading them, as footers and headers of files tell it. */
  totalRows?(wants: (column: string) => boolean): number | undefined | Promise<number | undefined>;
  /** Another one if its rows have changed, if that is known: a checkpoint of others is refused. */
  readonly etag?: string | undefined;
  /** Its rows in batches of any size, each with all columns that are wanted and that it has. */
  read(wants: (column: string) => boolean): Iterable<Batch> | AsyncIterable<Batch>;
}

/** Data in shards. */
export interface Source {
  shards(): Iterable<Shard> | AsyncIterable<Shard>;
  /** The shard of a name, as `shards` would give it, or undefined if there is none: a worker asks for one after the other. Default: one of `shards`. */
  shardNamed?(name: string): Shard | undefined | Promise<Shard | undefined>;
}

/** Rows: a batch of them, batches one after the other, or a source of shards. */
export type Rows = Batch | Iterable<Batch> | AsyncIterable<Batch> | Source;

/** Whether it has shards. */
function isSource(rows: unknown): rows is Source {
  return typeof (rows as Partial<Source> | null | undefined)?.shards === "function";
}

/** The rule of an option or an argument that is one. */
export const sourceRule: OptionRule = {
  must: 'a source of shards, such as files("*.parquet")',
  holds: isSource,
  required: true,
  error: OutOfRangeError,
  show: describe,
};

/** The shard of a name; undefined if there is none. */
export async function shardNamed(source: Source, name: string): Promise<Shard | undefined> {
  if (source.shardNamed !== undefined) return source.shardNamed(name);
  for await (const shard of source.shards()) if (shard.shard === name) return shard;
  return undefined;
}

/** The shards of rows, a single one of this name if they are no source. Throws `OutOfRangeError` if they are no rows. */
export async function* shardsOf(caller: string, rows: unknown, name: string): AsyncGenerator<Shard> {
  if (typeof rows !== "object" || rows === null) {
    throw new OutOfRangeError(
      `${caller}: the source must be a batch, an iterable of batches, or have shards(), got ${describe(rows)}.`,
    );
  }
  if (isSource(rows)) yield* rows.shards();
  else if (Symbol.asyncIterator in rows || Symbol.iterator in rows)
    yield { shard: name, read: () => rows as Iterable<Batch> };
  else yield { shard: name, read: () => [rows as Batch] };
}
