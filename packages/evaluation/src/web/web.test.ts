/** Are files at addresses read as they are, closed when a run ends, and every fault of a server told? */
import { cpu } from "@symloss/engine-cpu";
import { gzipSync } from "fflate";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { arrowOf, idxOf, npyOf, safetensorsOf } from "../../test/file-contents.ts";
import { type FileServer, type ServerFault, startFileServer } from "../../test/file-server.ts";
import { type Source, evaluation, states } from "../index.ts";
import { type Fetch, blobs, idx, npy, urls } from "./index.ts";

const engine = await cpu();
let server: FileServer;
beforeAll(async () => {
  server = await startFileServer();
});
beforeEach(() => {
  server.asked.length = 0;
});
afterAll(async () => {
  await server.close();
  await engine.dispose();
});

const count = 400_000;
const x = Float32Array.from({ length: count }, (_, row) => Math.sin(row));
const sum = evaluation(({ x: given }) => ({ x: states.sum(given), worst: states.topK(given, { k: 1 }) }), {
  columns: { x: "float32" },
});
const whole = await sum.run({ x }, { engine });

/** Of more bytes than a range has. */
const tensors = safetensorsOf({ y: ["F64", [count], new Float64Array(count)], x: ["F32", [count], x] });
const lines = new TextEncoder().encode(Array.from(x, (value) => `{"x":${value}}\n`).join(""));

/** The address of a file that the server has. */
function put(name: string, bytes: Uint8Array, fault?: ServerFault): string {
  server.files.set(`/${name}`, { bytes, ...(fault !== undefined && { fault }) });
  return `${server.origin}/${name}`;
}

const run = (source: Source): Promise<{ readonly rows: number }> => sum.run(source, { engine });

/** Waits until no answer is still under way. */
async function closed(): Promise<void> {
  while (server.open() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("what is read", () => {
  test("a tensor by its ranges alone", async () => {
    const address = put("x.safetensors", tensors);
    expect((await sum.run(urls(address), { engine })).x).toEqual(whole.x);
    const bytes = server.asked.slice(1).map((line) => {
      const [from, to] = /bytes=(\d+)-(\d+)/.exec(line)!.slice(1).map(Number);
      return to! - from! + 1;
    });
    expect(bytes.reduce((a, b) => a + b)).toBeLessThan(tensors.length / 2);
  });

  test("lines of a server that knows no ranges, or that tells no length", async () => {
    expect((await sum.run(urls(put("a.jsonl", lines, "knows no ranges")), { engine })).x).toEqual(whole.x);
    expect((await sum.run(urls(put("b.jsonl", lines, "has no length")), { engine })).x).toEqual(whole.x);
    const given: Fetch = async () => new Response(new Blob([lines]).stream(), { status: 200 });
    expect((await sum.run(urls("http://nowhere/c.jsonl", { fetch: given }), { engine })).x).toEqual(whole.x);
  });

  test("arrays of NumPy and IDX, compressed or not, at addresses and in Blobs", async () => {
    const array = npyOf("<f4", [count], x);
    const sources = [
      npy({ x: put("x.npy", array) }),
      npy({ x: new Blob([array as Uint8Array<ArrayBuffer>]) }),
      npy({ x: new URL(put("x.npy.gz", gzipSync(array))) }),
      npy({ x: new Blob([gzipSync(array) as Uint8Array<ArrayBuffer>]) }),
      idx({ x: put("x.idx", idxOf(0x0d, [count], x)) }),
    ];
    for (const source of sources) {
      expect((await sum.run(source, { engine })).x).toEqual(whole.x);
      for await (const shard of source.shards()) expect(await shard.totalRows?.(() => true)).toBe(count);
    }
  });

  test("with headers, by another fetch", async () => {
    const asked: unknown[] = [];
    const given: Fetch = (address, request) => {
      asked.push(request.headers["Authorization"]);
      return fetch(address, request);
    };
    const headers = { Authorization: "Bearer key" };
    await run(urls(put("with.jsonl", lines), { fetch: given, headers }));
    expect(new Set(asked)).toEqual(new Set(["Bearer key"]));
    expect(asked.length).toBe(server.asked.filter((line) => line.includes("with.jsonl")).length);
  });

  test("a stream of Arrow of a server that knows no ranges", async () => {
    const rows = { label: [1, 2], logits: [null, [4, 5, 6]], lang: ["a", "b"] };
    const label = evaluation(({ label: given }) => ({ x: states.sum(given) }), { columns: { label: "int32" } });
    const address = put("a.arrows", arrowOf(rows, { kind: "stream" }), "knows no ranges");
    expect((await label.run(urls(address), { engine })).x.sum).toBe(3);
  });

  test("an empty file", async () => {
    expect((await run(urls(put("empty.jsonl", new Uint8Array(0))))).rows).toBe(0);
  });

  test("as another file when it has changed", async () => {
    const etags: unknown[] = [];
    for (const version of ["a", "a", "b"]) {
      server.files.set("/etag.jsonl", { bytes: lines, version });
      for await (const { etag } of urls(`${server.origin}/etag.jsonl`).shards()) etags.push(etag);
    }
    expect(etags).toEqual([`${lines.length}-"a"`, `${lines.length}-"a"`, `${lines.length}-"b"`]);
    const file = (lastModified: number): File => new File(["{}"], "a.jsonl", { lastModified });
    expect([...(blobs([file(5)]).shards() as Iterable<{ etag?: string }>)].map(({ etag }) => etag)).toEqual(["2-5"]);
  });
});

describe("what shards are called", () => {
  const namesOf = async (source: Source): Promise<string[]> => {
    const names: string[] = [];
    for await (const { shard } of source.shards()) names.push(shard);
    return names;
  };

  test("a single one is opened if it is asked for by its name", async () => {
    const names = ["x.jsonl", "y.jsonl", "z.jsonl"];
    const source = urls(names.map((name) => put(name, lines)));
    expect((await source.shardNamed!("y.jsonl"))!.shard).toBe("y.jsonl");
    expect(new Set(server.asked.map((line) => /\w\.jsonl/.exec(line)![0]))).toEqual(new Set(["y.jsonl"]));
    expect(await source.shardNamed!(`${server.origin}/y.jsonl`)).toBeUndefined();
  });

  test("by the last part of the path, or more if another has it", async () => {
    const addresses = ["a/part-0.jsonl?key=1", "b/part-0.jsonl", "b/part%201.jsonl", "c?id=1.jsonl", "c?id=2.jsonl"];
    for (const path of ["/a/part-0.jsonl", "/b/part-0.jsonl", "/b/part 1.jsonl", "/c"]) put(path.slice(1), lines);
    const { origin } = server;
    expect(
      await namesOf(
        urls(
          addresses.map((path) => `${origin}/${path}`),
          { format: "jsonl" },
        ),
      ),
    ).toEqual([
      `${origin}/a/part-0.jsonl`,
      `${origin}/b/part-0.jsonl`,
      "part 1.jsonl",
      `${origin}/c?id=1.jsonl`,
      `${origin}/c?id=2.jsonl`,
    ]);
    const inFolder = (path: string): File => Object.assign(new File(["{}"], "a.jsonl"), { webkitRelativePath: path });
    expect(await namesOf(blobs([inFolder("train/a.jsonl"), inFolder("test/a.jsonl")]))).toEqual([
      "train/a.jsonl",
      "test/a.jsonl",
    ]);
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      "the same address twice",
      () => urls(["http://a/b.jsonl", "http://a/b.jsonl"]),
      /^urls: no two files .* http:\/\/a\/b\.jsonl twice/,
    ],
    [
      "the same name twice",
      () => blobs([new File([], "a.jsonl"), new File([], "a.jsonl")]),
      /^blobs: no two files .* a\.jsonl twice/,
    ],
    ["no address", () => urls("a.jsonl"), /^urls: addresses must be those of files, got the string "a\.jsonl"/],
    ["none at all", () => urls([]), /^urls: addresses must be one at least/],
    ["another ending", () => urls("http://a/b.csv?c=d.jsonl"), /^urls: a file must end with one of .*, got \/b\.csv/],
    [
      "another format",
      () => urls("http://a/b", { format: "npz" as never }),
      /^urls: format must be one of arrow, jsonl, parquet, safetensors/,
    ],
    [
      "no texts as headers",
      () => urls("http://a/b.jsonl", { headers: { a: 1 as never } }),
      /^urls: headers must be a record of texts/,
    ],
    ["no signal", () => urls("http://a/b.jsonl", { signal: {} as never }), /^urls: signal must be an AbortSignal/],
    ["no function", () => urls("http://a/b.jsonl", { fetch: "a" as never }), /^urls: fetch must be a function/],
    ["no file", () => blobs([new Blob() as never]), /^blobs: files must be of the class File/],
    ["no files", () => blobs([]), /^blobs: files must be of the class File, at least one/],
    ["another ending of a file", () => blobs(new File([], "a.csv")), /^blobs: a file must end with one of/],
    [
      "a column that is no address",
      () => npy({ x: 3 as never }),
      /^npy: columns must be a record of addresses or Blobs/,
    ],
    ["an unknown option", () => idx({}, { format: "idx" } as never), /^idx: /],
  ])("%s is refused", (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe("faults are told, and nothing stays open", () => {
  test.each<[ServerFault, RegExp]>([
    [
      "answers 500",
      /^urls: the server must answer for http:.*\/f\.safetensors with the status 206, got 500 Internal Server Error\.$/,
    ],
    ["breaks off", /^urls: the server must give http:.*\/f\.safetensors, got terminated/],
    [
      "changes",
      /^urls: http:.*\/f\.safetensors must stay as it is while it is read, got "second" of \d+ bytes after "first" of \d+\.$/,
    ],
    ["gives other bytes", /^urls: the server must give bytes 0-7 of http:.*\/f\.safetensors, got (more|bytes)/],
    [
      "knows no ranges",
      /^urls: the server must answer ranges of http:.*\/f\.safetensors with the status 206, got 200 for all of it/,
    ],
  ])("a server that %s", async (fault, message) => {
    const bytes = Uint8Array.from([...tensors.subarray(0, 8), ...tensors.subarray(8)]);
    await expect(run(urls(put("f.safetensors", bytes, fault)))).rejects.toThrow(message);
    await closed();
    expect((await run(urls(put("g.safetensors", tensors)))).rows).toBe(count);
  });

  test.each<[string, () => Source, RegExp]>([
    [
      "an address without a file",
      () => urls(`${server.origin}/none.jsonl`),
      /^urls: the server must answer for .*none\.jsonl with the status 200 or 206, got 404 Not Found/,
    ],
    [
      "a server that is none",
      () => urls("http://127.0.0.1:9/none.jsonl"),
      /^urls: the server must give http:\/\/127\.0\.0\.1:9\/none\.jsonl, got /,
    ],
    [
      "a length that no server tells",
      () => npy({ x: "http://nowhere/x.npy" }, { fetch: async () => new Response(new Uint8Array(9), { status: 200 }) }),
      /^npy: the server must tell the length of http:\/\/nowhere\/x\.npy/,
    ],
  ])("%s", async (_, make, message) => {
    await expect(run(make())).rejects.toThrow(message);
  });

  test("a file that changes after its first range", async () => {
    const address = put("later.jsonl", lines);
    let batches = 0;
    const source = urls(address);
    const changed: Source = {
      async *shards() {
        for await (const shard of source.shards()) {
          yield {
            ...shard,
            async *read(wants) {
              for await (const batch of shard.read(wants)) {
                if (batches++ === 0) server.files.set("/later.jsonl", { bytes: lines, version: "other" });
                yield batch;
              }
            },
          };
        }
      },
    };
    await expect(run(changed)).rejects.toThrow(/later\.jsonl must stay as it is while it is read, got "other" of/);
  });

  test("a run that ends early closes what it reads", async () => {
    const controller = new AbortController();
    for (const fault of [undefined, "knows no ranges"] as const) {
      const source = urls(put("long.jsonl", lines, fault));
      for await (const shard of source.shards())
        for await (const batch of shard.read(() => true)) if ("x" in batch) break;
      await closed();
    }
    controller.abort(new Error("enough"));
    const given = urls(put("long.jsonl", lines));
    await expect(sum.run(given, { engine, signal: controller.signal })).rejects.toThrow("enough");
    await closed();
  });

  test("a server that stalls is left by a signal", async () => {
    const controller = new AbortController();
    const source = urls(put("stalls.jsonl", lines, "stalls"), { signal: controller.signal });
    const ran = run(source);
    while (server.asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(new Error("too slow"));
    await expect(ran).rejects.toThrow("too slow");
    await closed();
  });

  test("tensors of more columns than a browser opens connections for", async () => {
    const columns = Array.from(
      { length: 12 },
      (_, at) => [`x_${at}`, ["F32", [count / 4], x.subarray(at, at + count / 4)]] as const,
    );
    const address = put("many.safetensors", safetensorsOf(Object.fromEntries(columns)));
    const wide = evaluation(({ x: given }) => ({ x: states.sum(given.sum(1)) }), {
      columns: { x: ["x_*", "float32"] },
    });
    expect((await wide.run(urls(address), { engine })).rows).toBe(count / 4);
  });
});
