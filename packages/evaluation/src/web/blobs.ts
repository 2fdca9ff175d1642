/** How do files that a user has chosen become shards? */
import { OutOfRangeError } from "@symloss/core";
import { type OptionTable, checkOptions, describe } from "@symloss/core/engine";
import { formatOf, formatRule, formats, shardOf } from "../formats/format.ts";
import type { Format } from "../formats/format-name.ts";
import type { Shard, Source } from "../source.ts";
import { blobBytes, isBlob } from "./blob-bytes.ts";
import type { FileLike } from "./blob-like.ts";
import { shardNames } from "./shard-names.ts";

/** What files are. */
export interface BlobsOptions {
  /** What all of them are, whatever their endings. */
  readonly format?: Format | undefined;
}

const table: OptionTable<BlobsOptions> = { format: formatRule(formats) };

/**
 * The rows of files, such as those of a page's `<input type="file">`, each a shard named by its name, or its path in the folder that was chosen if
 * another has that name too: JSON lines, Parquet, safetensors and Arrow. No more of them than is read at a time is in memory.
 * Throws `OutOfRangeError` if one is no `File`, if two have the same name, or if what one is can't be told from its ending.
 * @example await test.run(blobs(input.files), { engine });
 */
export function blobs(files: FileLike | Iterable<FileLike>, options: BlobsOptions = {}): Source {
  const { format } = checkOptions("blobs", options, table) as BlobsOptions;
  const list = isBlob(files) ? [files] : listOf(files);
  const wrong = list.findIndex((file) => !isBlob(file) || typeof (file as Partial<FileLike>).name !== "string");
  if (list.length === 0 || wrong !== -1) {
    const got = describe(wrong === -1 ? files : list[wrong]);
    throw new OutOfRangeError(`blobs: files must be of the class File, at least one, got ${got}.`);
  }
  const given = list as readonly FileLike[];
  const names = shardNames(
    "blobs",
    given.map(({ name, webkitRelativePath: path = "" }) => (path === "" ? [name] : [name, path])),
  );
  const shards = given.map((file, index): Shard => {
    const reader = formats.readers[format ?? formatOf("blobs", formats, file.name)];
    const name = names[index]!;
    return shardOf(reader, blobBytes("blobs", name, file), name, `${file.size}-${file.lastModified}`);
  });
  return { shards: () => shards };
}

function listOf(files: unknown): readonly unknown[] {
  const isList = typeof files === "object" && files !== null && Symbol.iterator in files && !ArrayBuffer.isView(files);
  return isList ? [...(files as Iterable<unknown>)] : [];
}
