/** Do the same rows give the same digest, in every format and wherever files are, with nulls as bad rows at the same addresses? */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { isSymlossError } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ContentRows,
  arrowOf,
  jsonLinesOf,
  npyOf,
  npzOf,
  parquetOf,
  safetensorsOf,
  writeParquetLists,
} from "../../test/file-contents.ts";
import { type FileServer, startFileServer } from "../../test/file-server.ts";
import { duckdb, files } from "../files/index.ts";
import { type Evaluation, type Source, type Statistic, evaluation, states } from "../index.ts";
import { blobs, urls } from "../web/index.ts";

const engine = await cpu();
const folder = mkdtempSync(join(tmpdir(), "symloss-formats-"));
let server: FileServer;
beforeAll(async () => {
  server = await startFileServer();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server.close();
  await engine.dispose();
});

/** So many rows, none of them bad. */
function rowsOf(count: number): ContentRows {
  const logitAt = (row: number, at: number): number => Math.fround(Math.sin(3 * row + at) * 3);
  return {
    label: Array.from({ length: count }, (_, row) => (row * 7) % 3),
    logits: Array.from({ length: count }, (_, row) => [0, 1, 2].map((at) => logitAt(row, at))),
    lang: Array.from({ length: count }, (_, row) => (row % 5 === 0 ? "de" : "grüße\n\"'")),
  };
}

/** With another value in a row. */
function withValue<T>(list: readonly T[], at: number, value: T): readonly T[] {
  return list.map((old, row) => (row === at ? value : old));
}

const many = rowsOf(5003);
const nulls: ContentRows = {
  ...many,
  label: withValue(withValue(many.label, 3, null), 4100, null),
  logits: withValue(withValue(many.logits, 3000, null), 11, [1, null, 2]),
};
const noNumbers: ContentRows = {
  ...many,
  logits: withValue(withValue(many.logits, 17, [NaN, 0, 1]), 2500, [Infinity, 1, -Infinity]),
};

const contents = { many, one: rowsOf(1), none: rowsOf(0), nulls, "no numbers": noNumbers } as const;
type Content = keyof typeof contents;

const lists = evaluation(({ label, logits }) => statisticsOf(sparseSoftmaxCrossentropyLogits(label, logits)), {
  columns: { label: "int32", logits: { dtype: "float32", shape: [3] } },
});
const wide = evaluation(({ label, logits }) => statisticsOf(sparseSoftmaxCrossentropyLogits(label, logits)), {
  columns: { label: "int32", logits: [["logit_0", "logit_1", "logit_2"], "float32"] },
});

function statisticsOf(loss: ReturnType<typeof sparseSoftmaxCrossentropyLogits>): Record<string, Statistic> {
  return { loss: states.mean(loss), worst: states.topK(loss, { k: 3 }) };
}

/** A column for each logit. A row of none has none in each. */
function wideOf({ label, logits, lang }: ContentRows): Record<string, readonly (string | number | null)[]> {
  const columns = [0, 1, 2].map((at) => [`logit_${at}`, logits.map((row) => (row === null ? null : row[at]!))]);
  return { label, lang, ...(Object.fromEntries(columns) as Record<string, readonly number[]>) };
}

/** What is said of rows, wherever they come from. */
async function digestOf(test_: Evaluation<Record<string, Statistic>>, source: Source): Promise<object> {
  const { digest, rows, skipped } = await test_.run(source, { engine, by: "lang", badRows: "skip" });
  return { digest, rows, skipped };
}

/** How a file of a format is written, and which contents it can't hold. */
interface FormatCase {
  readonly ending: string;
  readonly write: (path: string, rows: ContentRows) => void | Promise<void>;
  readonly not?: readonly Content[];
  readonly isWide?: boolean;
  /** Where it can be read. */
  readonly ways: readonly (keyof typeof ways)[];
  readonly knowsRows: boolean;
}

const everywhere = ["a path", "a Blob", "an address"] as const;

const ways = {
  "a path": (path: string) => files(path, { folder }),
  "a Blob": (path: string) => blobs(new File([readFileSync(path)], basename(path))),
  "an address": (path: string) => {
    server.files.set(`/${basename(path)}`, { bytes: readFileSync(path) });
    return urls(`${server.origin}/${basename(path)}`);
  },
  DuckDB: (path: string) => duckdb(path, { folder }),
} as const;

const flat = (rows: ContentRows): Float32Array => Float32Array.from(rows.logits.flat() as number[]);
const numbers = (rows: ContentRows): Int32Array => Int32Array.from(rows.label as number[]);
/** Texts have no type there. */
const groupsOf = ({ lang }: ContentRows): Uint8Array => Uint8Array.from(lang, (one) => (one === "de" ? 1 : 0));

const ofColumns = { types: { label: "INT32", lang: "STRING" }, rowGroupSize: 1009 } as const;

async function writeLists(path: string, rows: ContentRows, options: string): Promise<void> {
  writeFileSync(`${path}.lines`, jsonLinesOf(rows));
  await writeParquetLists(path, `${path}.lines`, options);
}

const parquetLists: Omit<FormatCase, "ending"> = {
  write: (path, rows) => writeLists(path, rows, ""),
  not: ["no numbers"],
  ways: [...everywhere, "DuckDB"],
  knowsRows: true,
};

const formats: Readonly<Record<string, FormatCase>> = {
  "JSON lines": {
    ending: "jsonl",
    write: (path, rows) => writeFileSync(path, jsonLinesOf(rows)),
    not: ["no numbers"],
    ways: [...everywhere, "DuckDB"],
    knowsRows: false,
  },
  "a file of Arrow": {
    ending: "arrow",
    write: (path, rows) => writeFileSync(path, arrowOf(rows, { kind: "file", batch: 997 })),
    ways: everywhere,
    knowsRows: true,
  },
  "a stream of Arrow": {
    ending: "arrows",
    write: (path, rows) => writeFileSync(path, arrowOf(rows, { kind: "stream", fixed: true, batch: 499 })),
    ways: everywhere,
    knowsRows: false,
  },
  "Parquet with lists": { ...parquetLists, ending: "parquet" },
  "Parquet by Zstandard, in the second version": {
    ...parquetLists,
    ending: "zstd.parquet",
    write: (path, rows) => writeLists(path, rows, ", COMPRESSION zstd, PARQUET_VERSION v2"),
  },
  "Parquet by gzip": {
    ...parquetLists,
    ending: "gzip.parquet",
    write: (path, rows) => writeLists(path, rows, ", COMPRESSION gzip"),
  },
  "Parquet with a column for each logit": {
    ending: "wide.parquet",
    write: (path, rows) => writeFileSync(path, parquetOf(wideOf(rows), ofColumns)),
    isWide: true,
    ways: [...everywhere, "DuckDB"],
    knowsRows: true,
  },
  "Parquet in which nothing may be missing": {
    ending: "required.parquet",
    write: (path, rows) => writeFileSync(path, parquetOf(wideOf(rows), { ...ofColumns, nullable: false })),
    not: ["nulls"],
    isWide: true,
    ways: [...everywhere, "DuckDB"],
    knowsRows: true,
  },
  CSV: {
    ending: "csv",
    write: (path, rows) => writeFileSync(path, csvOf(rows)),
    // An empty table tells no types.
    not: ["none"],
    isWide: true,
    ways: ["DuckDB"],
    knowsRows: false,
  },
  safetensors: {
    ending: "safetensors",
    write: (path, rows) => {
      const count = rows.label.length;
      const tensors = {
        label: ["I32", [count], numbers(rows)],
        lang: ["U8", [count], groupsOf(rows)],
        logits: ["F32", [count, 3], flat(rows)],
      } as const;
      writeFileSync(path, safetensorsOf(tensors));
    },
    not: ["nulls"],
    ways: everywhere,
    knowsRows: true,
  },
  "an archive of arrays": {
    ending: "npz",
    write: (path, rows) => {
      const count = rows.label.length;
      const arrays = {
        label: npyOf("<i4", [count], numbers(rows)),
        lang: npyOf("|u1", [count], groupsOf(rows)),
        logits: npyOf("<f4", [count, 3], flat(rows)),
      };
      writeFileSync(path, npzOf(arrays, 6));
    },
    not: ["nulls"],
    ways: ["a path"],
    knowsRows: true,
  },
};

function csvOf(rows: ContentRows): string {
  const columns = wideOf(rows);
  const quoted = (value: string | number | null): string =>
    typeof value === "string" ? `"${value.replaceAll('"', '""')}"` : value === null ? "" : `${value}`;
  const lines = rows.label.map((_, row) =>
    Object.values(columns)
      .map((column) => quoted(column[row]!))
      .join(","),
  );
  return [Object.keys(columns).join(","), ...lines, ""].join("\n");
}

describe.each(Object.entries(formats))("%s", (_, { ending, write, not = [], isWide = false, ways: own, knowsRows }) => {
  const names = (Object.keys(contents) as Content[]).filter((name) => !not.includes(name));
  const cases = names.flatMap((name) => own.map((way) => [name, way] as const));

  test.each(cases)("%s, from %s", async (name, way) => {
    const rows = contents[name];
    const path = join(folder, `${name}.${ending}`);
    await write(path, rows);
    const isNumbered = ending === "safetensors" || ending === "npz";
    const lang = isNumbered ? [...groupsOf(rows)] : rows.lang;
    const batch = isWide ? { ...wideOf(rows), lang } : { label: rows.label, logits: rows.logits, lang };
    const given = rows.label.length === 0 ? [] : [batch as never];
    const test_ = isWide ? wide : lists;
    const shard = basename(path);
    const source = ways[way](path);
    expect(await digestOf(test_, source)).toEqual(
      await digestOf(test_, { shards: () => [{ shard, read: () => given }] }),
    );
    const totals: (number | undefined)[] = [];
    for await (const part of source.shards()) totals.push(await part.totalRows?.((column) => column !== "other"));
    expect(totals).toEqual([knowsRows ? rows.label.length : undefined]);
  });
});

describe("what is no such file, or not whole, is told", () => {
  const rows = rowsOf(2500);
  const inAll = Object.entries(formats).filter(([, { ways: own }]) => own.includes("a path"));

  /** What comes of bytes: how many rows, or the error. */
  const read = async (bytes: Uint8Array, { ending, isWide = false }: FormatCase, way: "a path" | "DuckDB") => {
    const path = join(folder, `broken.${ending}`);
    writeFileSync(path, bytes);
    return (isWide ? wide : lists).run(ways[way](path), { engine, badRows: "skip" }).then(
      (report) => report.rows,
      (error: Error) => error,
    );
  };

  const whole = async ({ ending, write }: FormatCase): Promise<Uint8Array> => {
    const path = join(folder, `whole.${ending}`);
    await write(path, rows);
    return readFileSync(path);
  };

  /** An error of this library that names the file. */
  const named = (outcome: unknown): boolean => isSymlossError(outcome) && outcome.message.includes("broken.");

  test.each(inAll)("%s that ends early", async (_, format) => {
    const wrong: string[] = [];
    const bytes = await whole(format);
    const ends = [
      0,
      1,
      2,
      4,
      7,
      8,
      9,
      12,
      100,
      ...Array.from({ length: 20 }, (_end, part) => (bytes.length * part) / 20),
    ];
    const near = Array.from({ length: 10 }, (_end, at) => bytes.length - 1 - at);
    for (const end of [...ends.map(Math.floor), ...near]) {
      for (const way of format.ways.filter((one) => one === "a path" || one === "DuckDB")) {
        const outcome = await read(bytes.subarray(0, end), format, way);
        // Lines that end with the file are whole ones.
        const isWhole = format.ending === "jsonl" && (end === 0 || bytes[end - 1] === 10 || end === bytes.length - 1);
        const isFine = isWhole ? typeof outcome === "number" : named(outcome);
        if (!isFine) wrong.push(`cut at ${end} of ${bytes.length}, by ${way}: ${String(outcome)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test.each(inAll)("%s in which a byte is another", async (_, format) => {
    const wrong: string[] = [];
    const bytes = await whole(format);
    const places = [...Array(80).keys()].map((at) => (at < 30 ? at * 5 : bytes.length - 1 - (at - 30) * 6));
    for (const [index, place] of places.entries()) {
      const changed = Uint8Array.from(bytes);
      changed[place]! ^= [0xff, 0x80, 1, 0x55][index % 4]!;
      const outcome = await read(changed, format, "a path");
      if (typeof outcome !== "number" && !isSymlossError(outcome)) {
        wrong.push(`another byte at ${place} of ${bytes.length}: ${String(outcome)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test.each(inAll)("%s, as which another is given", async (name, format) => {
    const wrong: string[] = [];
    for (const [other, { ending, ...otherFormat }] of inAll) {
      const isOfKind =
        format.ending.split(".").at(-1) === ending.split(".").at(-1) || /arrow/.test(format.ending + ending);
      if (other === name || isOfKind) continue;
      const outcome = await read(await whole({ ending, ...otherFormat }), format, "a path");
      if (!named(outcome)) wrong.push(`${other} as ${name}: ${String(outcome)}`);
    }
    expect(wrong).toEqual([]);
  });

  const misspelt = evaluation(({ lable }) => ({ x: states.sum(lable) }), { columns: { lable: "int32" } });

  test.each(Object.entries(formats))("%s that lacks a column", async (_, { ending, write, ways: own }) => {
    const path = join(folder, `lacks.${ending}`);
    await write(path, rows);
    for (const way of own) {
      await expect(misspelt.run(ways[way](path), { engine })).rejects.toThrow(
        /^run: (shard .*: )?a batch must have the column lable, got /,
      );
    }
  });
});
