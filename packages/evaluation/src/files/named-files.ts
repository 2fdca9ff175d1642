/** Which files have such names? */
import { stat } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import { OutOfRangeError } from "@symloss/core";
import { describe } from "@symloss/core/engine";
import { glob } from "tinyglobby";
import type { Shard, Source } from "../source.ts";

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

/** The files that have names, or names of a pattern, in a folder. */
export class NamedFiles {
  readonly #caller: string;
  readonly #patterns: readonly string[];
  readonly #folder: string;
  /** The path of each shard that was found: no other file is ever opened, whatever the name that is asked for. */
  readonly #paths = new Map<string, string>();

  constructor(caller: string, patterns: readonly string[], folder: string) {
    this.#caller = caller;
    this.#patterns = patterns;
    this.#folder = folder;
  }

  /** The source of which each is a shard. */
  source(shardFrom: (file: NamedFile) => Shard): Source {
    const all = (): AsyncGenerator<NamedFile> => this.#all();
    return {
      async *shards(): AsyncGenerator<Shard> {
        for await (const file of all()) yield shardFrom(file);
      },
      shardNamed: async (name) => {
        const file = await this.#named(name);
        return file && shardFrom(file);
      },
    };
  }

  /** All of them, in the order of their paths. Throws `OutOfRangeError` if there are none. */
  async *#all(): AsyncGenerator<NamedFile> {
    const found = await glob(this.#patterns, { cwd: this.#folder, absolute: true, expandDirectories: false });
    if (found.length === 0) {
      throw new OutOfRangeError(
        `${this.#caller}: there must be a file such as ${this.#patterns.join(" or ")}, got none in ${this.#folder}.`,
      );
    }
    const folder = resolve(this.#folder);
    const paths = found.toSorted();
    const shards = paths.map((path) => shardAt(path, folder));
    for (const [index, path] of paths.entries()) this.#paths.set(shards[index]!, path);
    for (const [index, path] of paths.entries()) yield { path, shard: shards[index]!, etag: await etagOf(path) };
  }

  /** The file of a shard; undefined if there is none. The folder is listed again only for one that was not there before, or is there no more. */
  async #named(shard: string): Promise<NamedFile | undefined> {
    const path = this.#paths.get(shard);
    const etag = path === undefined ? undefined : await etagOf(path).catch(() => undefined);
    if (path !== undefined && etag !== undefined) return { path, shard, etag };
    for await (const file of this.#all()) if (file.shard === shard) return file;
    return undefined;
  }
}

function shardAt(path: string, folder: string): string {
  const below = relative(folder, path).split(sep).join("/");
  return below.startsWith("../") ? path : below;
}

async function etagOf(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  return `${size}-${mtimeMs}`;
}
