/** Does DuckDB read the rows that are asked for, whatever files and columns are called, and leave nothing open? */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { cpu } from "@symloss/engine-cpu";
import { parquetMetadata } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, describe, expect, test } from "vitest";
import { type Source, evaluation, states } from "../index.ts";
import { duckdb, files } from "./index.ts";

const engine = await cpu();
const folder = mkdtempSync(join(tmpdir(), "symloss-duckdb-"));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await engine.dispose();
});

const sum = evaluation(({ x }) => ({ x: states.sum(x), most: states.topK(x, { k: 1 }) }), {
  columns: { x: "float32" },
});

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return name;
}

const parquetOf = (name: string, rows: number): string => {
  const data = Array.from({ length: rows }, (_, row) => row);
  const columnData = [
    { name: "x", data, type: "INT32" as const },
    { name: "lang", data: data.map((row) => (row % 3 === 0 ? "de" : "it's")), type: "STRING" as const },
  ];
  return write(name, new Uint8Array(parquetWriteBuffer({ columnData })));
};

const run = (source: Source, by?: string) => sum.run(source, { engine, by });

test("only rows that meet a condition, which are numbered as they are read", async () => {
  const source = duckdb(parquetOf("rows.parquet", 10_000), {
    folder,
    where: "lang = 'it''s' AND x < 5000 -- so far",
    threads: 1,
  });
  const report = await run(source);
  expect(report.rows).toBe(3333);
  expect(report.most.rows).toEqual([{ value: 4999, shard: "rows.parquet", row: 3332 }]);
  for await (const shard of source.shards()) expect(await shard.totalRows?.(() => true)).toBeUndefined();
});

test("files and columns of any name", async () => {
  mkdirSync(join(folder, "lang=it"));
  for (const name of ["it's; DROP TABLE x.jsonl", "part[1].jsonl", "a*b?.jsonl", "lang=it/a.jsonl"]) {
    write(name, '{"x\\"; --": 1, "x": 2, "day": "2020-01-01", "at": "2020-01-01T00:00:00"}\n');
  }
  write("part1.jsonl", '{"x": 100}\n');
  const odd = evaluation(({ own }) => ({ x: states.sum(own) }), { columns: { own: ['x"; --', "float32"] } });
  const names = ["it's; DROP TABLE x.jsonl", "part\\[1\\].jsonl", "a\\*b\\?.jsonl", "lang=it/a.jsonl"];
  const report = await odd.run(duckdb(names, { folder }), { engine });
  expect([report.x.sum, report.rows]).toEqual([4, 4]);
  // What looks like a date is the text that it is, and a folder is no column.
  const by = await run(duckdb("lang=it/a.jsonl", { folder }), "at");
  expect(Object.keys(by.by)).toEqual(["2020-01-01T00:00:00"]);
  await expect(run(duckdb("lang=it/a.jsonl", { folder }), "lang")).rejects.toThrow(/a batch must have the column lang/);
});

test.each([
  ["lines", "late.jsonl", `${'{"x": 1}\n'.repeat(30_000)}{"x": 1.75}\n`],
  ["a table of text", "late.csv", `x\n${"1\n".repeat(60_000)}1.75\n`],
])("numbers of %s are what they are, however late the first fraction comes", async (_, name, content) => {
  const { most } = await run(duckdb(write(name, content), { folder }));
  expect(most.rows[0]!.value).toBe(1.75);
});

test("numbers that no float or integer is", async () => {
  write("odd.csv", "x,big,flag\n1.5,123456789012345678901234567890,true\nnan,1,false\n");
  const odd = evaluation(({ x, big, flag }) => ({ x: states.sum(x), big: states.sum(big), flag: states.sum(flag) }), {
    columns: { x: "float32", big: "float64", flag: "float32" },
  });
  const report = await odd.run(duckdb("odd.csv", { folder }), { engine });
  expect([report.x.nan, report.big.sum, report.flag.sum]).toEqual([1, Number("123456789012345678901234567890"), 1]);
});

test("a text, and a value of a mixture, are bad rows", async () => {
  write("mixed.jsonl", '{"x": 1}\n{"x": "two"}\n{"x": 3}\n');
  const { skipped } = await sum.run(duckdb("mixed.jsonl", { folder }), { engine, badRows: "skip" });
  expect(skipped["x"]!.rows).toContainEqual({ shard: "mixed.jsonl", row: 1 });
});

test("records that have a list are no lists, in Parquet either", async () => {
  write("records.jsonl", '{"x": {"of": [1.5]}}\n{"x": {"of": [2.5]}}\n');
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  await connection.run(`COPY (FROM '${folder}/records.jsonl') TO '${folder}/records.parquet'`);
  connection.closeSync();
  instance.closeSync();
  for (const source of [
    files("records.parquet", { folder }),
    files("records.jsonl", { folder }),
    duckdb("records.parquet", { folder }),
  ]) {
    const { rows, skipped } = await sum.run(source, { engine, badRows: "skip" });
    expect([rows, skipped["x"]!.count]).toEqual([0, 2]);
  }
});

test.each([
  ["in the first rows", 0, 1],
  ["by several threads", 0, 4],
  ["at the end of a chunk", 2047, 1],
  ["amid the rows", 150_000, 4],
  ["far behind the rows that are read ahead", 290_000, 1],
  ["in the last row", 299_999, 4],
])("a fault %s ends the run, not the rows, and the next run reads", async (_, row, threads) => {
  const name = parquetOf("late.parquet", 300_000);
  const where = `CASE WHEN x = ${row} THEN error('no such row') ELSE true END`;
  const source = duckdb(name, { folder, where, threads });
  for (let time = 0; time < 2; time++) {
    await expect(run(source)).rejects.toThrow(/^duckdb: .*late\.parquet must have rows .* no such row/);
  }
  expect((await run(duckdb(name, { folder }))).rows).toBe(300_000);
});

test("a file of which a later part is damaged", async () => {
  const name = parquetOf("damaged.parquet", 300_000);
  const bytes = readFileSync(join(folder, name));
  const { row_groups: groups } = parquetMetadata(Uint8Array.from(bytes).buffer);
  expect(groups.length).toBeGreaterThan(2);
  const page = Number(groups.at(-1)!.columns[0]!.meta_data!.data_page_offset);
  bytes.fill(0xff, page, page + 16);
  write(name, bytes);
  await expect(run(duckdb(name, { folder, threads: 1 }))).rejects.toThrow(/^duckdb: .*damaged\.parquet must have rows/);
});

test.each([0, 1, 2047, 2048, 2049])("all of %i rows, and none besides", async (rows) => {
  const { most, x, ...report } = await run(duckdb(parquetOf("few.parquet", rows), { folder }));
  expect([report.rows, x.sum]).toEqual([rows, rows * ((rows - 1) / 2) + 0]);
  expect(most.rows.length).toBe(Math.min(rows, 1));
});

test("several shards are read at a time", async () => {
  const names = ["one.parquet", "two.parquet", "three.parquet"].map((name, at) => parquetOf(name, 10_000 * (at + 1)));
  const source = duckdb(names, { folder });
  const reports = await Promise.all(
    names.map(async (name) => {
      const shard = await source.shardNamed!(name);
      return run({ shards: () => [shard!] });
    }),
  );
  expect(reports.map(({ rows }) => rows)).toEqual([10_000, 20_000, 30_000]);
});

test("a run that ends early closes its connection, and the next one reads", async () => {
  const source = duckdb(parquetOf("early.parquet", 50_000), { folder });
  for await (const shard of source.shards()) for await (const batch of shard.read(() => true)) if ("x" in batch) break;
  const controller = new AbortController();
  controller.abort(new Error("enough"));
  await expect(sum.run(source, { engine, signal: controller.signal })).rejects.toThrow("enough");
  expect((await run(source)).rows).toBe(50_000);
});

describe("what can't be read is named", () => {
  test.each<[string, () => Source, RegExp]>([
    ["no file", () => duckdb("none-*.csv", { folder }), /^duckdb: there must be a file such as none-\*\.csv/],
    [
      "another ending",
      () => duckdb(write("a.txt", ""), { folder }),
      /^duckdb: a file must end with one of csv, jsonl, ndjson, parquet, tsv, got .*a\.txt/,
    ],
    [
      "another file",
      () => duckdb(write("no.parquet", "abc"), { folder }),
      /^duckdb: .*no\.parquet must have rows that DuckDB can read, got /,
    ],
    [
      "a condition that is none",
      () => duckdb(parquetOf("c.parquet", 3), { folder, where: "x >" }),
      /^duckdb: .*c\.parquet must have rows that DuckDB can read, got .*Parser Error/,
    ],
    [
      "a missing column",
      () => duckdb(write("y.jsonl", '{"y": 1}\n'), { folder }),
      /^run: shard .*: a batch must have the column x/,
    ],
    [
      "a row that is null",
      () => duckdb(write("null.jsonl", '{"x": 1}\n{"x": null}\n'), { folder }),
      /^run: shard null\.jsonl, row 1: column x must have a number, got null/,
    ],
  ])("%s", async (_, make, message) => {
    await expect((async () => run(make()))()).rejects.toThrow(message);
  });

  test.each<[string, () => unknown, RegExp]>([
    ["no names", () => duckdb([]), /^duckdb: names must be/],
    ["an empty condition", () => duckdb("a.csv", { where: "" }), /^duckdb: where must be a condition in SQL/],
    ["no thread", () => duckdb("a.csv", { threads: 0 }), /^duckdb: threads must be/],
    ["an unknown option", () => duckdb("a.csv", { format: "csv" } as never), /^duckdb: /],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(message);
  });
});

test("the same rows as without it, in the same order, by several threads", async () => {
  const name = parquetOf("order.parquet", 300_000);
  const [with_, without] = [
    await run(duckdb(name, { folder, threads: 4 }), "lang"),
    await run(files(name, { folder }), "lang"),
  ];
  expect(with_.digest).toBe(without.digest);
});
