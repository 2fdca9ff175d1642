/** Which files hold the data? A folder, or a pattern: shards are named by their paths below the folder that its beginning names. */
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Source } from "@symloss/evaluation";
import { files } from "@symloss/evaluation/files";
import { Failure } from "../failure.ts";

/** Where files are, as text. */
export interface DataPlace {
  readonly folder: string;
  /** A pattern below it. */
  readonly names: string;
}

/** What is read of a folder. */
const everyFile = "**/*.{jsonl,ndjson,npz,parquet,safetensors}";

/** The place that a text means, so that `/data/*.parquet` here and `/mnt/*.parquet` there have shards of the same names. Throws `Failure` if there is no such folder. */
export function placeOf(text: string): DataPlace {
  const parts = text.replaceAll("\\", "/").split("/");
  const first = parts.findIndex((part) => /[*?{}[\]!()]/.test(part));
  if (first === -1 && isFolder(text)) return { folder: resolve(text), names: everyFile };
  const from = first === -1 ? parts.length - 1 : first;
  const folder = resolve(parts.slice(0, from).join("/") || (text.startsWith("/") ? "/" : "."));
  if (!isFolder(folder))
    throw new Failure(`--data must be files or a folder, got ${JSON.stringify(text)}: ${folder} is none.`);
  return { folder, names: parts.slice(from).join("/") };
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/** The rows there. */
export function sourceAt({ folder, names }: DataPlace): Source {
  return files(names, { folder });
}
