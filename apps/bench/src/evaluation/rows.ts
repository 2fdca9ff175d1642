/** Which rows are evaluated? Those of a classifier that is often right, in shards of uneven lengths, in memory and as Parquet files. */
import { linkSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Batch, Source } from "@symloss/evaluation";
import { parquetWriteBuffer } from "hyparquet-writer";
import { createRandom } from "../random.ts";

/** How many classes there are. */
export const classCount = 10;

/** The names of groups. */
export const languages = ["de", "en", "fr", "ja"] as const;

/** The rows of a shard, column by column. */
export interface ShardRows {
  readonly name: string;
  readonly label: Int32Array;
  readonly weight: Float32Array;
  readonly lang: readonly string[];
  /** One of a hundred names. */
  readonly site: readonly string[];
  readonly logits: readonly Float32Array[];
}

/** So many rows, in so many shards. */
export function makeShards(rows: number, shards: number): readonly ShardRows[] {
  const ends = Array.from({ length: shards + 1 }, (_, shard) => endOf(shard, rows, shards));
  return Array.from({ length: shards }, (_, shard) => makeShard(shard, ends[shard + 1]! - ends[shard]!));
}

/** No shard has a whole number of batches. */
function endOf(shard: number, rows: number, shards: number): number {
  return shard === shards ? rows : Math.max(0, Math.floor((rows * shard) / shards) - 7 * shard);
}

function makeShard(shard: number, rows: number): ShardRows {
  const random = createRandom(shard + 1);
  const logits = Array.from({ length: classCount }, () => new Float32Array(rows));
  const label = new Int32Array(rows);
  const weight = new Float32Array(rows);
  const [lang, site]: [string[], string[]] = [[], []];
  for (let row = 0; row < rows; row++) {
    label[row] = Math.floor(random.uniform() * classCount);
    weight[row] = 0.5 + random.uniform();
    lang.push(languages[Math.floor(random.uniform() * languages.length)]!);
    site.push(`site-${row % 100}`);
    for (const [index, column] of logits.entries()) {
      column[row] = 8 * random.uniform() + 4 * random.uniform() - 6 + (index === label[row] ? 3 : 0);
    }
  }
  return { name: `part-${String(shard).padStart(2, "0")}.parquet`, label, weight, lang, site, logits };
}

/** How many rows a batch of the source in memory has: as many as a reader gives. */
const batchLength = 4096;

/** Shards that lie in memory. */
export function memorySource(shards: readonly ShardRows[]): Source {
  return { shards: () => shards.map((shard) => ({ shard: shard.name, read: () => batchesOf(shard) })) };
}

function* batchesOf({ label, weight, lang, logits }: ShardRows): Generator<Batch> {
  for (let from = 0; from < label.length; from += batchLength) {
    const to = from + batchLength;
    yield {
      label: label.subarray(from, to),
      weight: weight.subarray(from, to),
      lang: lang.slice(from, to),
      ...Object.fromEntries(logits.map((column, index) => [`logit_${index}`, column.subarray(from, to)])),
    };
  }
}

/** The names of all shards in a folder. */
export const anyShard = "**/*.parquet";

/** Makes a folder in which each of these shards is so often, as another. */
export function repeatShards(folder: string, shards: readonly ShardRows[], times: number, target: string): void {
  for (let time = 0; time < times; time++) {
    const own = join(target, String(time));
    mkdirSync(own, { recursive: true });
    for (const { name } of shards) linkSync(join(folder, name), join(own, name));
  }
}

/** Writes the shards, as writers do that know of no column that it has no nulls: each is nullable. */
export function writeShards(folder: string, shards: readonly ShardRows[]): void {
  for (const { name, label, weight, lang, site, logits } of shards) {
    const floats = logits.map((data, index) => ({
      name: `logit_${index}`,
      data,
      type: "FLOAT" as const,
      nullable: true,
    }));
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: "label", data: label, type: "INT32", nullable: true },
        { name: "weight", data: weight, type: "FLOAT", nullable: true },
        { name: "lang", data: [...lang], type: "STRING", nullable: true },
        { name: "site", data: [...site], type: "STRING", nullable: true },
        ...floats,
      ],
      rowGroupSize: 20_480,
    });
    writeFileSync(join(folder, name), new Uint8Array(bytes));
  }
}
