/** Which files have such names? */
import { stat } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import { OutOfRangeError } from "@symloss/core";
import { describe } from "@symloss/core/engine";
import { glob } from "tinyglobby";

/** A file that has such a name. */
export interface NamedFile {
  readonly path: string;
  /** Its path below the folder, if it is there. */
  readonly shard: string;
  readonly etag: string;
}

/** Names, or patterns of them. Throws `OutOfRangeError` if they are none. */
export function checkNames(caller: string, names: unknown): readonly string[] {
  const patterns = [names].flat() as readonly unknown[];
  const wrong = patterns.findIndex((name) => typeof name !== "string" || name === "");
  if (patterns.length > 0 && wrong === -1) return patterns as readonly string[];
  const got = describe(wrong === -1 ? names : patterns[wrong]);
  throw new OutOfRangeError(`${caller}: names must be a text, or a list of texts, got ${got}.`);
}

/** The files, in the order of their paths. Throws `OutOfRangeError` if there are none. */
export async function* filesNamed(
  caller: string,
  patterns: readonly string[],
  folder: string,
): AsyncGenerator<NamedFile> {
  const found = await glob(patterns, { cwd: folder, absolute: true, expandDirectories: false });
  if (found.length === 0) {
    throw new OutOfRangeError(
      `${caller}: there must be a file such as ${patterns.join(" or ")}, got none in ${folder}.`,
    );
  }
  for (const path of found.toSorted()) {
    const below = relative(resolve(folder), path).split(sep).join("/");
    const { size, mtimeMs } = await stat(path);
    yield { path, shard: below.startsWith("../") ? path : below, etag: `${size}-${mtimeMs}` };
  }
}
