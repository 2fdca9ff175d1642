/** Do files of every kind give the same report, and say what is wrong with them? */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpu } from "@symloss/engine-cpu";
import { sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import { gzipSync } from "fflate";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, describe, expect, test } from "vitest";
import { idxOf, npyOf, npzOf, safetensorsOf } from "../../test/file-contents.ts";
import { type Shard, type Source, evaluation, states } from "../index.ts";
import { duckdb, files, idx, npy } from "./index.ts";

const engine = await cpu();
const folder = mkdtempSync(join(tmpdir(), "symloss-files-"));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await engine.dispose();
});

const count = 10_000;
const label = Int32Array.from({ length: count }, (_, row) => (row * 7) % 3);
const logits = Float32Array.from({ length: count * 3 }, (_, at) => Math.fround(Math.sin(at) * 3));
const lang = Array.from({ length: count }, (_, row) => (row % 5 === 0 ? "de" : "en"));

const own = evaluation(
  ({ label: labels, logits: given }) => {
    const loss = sparseSoftmaxCrossentropyLogits(labels, given);
    return { loss: states.mean(loss), worst: states.topK(loss, { k: 2 }) };
  },
  { columns: { label: "int32", logits: { dtype: "float32", shape: [3] } } },
);
const columns = evaluation(
  ({ label: labels, logits: given }) => ({ loss: states.mean(sparseSoftmaxCrossentropyLogits(labels, given)) }),
  { columns: { label: "int32", logits: ["logit_*", "float32"] } },
);

const whole = await own.run({ label, logits: { data: logits, shape: [count, 3] }, lang }, { engine, by: "lang" });

const rowOf = (row: number): string =>
  JSON.stringify({
    label: label[row],
    logits: [...logits.subarray(3 * row, 3 * row + 3)],
    lang: lang[row],
    other: "x",
  });

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Arrays of so many rows. */
const arraysOf = (rows: number): Record<string, Uint8Array> => ({
  label: npyOf("<i4", [rows], label.slice(0, rows)),
  logits: npyOf("<f4", [rows, 3], logits.slice(0, 3 * rows)),
});

/** An archive, of whose first array a bit of an element is another. */
function damaged(archive: Uint8Array): Uint8Array {
  const copy = archive.slice();
  copy[30 + "label.npy".length + 128]! ^= 1;
  return copy;
}

/** An archive, whose only array says that it has 200 bytes. */
function understated(archive: Uint8Array): Uint8Array {
  const copy = archive.slice();
  const view = new DataView(copy.buffer);
  view.setUint32(22, 200, true);
  const directory = view.getUint32(copy.length - 6, true);
  view.setUint32(directory + 24, 200, true);
  return copy;
}

describe("the same rows give the same", () => {
  test("from lines of JSON in shards, whose rows have addresses there", async () => {
    const rows = Array.from({ length: count }, (_, row) => rowOf(row));
    write("part-0.jsonl", `${rows.slice(0, 3000).join("\n")}\n\n`);
    write("part-1.ndjson", rows.slice(3000).join("\r\n"));
    const report = await own.run(files("part-*.{jsonl,ndjson}", { folder }), { engine, by: "lang" });
    expect(report.loss).toEqual(whole.loss);
    expect(report.by["de"]!.loss).toEqual(whole.by["de"]!.loss);
    expect(report.worst.rows.map(({ shard, row }) => row + (shard === "part-1.ndjson" ? 3000 : 0))).toEqual(
      whole.worst.rows.map(({ row }) => row),
    );
  });

  test("from safetensors", async () => {
    write(
      "all.safetensors",
      safetensorsOf({
        label: ["I64", [count], BigInt64Array.from(label, BigInt)],
        logits: ["F32", [count, 3], logits],
        other: ["F64", [1], new Float64Array(1)],
      }),
    );
    expect((await own.run(files("all.safetensors", { folder }), { engine })).loss).toEqual(whole.loss);
  });

  test("from arrays of NumPy", async () => {
    const source = npy({
      label: write("label.npy", npyOf("<i8", [count], BigInt64Array.from(label, BigInt))),
      logits: write("logits.npy", npyOf("<f4", [count, 3], logits)),
    });
    expect((await own.run(source, { engine })).loss).toEqual(whole.loss);
  });

  test.each([
    ["stored", 0],
    ["compressed", 6],
  ] as const)("from an archive of arrays of NumPy, %s", async (_, level) => {
    const arrays = {
      label: npyOf("<i2", [count], Int16Array.from(label)),
      other: npyOf("<f8", [2], new Float64Array(2)),
      logits: npyOf("<f4", [count, 3], logits),
    };
    const path = write(`level-${level}.npz`, npzOf(arrays, level));
    expect((await own.run(files(path), { engine })).loss).toEqual(whole.loss);
  });

  test("from IDX and arrays of NumPy that gzip compressed, whatever their names", async () => {
    const label_ = idxOf(0x0c, [count], label);
    const plain = { label: write("label.idx", label_), logits: write("logits.idx", idxOf(0x0d, [count, 3], logits)) };
    expect((await own.run(idx(plain), { engine })).loss).toEqual(whole.loss);
    const compressed = { ...plain, label: write("label-idx1-ubyte", gzipSync(label_)) };
    expect((await own.run(idx(compressed), { engine })).loss).toEqual(whole.loss);
    const arrays = {
      label: write("label.npy.gz", gzipSync(npyOf("<i4", [count], label))),
      logits: write("logits.npy.gz", gzipSync(npyOf("<f4", [count, 3], logits))),
    };
    expect((await own.run(npy(arrays), { engine })).loss).toEqual(whole.loss);
  });

  test("of every type that a dtype holds", async () => {
    const sum = evaluation(({ x }) => ({ x: states.sum(x) }), { columns: { x: "int32" } });
    const values = [1, 2, 100];
    const kinds = [
      ["|i1", Int8Array],
      ["|u1", Uint8Array],
      ["<i2", Int16Array],
      ["<u2", Uint16Array],
      ["<i4", Int32Array],
    ] as const;
    for (const [code, make] of kinds) {
      const x = write("x.npy", npyOf(code, [3], make.from(values)));
      expect((await sum.run(npy({ x }), { engine })).x.sum).toBe(103);
    }
    const idxKinds = [
      [0x08, [1, 2, 100]],
      [0x09, [1, 2, 100]],
      [0x0b, [0, 1, 0, 2, 0, 100]],
    ] as const;
    for (const [code, bytes] of idxKinds) {
      const x = write("x.idx", Uint8Array.from([0, 0, code, 1, 0, 0, 0, 3, ...bytes]));
      expect((await sum.run(idx({ x }), { engine })).x.sum).toBe(103);
    }
  });

  test("of floats of 16 bits, each of which is a float32", async () => {
    const sum = evaluation(({ x }) => ({ x: states.sum(x) }), { columns: { x: "float32" } });
    const halves = Uint16Array.of(0x3800, 0xc000, 0x7bff, 0x0001);
    const x = write("half.npy", npyOf("<f2", [4], halves));
    expect((await sum.run(npy({ x }), { engine })).x.sum).toBe(0.5 - 2 + 65504 + 2 ** -24);
    for (const [name, bits, total] of [
      ["F16", [0x3c00, 0x7c00], Infinity],
      ["BF16", [0x3f80, 0xc040], -2],
    ] as const) {
      const path = write(`${name}.safetensors`, safetensorsOf({ x: [name, [2], Uint16Array.from(bits)] }));
      expect((await sum.run(files(path), { engine })).x.sum).toBe(total);
    }
  });

  test("from Parquet, a column for each logit, with and without missing values", async () => {
    const columnData = [
      { name: "label", data: [...label], type: "INT32" as const },
      { name: "lang", data: lang, type: "STRING" as const },
      ...[0, 1, 2].map((at) => ({
        name: `logit_${at}`,
        data: Array.from({ length: count }, (_, row) => logits[3 * row + at]!),
        type: "FLOAT" as const,
        nullable: false,
      })),
    ];
    const path = write("all.parquet", new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 1500 })));
    const report = await columns.run(files(path), { engine, by: "lang" });
    expect(report.loss).toEqual(whole.loss);
    expect(report.by["en"]!.loss).toEqual(whole.by["en"]!.loss);
    expect(report.rows).toBe(count);
  });
});

describe("a shard that is asked for by its name", () => {
  const below = mkdtempSync(join(folder, "named-"));
  const put = (name: string, text: string): void => writeFileSync(join(below, name), text);
  put("a.jsonl", '{"x":1}\n');
  put("b.jsonl", '{"x":2}\n');
  put("secret.txt", "no rows");

  test.each<[string, (names: string) => Source]>([
    ["files", (names) => files(names, { folder: below })],
    ["duckdb", (names) => duckdb(names, { folder: below })],
  ])("of %s is the one that is listed, as it is now, and no other file of the folder", async (_, open) => {
    const source = open("*.jsonl");
    const listed: Shard[] = [];
    for await (const shard of source.shards()) listed.push(shard);
    const named = async (name: string): Promise<string | undefined> => (await source.shardNamed!(name))?.etag;
    expect(await Promise.all(["a.jsonl", "b.jsonl"].map(named))).toEqual(listed.map(({ etag }) => etag));
    for (const name of ["secret.txt", "../a.jsonl", join(below, "a.jsonl"), "*.jsonl", "", "__proto__"]) {
      expect(await named(name)).toBeUndefined();
    }
    put("a.jsonl", '{"x":1}\n{"x":3}\n');
    expect(await named("a.jsonl")).toMatch(/^16-/);
    put("new.jsonl", '{"x":4}\n');
    expect(await named("new.jsonl")).toMatch(/^8-/);
    rmSync(join(below, "new.jsonl"));
    expect(await named("new.jsonl")).toBeUndefined();
    put("a.jsonl", '{"x":1}\n');
  });
});

describe("what can't be read is named", () => {
  const run = (names: string, options: object = {}): Promise<unknown> =>
    own.run(files(names, { folder, ...options }), { engine });

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ["no file", () => run("none-*.jsonl"), /^files: there must be a file such as none-\*\.jsonl, got none in /],
    [
      "another ending",
      () => run(write("rows.csv", "a,b")),
      /^files: a file must end with one of arrow, arrows, feather, jsonl, ndjson, parquet, safetensors, npz, got .*rows\.csv/,
    ],
    [
      "a line that is no JSON",
      () => run(write("broken.jsonl", `${rowOf(0)}\n{"label": `)),
      /^files: line 2 of .*broken\.jsonl must be JSON/,
    ],
    [
      "a line that is no record",
      () => run(write("list.jsonl", "[1]")),
      /^files: line 1 of .*list\.jsonl must be a record, got a list/,
    ],
    [
      "a row without a column",
      () => run(write("missing.jsonl", `${rowOf(0)}\n{"label": 1}`)),
      /^run: shard missing\.jsonl, row 1: column logits must have 3 numbers, got null/,
    ],
    [
      "a line without end",
      () => run(write("long.jsonl", new Uint8Array(2 ** 26 + 2).fill(32))),
      /^files: .*long\.jsonl must have lines of at most 67108864 characters, got a longer one/,
    ],
    [
      "a line of other bytes than UTF-8",
      () => run(write("latin.jsonl", Uint8Array.of(0x7b, 0x22, 0xfc, 0x22))),
      /^files: .*latin\.jsonl must have lines in UTF-8, got other bytes/,
    ],
    ["no safetensors", () => run(write("no.safetensors", "abc")), /^files: .*no\.safetensors must have a header/],
    [
      "a huge header",
      () => run(write("huge.safetensors", new Uint8Array(9).fill(255))),
      /must have a header of at most/,
    ],
    [
      "a tensor of another size",
      () =>
        run(
          write(
            "size.safetensors",
            safetensorsOf({ label: ["I32", [3], new Int32Array(2)], logits: ["F32", [2, 3], new Float32Array(6)] }),
          ),
        ),
      /tensor label of .* must have 12 bytes, got 8/,
    ],
    [
      "a type that none holds",
      () => run(write("unsigned.safetensors", safetensorsOf({ label: ["U64", [1], new BigUint64Array(1)] }))),
      /tensor label of .* must have elements of F16, .*, got the string "U64"/,
    ],
    [
      "a file that ends",
      () =>
        run(
          write(
            "short.safetensors",
            safetensorsOf({
              label: ["I32", [2], new Int32Array(2)],
              logits: ["F32", [2, 3], new Float32Array(6)],
            }).slice(0, -8),
          ),
        ),
      /tensor logits of .* must have the bytes of its rows, 2, got the end/,
    ],
    [
      "an integer beyond 32 bits",
      () =>
        run(
          write(
            "wide.safetensors",
            safetensorsOf({
              label: ["I64", [1], BigInt64Array.of(2n ** 40n)],
              logits: ["F32", [1, 3], new Float32Array(3)],
            }),
          ),
        ),
      /integers of tensor label of .* must fit in 32 bits, got 1099511627776/,
    ],
    [
      "no array of NumPy",
      () => own.run(npy({ label: write("no.npy", "abcdefghijklmnop") }), { engine }),
      /^npy: .*no\.npy must have an array of NumPy/,
    ],
    [
      "bytes in the other order",
      () => own.run(npy({ label: write("big.npy", npyOf(">i4", [1], new Int32Array(1))) }), { engine }),
      /must have elements of <f2, .*, got ">i4"/,
    ],
    [
      "other rows than the rest",
      () =>
        own.run(
          npy({
            label: write("two.npy", npyOf("<i4", [2], new Int32Array(2))),
            logits: write("three.npy", npyOf("<f4", [3, 3], new Float32Array(9))),
          }),
          { engine },
        ),
      /^npy: .*three\.npy must have as many rows as .*two\.npy, 2, got 3/,
    ],
    [
      "more bytes than rows",
      () =>
        own.run(
          npy({
            label: write("more.npy", npyOf("<i4", [1], new Int32Array(2))),
            logits: write("one.npy", npyOf("<f4", [1, 3], new Float32Array(3))),
          }),
          { engine },
        ),
      /^npy: .*more\.npy must have the bytes of its rows, 1, got more bytes than that/,
    ],
    [
      "rows without end",
      () => own.run(npy({ label: write("wide.npy", npyOf("<i4", [1, 2 ** 40], new Int32Array(1))) }), { engine }),
      /^npy: .*wide\.npy must have rows of at most 67108864 bytes, got 4398046511104/,
    ],
    [
      "gzip that ends",
      () =>
        own.run(
          npy({
            label: write("cut.gz", gzipSync(npyOf("<i4", [count], label)).slice(0, -9)),
            logits: write("whole.npy", npyOf("<f4", [count, 3], logits)),
          }),
          { engine },
        ),
      /^npy: .*cut\.gz must have bytes that can be decompressed, got [a-z]/,
    ],
    ["no archive", () => run(write("no.npz", "abc")), /^files: .*no\.npz must have an archive of arrays, got /],
    [
      "an archive that was damaged",
      () => run(write("damaged.npz", damaged(npzOf(arraysOf(3), 0)))),
      /^files: array label of .*damaged\.npz must have bytes of the checksum \d+, got \d+/,
    ],
    [
      "an archive that holds more than it says",
      () => run(write("bomb.npz", understated(npzOf({ label: npyOf("<i4", [2 ** 20], new Int32Array(2 ** 20)) }, 6)))),
      /^files: array label of .*bomb\.npz must have bytes that can be decompressed, got too many bytes/,
    ],
    [
      "no IDX",
      () => own.run(idx({ label: write("no.idx", "abcd") }), { engine }),
      /^idx: .*no\.idx must have an array in IDX/,
    ],
    [
      "IDX without rows",
      () => own.run(idx({ label: write("flat.idx", Uint8Array.of(0, 0, 8, 0, 1)) }), { engine }),
      /^idx: .*flat\.idx must have rows, got 0 axes/,
    ],
    ["a file that is missing", () => own.run(npy({ label: join(folder, "missing.npy") }), { engine }), /ENOENT/],
  ])("%s", async (_, act, message) => {
    await expect(act()).rejects.toThrow(message);
  });

  test.each<[string, () => unknown]>([
    ["no names", () => files([])],
    ["a name that is none", () => files([3 as never])],
    ["an unknown option", () => files("a", { pattern: "b" } as never)],
    ["an unknown format", () => files("a", { format: "csv" as never })],
    ["no files of columns", () => npy({ a: 3 as never })],
    ["no files of columns in IDX", () => idx({ a: 3 as never })],
  ])("%s", (_, make) => {
    expect(make).toThrow(/^(files|idx|npy): /);
  });

  test("and files are closed when a run ends", async () => {
    const controller = new AbortController();
    controller.abort(new Error("enough"));
    await expect(own.run(files("all.safetensors", { folder }), { engine, signal: controller.signal })).rejects.toThrow(
      "enough",
    );
    expect((await own.run(files("all.safetensors", { folder }), { engine })).rows).toBe(count);
  });
});
