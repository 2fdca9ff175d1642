/** Do files of every kind give the same report, and say what is wrong with them? */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpu } from "@symloss/engine-cpu";
import { sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, describe, expect, test } from "vitest";
import { evaluation, states } from "../index.ts";
import { files, npy } from "./index.ts";

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

/** An array of NumPy, as it writes it. */
function npyOf(code: string, shape: readonly number[], data: ArrayBufferView): Uint8Array {
  const text = `{'descr': '${code}', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const header = `${text.padEnd(117)}\n`;
  return Buffer.concat([
    Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, header.length, 0]),
    Buffer.from(header),
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  ]);
}

function safetensorsOf(
  tensors: Readonly<Record<string, readonly [string, readonly number[], ArrayBufferView]>>,
): Uint8Array {
  let end = 0;
  const header = Object.entries(tensors).map(([name, [dtype, shape, data]]) => {
    const from = end;
    end += data.byteLength;
    return [name, { dtype, shape, data_offsets: [from, end] }] as const;
  });
  const text = Buffer.from(JSON.stringify({ __metadata__: { made: "by hand" }, ...Object.fromEntries(header) }));
  return Buffer.concat([
    Buffer.from(BigUint64Array.of(BigInt(text.length)).buffer),
    text,
    ...Object.values(tensors).map(([, , data]) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  ]);
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

describe("what can't be read is named", () => {
  const run = (names: string, options: object = {}): Promise<unknown> =>
    own.run(files(names, { folder, ...options }), { engine });

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ["no file", () => run("none-*.jsonl"), /^files: there must be a file such as none-\*\.jsonl, got none in /],
    [
      "another ending",
      () => run(write("rows.csv", "a,b")),
      /^files: a file must end with one of jsonl, ndjson, parquet, safetensors, got .*rows\.csv/,
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
      /must have tensor label with 12 bytes, got 8/,
    ],
    [
      "a type that none holds",
      () => run(write("half.safetensors", safetensorsOf({ label: ["F16", [2], new Uint16Array(2)] }))),
      /must have tensor label of F32, .*, got the string "F16"/,
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
      /tensor logits of .* must have 2 rows, got the end/,
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
      /integers must fit in 32 bits, got 1099511627776/,
    ],
    [
      "no array of NumPy",
      () => own.run(npy({ label: write("no.npy", "abcdefghijklmnop") }), { engine }),
      /^npy: .*no\.npy must have an array of NumPy/,
    ],
    [
      "bytes in the other order",
      () => own.run(npy({ label: write("big.npy", npyOf(">i4", [1], new Int32Array(1))) }), { engine }),
      /must have elements of <f4, .*, got ">i4"/,
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
  ])("%s", (_, make) => {
    expect(make).toThrow(/^(files|npy): /);
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
