import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpu } from "@symloss/engine-cpu";
import type { Source } from "@symloss/evaluation";
import { files, idx, npy } from "@symloss/evaluation/files";
import { afterAll, expect, test } from "vitest";
import {
  arrowFloatsOf,
  gzipOf,
  idxOf,
  npyOf,
  parquetOf,
  safetensorsOf,
} from "../../../packages/evaluation/test/file-contents.ts";
import { stateOf } from "../pages/evaluation.ts";
import { runInBrowser } from "./page.ts";

const folder = mkdtempSync(join(tmpdir(), "symloss-evaluation-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** More than one range of bytes, and some rows that are null where a format has such. */
const x = Float32Array.from({ length: 30_000 }, (_, row) => Math.fround(((row * 7919) % 10_007) / 100));
const some = Array.from(x, (value, row) => (row % 9999 === 5 ? null : value));
const contents: Readonly<Record<string, string | Uint8Array>> = {
  "x.jsonl": some.map((value) => `${JSON.stringify({ x: value, other: "grüße" })}\n`).join(""),
  "x.parquet": parquetOf({ x: some }, { rowGroupSize: 7001 }),
  "x.arrow": arrowFloatsOf("x", some, "file"),
  "x.arrows": arrowFloatsOf("x", some, "stream"),
  "x.safetensors": safetensorsOf({ x: ["F32", [x.length], x] }),
  "x.npy.gz": gzipOf(npyOf("<f4", [x.length], x)),
  "x.idx": idxOf(0x0d, [x.length], x),
};

const inNode = (name: string): Source => {
  const path = join(folder, name);
  if (name.endsWith("npy.gz")) return npy({ x: path });
  return name.endsWith("idx") ? idx({ x: path }) : files(name, { folder });
};

test("files of every format, at addresses and chosen by a user, are evaluated in a page as in Node.js", async () => {
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, name), content);
  const names = Object.keys(contents);
  const entry = new URL("../pages/evaluation.ts", import.meta.url);
  const found = await runInBrowser({ entry, arguments: [names], folders: { "/data/": folder } });
  const engine = await cpu();
  const wanted: string[][] = [];
  for (const name of names) {
    const own = await stateOf(inNode(name), engine);
    wanted.push([own, own]);
  }
  await engine.dispose();
  expect(found).toEqual(wanted);
});
