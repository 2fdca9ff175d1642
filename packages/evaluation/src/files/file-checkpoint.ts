/** How are the lines of a checkpoint kept in a file? Each is on the disk before a run goes on. */
import { open, readFile, truncate } from "node:fs/promises";
import { OutOfRangeError } from "@symloss/core";
import { type OptionTable, checkOptions, describe } from "@symloss/core/engine";
import type { Checkpoint } from "../checkpoint.ts";
import { integerRule } from "../rules.ts";

/** When lines are written. */
export interface FileCheckpointOptions {
  /** After how many rows of a shard a line is written before its end. Default 1000000. */
  readonly everyRows?: number | undefined;
}

const table: OptionTable<FileCheckpointOptions> = { everyRows: integerRule() };

/**
 * A checkpoint in a file: each shard that is done is a line of JSON, and so is what is done of a long one. A run that is given the file of one that
 * ended too early reads the rows that are left, and gives the same report, to the last bit, as one that never ended. What was torn in the last
 * line is cut off. Throws `OutOfRangeError` if path is no text.
 * @example await test.run(files("shards/*.parquet"), { engine, checkpoint: fileCheckpoint("run.jsonl") });
 */
export function fileCheckpoint(path: string, options: FileCheckpointOptions = {}): Checkpoint {
  const { everyRows = 1_000_000 } = checkOptions("fileCheckpoint", options, table) as FileCheckpointOptions;
  if (typeof path !== "string" || path === "") {
    throw new OutOfRangeError(`fileCheckpoint: path must be the name of a file, got ${describe(path)}.`);
  }
  return {
    everyRows,
    lines: () => readLines(path),
    append: async (line) => {
      const file = await open(path, "a");
      try {
        await file.appendFile(`${line}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}

async function readLines(path: string): Promise<readonly string[]> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return Buffer.alloc(0);
    throw error;
  });
  const end = bytes.lastIndexOf("\n") + 1;
  if (end < bytes.length) await truncate(path, end);
  // After the last line there is nothing.
  return bytes.toString("utf8", 0, end).split("\n").slice(0, -1);
}
