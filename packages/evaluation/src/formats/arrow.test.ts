/** Does each type of Arrow become the numbers or texts that it holds, and is any other refused by name? */
import { cpu } from "@symloss/engine-cpu";
import {
  Bool,
  DateDay,
  Dictionary,
  Field,
  FixedSizeList,
  Float16,
  Float32,
  Float64,
  Int32,
  Int64,
  LargeUtf8,
  List,
  Table,
  Uint8,
  Utf8,
  type Vector,
  tableToIPC,
  vectorFromArray,
} from "apache-arrow";
import { afterAll, describe, expect, test } from "vitest";
import { evaluation, states } from "../index.ts";
import { blobs } from "../web/index.ts";

const engine = await cpu();
afterAll(() => engine.dispose());

const fileOf = (columns: Readonly<Record<string, Vector>>, kind: "file" | "stream" = "file"): File =>
  new File([tableToIPC(new Table({ ...columns }), kind) as Uint8Array<ArrayBuffer>], "a.arrow");

const number = evaluation(({ x }) => ({ x: states.sum(x) }), { columns: { x: "float64" } });
const pair = evaluation(({ x }) => ({ x: states.sum(x.sum(1)) }), {
  columns: { x: { dtype: "float64", shape: [2] } },
});

describe("numbers", () => {
  test.each<[string, Vector, number]>([
    ["float16", vectorFromArray([0.5, -2, 65504, 2 ** -24], new Float16()), 65502.5 + 2 ** -24],
    ["float32", vectorFromArray([0.5, 2], new Float32()), 2.5],
    ["float64", vectorFromArray([0.1, 1e300], new Float64()), 1e300],
    ["int64", vectorFromArray([1n, -3n], new Int64()), -2],
    ["uint8", vectorFromArray([255, 1], new Uint8()), 256],
    [
      "booleans",
      vectorFromArray(
        Array.from({ length: 19 }, (_, row) => row % 3 === 0),
        new Bool(),
      ),
      7,
    ],
    ["a dictionary of numbers", vectorFromArray([7, 8, 7], new Dictionary(new Int32(), new Int32())), 22],
  ])("%s", async (_, x, total) => {
    const report = await number.run(blobs(fileOf({ x })), { engine });
    expect(report.x.sum).toBe(total);
    expect(report.rows).toBe(x.length);
  });

  test("what is missing is a bad row, and no number that was there before", async () => {
    for (const type of [new Float16(), new Float32(), new Float64(), new Uint8(), new Int32()]) {
      const x = vectorFromArray([1, null, 3, null], type);
      const { x: total, skipped } = await number.run(blobs(fileOf({ x })), { engine, badRows: "skip" });
      expect(total.sum).toBe(4);
      expect(skipped["x"]!.rows.map(({ row }) => row)).toEqual([1, 3]);
    }
  });

  test("lists of other lengths, with something missing, and empty ones", async () => {
    const item = new Field("item", new Float64(), true);
    const rows = [[1, 2], [3], null, [4, null], [], [5, 6], [7, 8, 9]];
    const x = vectorFromArray(rows, new List(item));
    const { x: total, skipped } = await pair.run(blobs(fileOf({ x })), { engine, badRows: "skip" });
    expect(total.sum).toBe(14);
    expect(skipped["x"]!.rows.map(({ row }) => row)).toEqual([1, 2, 3, 4, 6]);
  });

  test("lists of integers of 64 bits, and of lists", async () => {
    const x = vectorFromArray(
      [
        [1n, 2n],
        [3n, 4n],
      ],
      new List(new Field("item", new Int64())),
    );
    expect((await pair.run(blobs(fileOf({ x })), { engine })).x.sum).toBe(10);
    const square = evaluation(({ x: given }) => ({ x: states.sum(given.sum([1, 2])) }), {
      columns: { x: { dtype: "float32", shape: [2, 2] } },
    });
    const inner = new FixedSizeList(2, new Field("item", new Float32()));
    const nested = vectorFromArray(
      [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 8],
        ],
      ],
      new FixedSizeList(2, new Field("item", inner)),
    );
    expect((await square.run(blobs(fileOf({ x: nested })), { engine })).x.sum).toBe(36);
  });

  test("a part of a vector, which does not begin with it", async () => {
    const item = new Field("item", new Float64(), true);
    const x = vectorFromArray(
      Array.from({ length: 100 }, (_, row) => [row, 1]),
      new List(item),
    );
    const part = new Table({ x }).slice(37, 60);
    const bytes = tableToIPC(part, "stream") as Uint8Array<ArrayBuffer>;
    const { x: total, rows } = await pair.run(blobs(new File([bytes], "a.arrows")), { engine });
    expect([total.sum, rows]).toEqual([((37 + 59) * 23) / 2 + 23, 23]);
  });
});

test("texts name groups, of a dictionary or not", async () => {
  const texts = ["de", null, "grüße", "de"];
  const types = [new Utf8(), new LargeUtf8(), new Dictionary(new Utf8(), new Int32())];
  for (const type of types) {
    const columns = { x: vectorFromArray([1, 2, 3, 4], new Float32()), lang: vectorFromArray(texts, type) };
    const { by } = await number.run(blobs(fileOf(columns, "stream")), { engine, by: "lang" });
    const rowsBy = Object.fromEntries(Object.entries(by).map(([group, { rows }]) => [group, rows]));
    expect(rowsBy).toEqual({ de: 2, grüße: 1, null: 1 });
  }
});

describe("what is not read is named", () => {
  const run = (file: File): Promise<unknown> => number.run(blobs(file), { engine });

  test("another type, but only of a column that is wanted", async () => {
    const day = vectorFromArray([new Date(0)], new DateDay());
    await expect(run(fileOf({ x: day }))).rejects.toThrow(
      "blobs: column x of a.arrow must have numbers, texts, or lists of numbers, got Date32<DAY>.",
    );
    const x = vectorFromArray([1], new Float32());
    expect((await number.run(blobs(fileOf({ x, day })), { engine })).rows).toBe(1);
  });

  test("integers beyond 32 bits in lists", async () => {
    const x = vectorFromArray([[2n ** 40n, 1n]], new List(new Field("item", new Int64())));
    await expect(pair.run(blobs(fileOf({ x })), { engine })).rejects.toThrow(
      "blobs: integers of column x of a.arrow must fit in 32 bits, got 1099511627776.",
    );
  });

  test("two streams, one behind the other", async () => {
    const bytes = tableToIPC(
      new Table({ x: vectorFromArray([1], new Float32()) }),
      "stream",
    ) as Uint8Array<ArrayBuffer>;
    await expect(run(new File([bytes, bytes], "a.arrows"))).rejects.toThrow(
      `blobs: a.arrows must have one stream of Arrow, got ${bytes.length} bytes behind its end.`,
    );
    // It ends between two messages, and has no other sign of what is missing.
    await expect(run(new File([bytes.subarray(0, -8)], "a.arrows"))).rejects.toThrow(/whole messages of Arrow/);
  });
});
