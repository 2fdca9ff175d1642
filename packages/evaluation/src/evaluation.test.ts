/** Is an evaluation the same in any order, cut and merge, right, and refused where it can't be? */
import { readFileSync } from "node:fs";
import { type Tensor, einsum, evaluate, ndarray, stack, take } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { onnx } from "@symloss/engine-onnx";
import { wasm } from "@symloss/engine-wasm";
import { accuracy, averagePrecision, huber, rocAuc, sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import { afterAll, describe, expect, expectTypeOf, test } from "vitest";
import { version } from "./fingerprint.ts";
import { type Batch, type Report, evaluation, states } from "./index.ts";

const engine = await wasm();
afterAll(() => engine.dispose());

/** Numbers without a pattern, the same in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const classes = 4;

/** Rows of a classifier of four classes, in two languages. */
function rowsOf(count: number, seed = 1) {
  const next = random(seed);
  const label = Int32Array.from({ length: count }, () => Math.floor(next() * classes));
  const logits = Float32Array.from({ length: count * classes }, (_, at) => {
    return 4 * (next() - 0.5) + (at % classes === label[Math.floor(at / classes)] ? 1 : 0);
  });
  const weight = Float32Array.from({ length: count }, () => next());
  const lang = Array.from({ length: count }, () => (next() < 0.3 ? "de" : "en"));
  return { label, logits: ndarray(logits, [count, classes]), weight, lang };
}

/** The rows at these places. */
function pick(rows: ReturnType<typeof rowsOf>, places: readonly number[]): ReturnType<typeof rowsOf> {
  const logits = Float32Array.from(
    places.flatMap((row) => [...rows.logits.data.subarray(row * classes, (row + 1) * classes)]),
  );
  return {
    label: Int32Array.from(places, (row) => rows.label[row]!),
    logits: ndarray(logits, [places.length, classes]),
    weight: Float32Array.from(places, (row) => rows.weight[row]!),
    lang: places.map((row) => rows.lang[row]!),
  };
}

const columns = { label: "int32", logits: { dtype: "float32", shape: [classes] }, weight: "float32" } as const;

const classifier = ({ label, logits, weight }: { label: Tensor; logits: Tensor; weight: Tensor }) => {
  const loss = sparseSoftmaxCrossentropyLogits(label, logits);
  const predicted = logits.argmax(1);
  const margin = logits.slice([0, 3], [undefined as never, 4]).squeeze(1);
  return {
    loss: states.mean(loss),
    weighted: states.mean(loss, { weights: weight }),
    total: states.sum(loss),
    perplexity: states.perplexity(loss),
    confusion: states.confusion(label, predicted, { classes }),
    auc: states.rocAuc(label.equal(3), margin),
    exactAuc: states.rocAuc(label.equal(3), margin, { exact: true }),
    precision: states.averagePrecision(label.equal(3), margin, { exact: true }),
    boundedPrecision: states.averagePrecision(label.equal(3), margin),
    calibration: states.calibration(logits.softmax(1).max(1), predicted.equal(label)),
    quantiles: states.quantiles(loss, { at: [0.5, 1] }),
    median: states.quantiles(loss, { at: [0.5], exact: true }),
    regression: states.moments(weight, loss),
    purity: states.clusteringAccuracy(label, predicted, { classes }),
    worst: states.topK(loss, { k: 3 }),
  };
};

const count = 1000;
const rows = rowsOf(count);
const test_ = evaluation(classifier, { columns, batch: 64 });

describe("a report", () => {
  test("has what the whole data have", async () => {
    const report = await test_.run(rows, { engine, by: "lang" });
    const own = await evaluate(
      {
        loss: sparseSoftmaxCrossentropyLogits(rows.label, rows.logits),
        accuracy: accuracy(rows.label, rows.logits),
        auc: rocAuc(
          Float32Array.from(rows.label, (one) => Number(one === 3)),
          ndarray(Float32Array.from(rows.label, (_, row) => rows.logits.data[row * classes + 3]!)),
        ),
        precision: averagePrecision(
          Float32Array.from(rows.label, (one) => Number(one === 3)),
          ndarray(Float32Array.from(rows.label, (_, row) => rows.logits.data[row * classes + 3]!)),
        ),
      },
      { engine },
    );
    const losses = Float64Array.from(own.loss.data);
    const mean = losses.reduce((sum, one) => sum + one, 0) / count;
    expect(report.rows).toBe(count);
    expect(report.loss.mean).toBeCloseTo(mean, 12);
    expect(report.loss).toMatchObject({ count, nan: 0 });
    expect(report.perplexity.perplexity).toBeCloseTo(Math.exp(mean), 12);
    const weights = rows.weight.reduce((sum, one) => sum + one, 0);
    const products = losses.reduce((sum, one, row) => sum + one * rows.weight[row]!, 0);
    expect(report.weighted.mean).toBeCloseTo(products / weights, 12);
    expect(report.confusion.accuracy).toBeCloseTo(own.accuracy.item(), 6);
    expect(report.exactAuc.value).toBeCloseTo(own.auc.item(), 5);
    expect(report.precision.value).toBeCloseTo(own.precision.item(), 5);
    for (const [bounded, exact] of [
      [report.auc, report.exactAuc],
      [report.boundedPrecision, report.precision],
    ] as const) {
      expect(bounded.least).toBeLessThanOrEqual(exact.value);
      expect(bounded.most).toBeGreaterThanOrEqual(exact.value);
      expect(bounded.most - bounded.least).toBeLessThan(0.05);
    }
    const sorted = losses.toSorted();
    expect(report.median.quantiles[0]!.value).toBe(sorted[499]);
    expect(report.quantiles.quantiles[0]!.least).toBeLessThanOrEqual(sorted[499]!);
    expect(report.quantiles.quantiles[0]!.most).toBeGreaterThanOrEqual(sorted[499]!);
    expect(report.worst.rows.map(({ value }) => value)).toEqual(Array.from(sorted.slice(-3).toReversed()));
    expect(report.worst.rows.map(({ row }) => losses[row])).toEqual(report.worst.rows.map(({ value }) => value));
    expect(report.calibration.count).toBe(count);
    expect(report.by["de"]!.rows + report.by["en"]!.rows).toBe(count);
    const german = rows.lang.flatMap((lang, row) => (lang === "de" ? [losses[row]!] : []));
    expect(report.by["de"]!.loss.mean).toBeCloseTo(german.reduce((sum, one) => sum + one, 0) / german.length, 12);
  });

  test("knows the types of its results", async () => {
    const report = await test_.run(rows, { engine });
    expectTypeOf(report.loss.mean).toEqualTypeOf<number>();
    expectTypeOf(report).toExtend<Report<ReturnType<typeof classifier>>>();
    expectTypeOf(report.confusion.matrix).toEqualTypeOf<readonly (readonly number[])[]>();
    expect(report.by).toEqual({});
  });

  test("of moments has no cancellation", async () => {
    const shifted = evaluation(({ x, y }) => ({ moments: states.moments(x, y) }), {
      columns: { x: "float64", y: "float64" },
    });
    const x = Float64Array.from({ length: 100 }, (_, index) => 1e9 + index);
    const y = x.map((value, index) => value + (index % 2 === 0 ? 0.5 : -0.5));
    const { moments } = await shifted.run({ x, y }, { engine });
    expect(moments.meanSquaredError).toBe(0.25);
    expect(moments.targets).toEqual({ mean: 1e9 + 49.5, variance: 833.25 });
    expect(moments.r2).toBe(1 - 0.25 / 833.25);
    const constant = await shifted.run({ x: Float64Array.of(2, 2), y: Float64Array.of(2, 3) }, { engine });
    expect(constant.moments).toMatchObject({ r2: -Infinity, correlation: NaN, meanSquaredError: 0.5 });
  });
});

describe("the same rows have the same bytes", () => {
  test("in any order, cut and tree of merges, through texts", async () => {
    const next = random(7);
    const whole = await test_.update(await test_.empty(), rows, { engine, by: "lang" });
    // Addresses of rows are those of the data, which another order changes.
    const withoutAddresses = (state: typeof whole): string =>
      test_.write({
        ...state,
        states: { ...state.states, worst: null },
        by: Object.fromEntries(
          Object.entries(state.by!).map(([group, own]) => [group, { ...own, states: { ...own.states, worst: null } }]),
        ),
      });
    for (let turn = 0; turn < 12; turn++) {
      const places = Array.from({ length: count }, (_, row) => row).toSorted(() => next() - 0.5);
      const parts: Awaited<ReturnType<typeof test_.empty>>[] = [];
      for (let from = 0; from < count;) {
        const size = Math.min(count - from, 1 + Math.floor(next() ** 2 * count));
        const part = pick(rows, places.slice(from, from + size));
        parts.push(await test_.update(await test_.empty(), part, { engine, by: "lang" }));
        from += size;
      }
      while (parts.length > 1) {
        const at = Math.floor(next() * (parts.length - 1));
        const one = next() < 0.5 ? await test_.read(test_.write(parts[at]!)) : parts[at]!;
        parts.splice(at, 2, await test_.merge(one, parts[at + 1]!));
      }
      expect(withoutAddresses(parts[0]!)).toBe(withoutAddresses(whole));
    }
  });

  test("in batches of any size, and cut by the source in any way", async () => {
    const whole = await test_.run(rows, { engine });
    async function* cut(): AsyncGenerator<Batch> {
      for (let from = 0; from < count; from += 37) {
        const places = Array.from({ length: Math.min(37, count - from) }, (_, row) => from + row);
        yield pick(rows, places);
      }
    }
    expect((await test_.run(cut(), { engine })).digest).toBe(whole.digest);
    const other = await evaluation(classifier, { columns, batch: 1000 }).run(rows, { engine });
    expect({ ...other, fingerprint: "", digest: "" }).toEqual({ ...whole, fingerprint: "", digest: "" });
  });

  test("nothing is neutral", async () => {
    const state = await test_.update(await test_.empty(), rows, { engine });
    const empty = await test_.empty();
    expect(test_.write(await test_.merge(empty, state))).toBe(test_.write(state));
    expect(test_.write(await test_.merge(state, empty))).toBe(test_.write(state));
    expect(test_.write(await test_.update(state, [], { engine }))).toBe(test_.write(state));
    expect((await test_.result(empty)).loss).toEqual({ mean: NaN, sum: 0, count: 0, nan: 0 });
  });
});

describe("columns", () => {
  const mean = (specs: object) =>
    evaluation(({ x }: { x: Tensor }) => ({ x: states.mean(x.rank === 1 ? x : x.sum(1)) }), {
      columns: specs as { x: "float32" },
      batch: 2,
    });

  test("stand beside each other, in the order of their numbers", async () => {
    const ordered = evaluation(({ x }) => ({ x: states.mean(x.mul([1, 10, 100]).sum(1)) }), {
      columns: { x: ["logit_*", "float32"] },
    });
    const batch = { logit_10: [3], logit_2: [2], logit_1: [1], other: [9] };
    expect((await ordered.run(batch, { engine })).x.mean).toBe(321);
    const named = evaluation(({ x }) => ({ x: states.mean(x.mul([1, 10]).sum(1)) }), {
      columns: { x: [["b", "a"], "float32"] },
    });
    expect((await named.run({ a: [2], b: [1] }, { engine })).x.mean).toBe(21);
  });

  test.each<[string, object, unknown, string]>([
    ["missing", { x: "float32" }, { y: [1] }, "run: a batch must have the column x, got y."],
    [
      "of a pattern that none fits",
      { x: ["a*", "float32"] },
      { y: [1] },
      "run: a batch must have columns for x, got y.",
    ],
    [
      "of another length",
      { x: [["a", "b"], "float32"] },
      { a: [1, 2], b: [1] },
      "run: column b must have the 2 rows of column a, got 1.",
    ],
    [
      "of another shape",
      { x: { dtype: "float32", shape: [3] } },
      { x: new Float32Array(4) },
      "run: rows of column x must have the shape [3], got [].",
    ],
    [
      "that is a number",
      { x: { dtype: "float32", shape: [1] } },
      { x: 3 },
      "run: column x must have rows, got the number 3.",
    ],
    [
      "of text",
      { x: { dtype: "float32", shape: [1] } },
      { x: "abc" },
      "run: column x must hold float32. ndarray: values must be a number",
    ],
    ["no batch", { x: { dtype: "float32", shape: [1] } }, [3], "run: a batch must be a record of columns, got 3."],
    [
      "no source",
      { x: { dtype: "float32", shape: [1] } },
      3,
      "run: the source must be a batch, an iterable of batches, or have shards(), got 3.",
    ],
  ])("are refused: %s", async (_, specs, batch, message) => {
    await expect(async () => mean(specs).run(batch as Batch, { engine })).rejects.toThrow(message);
  });

  test.each<[string, unknown]>([
    ["none", {}],
    ["no record", "float32"],
    ["an unknown dtype", { x: "float16" }],
    ["an unknown shape", { x: { dtype: "float32", shape: ["n"] } }],
    ["a pattern without a dtype", { x: ["logit_*"] }],
  ])("must be specified: %s", (_, specs) => {
    expect(() => mean(specs as object)).toThrow(/^evaluation: columns/);
  });
});

describe("what joins rows is refused", () => {
  const refusal = (fn: (columns: { x: Tensor; y: Tensor }) => Tensor): string => {
    try {
      evaluation((given) => ({ value: states.mean(fn(given)) }), {
        columns: { x: "float32", y: { dtype: "float32", shape: [3] } },
      });
      return "nothing";
    } catch (error) {
      return (error as Error).message;
    }
  };

  test.each<[string, (columns: { x: Tensor; y: Tensor }) => Tensor, string]>([
    ["the mean of the batch", ({ x }) => x.sub(x.mean()), "sum of f32[], which adds up rows"],
    ["the largest of the batch", ({ x }) => x.sub(x.max()), "max of f32[], which takes the largest of all rows"],
    ["a softmax over rows", ({ x }) => x.softmax(0), "softmax of f32[rows], which compares rows"],
    ["an order of rows", ({ x }) => x.sort(), "argsort of i32[rows], which orders rows"],
    ["a running sum", ({ x }) => x.cumsum(), "cumsum of f32[rows], which adds up rows"],
    ["rows by rows", ({ y }) => einsum("ik,jk->ij", y, y).logSumExp(1), "which compares each row with each other"],
    ["how many rows there are", ({ x }) => x.div(x.mul(0).add(1).sum()), "which adds up rows"],
  ])("%s", (_, fn, what) => {
    expect(refusal(fn)).toMatch(/^evaluation: what is computed of a row must depend on that row alone, got /);
    expect(refusal(fn)).toContain(what);
  });

  // What core refuses by itself, for the length is unknown.
  test.each<[string, (columns: { x: Tensor; y: Tensor }) => Tensor, string]>([
    ["all but the first", ({ x }) => x.slice([1], [undefined as never]), "slice: an axis with a named length"],
    ["one more", ({ x }) => x.pad([1], [0]), "pad: a padded axis"],
    ["rows behind rows", ({ x }) => stack([x, x]).reshape([-1]), "reshape: the shape must hold the same elements"],
  ])("%s", (_, fn, what) => {
    expect(refusal(fn)).toContain(what);
  });

  test("with the operation, and what it does", () => {
    expect(refusal(({ x }) => x.sub(x.max()))).toBe(
      "evaluation: what is computed of a row must depend on that row alone, got max of f32[], which takes the largest of all rows. " +
        "Statistics take what each row has; means and sums over rows are theirs.",
    );
  });

  test.each<[string, (columns: { x: Tensor; y: Tensor }) => Tensor]>([
    ["a loss", ({ x }) => huber(x, x.mul(2))],
    ["sums and orders within a row", ({ y }) => y.sort({ axis: 1 }).softmax(1).cumsum({ axis: 1 }).sum(1)],
    ["a linear model", ({ y }) => y.matmul([[1], [2], [3]]).squeeze(1)],
    ["a table that rows look into", ({ x }) => take([1, 2, 3], x.cast("int32"))],
  ])("but not %s", (_, fn) => {
    expect(refusal(fn)).toBe("nothing");
  });

  test("nor what has not one number for each row", () => {
    expect(refusal(({ y }) => y)).toContain(
      "states.mean: values must have one number for each row, [rows], got f32[rows,3]. Reduce it along its other axes",
    );
    expect(refusal(() => ndarray([1, 2]) as unknown as Tensor)).toContain("must have one number for each row, got [2]");
  });
});

describe("a bad row", () => {
  const simple = evaluation(
    ({ label, logits }) => ({ loss: states.mean(sparseSoftmaxCrossentropyLogits(label, logits)) }),
    { columns: { label: "int32", logits: { dtype: "float32", shape: [2] } }, batch: 4 },
  );
  const good = [
    [1, 0],
    [0, 1],
    [2, 2],
  ];
  const bad = { label: [0, 5, null, 1, 0], logits: [...good, [1], [0, 0]] } as unknown as Batch;

  test("stops the run, with its address and what is wrong", async () => {
    await expect(
      simple.run(
        {
          label: [0, 5],
          logits: [
            [1, 0],
            [0, 1],
          ],
        },
        { engine, shard: "part-3" },
      ),
    ).rejects.toThrow(
      'run: shard part-3, row 1: sparseSoftmaxCrossentropyLogits: labels must be integers from 0 to 1, got 5. Classes count from 0. badRows: "skip" leaves such rows out.',
    );
    await expect(simple.run(bad, { engine })).rejects.toThrow(
      'run: row 2: column label must have a number, got null. badRows: "skip"',
    );
  });

  test("is skipped and counted, by reason and address", async () => {
    const report = await simple.run(bad, { engine, badRows: "skip" });
    const rest = await simple.run(
      {
        label: [0, 0],
        logits: [
          [1, 0],
          [0, 0],
        ],
      },
      { engine },
    );
    expect(report.loss).toEqual(rest.loss);
    expect(report.rows).toBe(2);
    expect(report.skipped).toEqual({
      label: { count: 1, rows: [{ shard: "", row: 2 }] },
      logits: { count: 1, rows: [{ shard: "", row: 3 }] },
      "sparseSoftmaxCrossentropyLogits: labels": { count: 1, rows: [{ shard: "", row: 1 }] },
    });
  });

  test.each<[string, unknown, number]>([
    ["a list", [1, 0.5, 0], 0.5],
    ["floats", Float32Array.of(1, -1.5, 0), -1.5],
    ["doubles", Float64Array.of(1, 2 ** 31, 0), 2 ** 31],
    ["a list with NaN", [1, NaN, 0], NaN],
    ["a list beyond", [1, -(2 ** 31) - 1, 0], -(2 ** 31) - 1],
    ["an array", ndarray(Float32Array.of(1, Infinity, 0), [3]), Infinity],
  ])("has no integer where one must be: %s", async (_, label, value) => {
    const rows = { label, logits: good } as Batch;
    await expect(simple.run(rows, { engine })).rejects.toThrow(
      `run: row 1: column label must have integers below 2^31, got ${value}. badRows: "skip"`,
    );
    const { skipped, rows: count } = await simple.run(rows, { engine, badRows: "skip" });
    expect([skipped, count]).toEqual([{ label: { count: 1, rows: [{ shard: "", row: 1 }] } }, 2]);
  });

  test("is none if its loss is NaN, which the mean says", async () => {
    const report = await simple.run(
      {
        label: [0, 1],
        logits: [
          [NaN, 0],
          [0, 0],
        ],
      },
      { engine },
    );
    expect(report.loss).toMatchObject({ mean: NaN, count: 2, nan: 1 });
  });
});

test("whole numbers are added up exactly, too", async () => {
  const own = evaluation(({ x, y }) => ({ x: states.sum(x), y: states.mean(y) }), {
    columns: { x: "int32", y: "bool" },
  });
  const { x, y } = await own.run({ x: [2 ** 30 + 1, 2 ** 30, -1], y: [true, false, true] }, { engine });
  expect([x.sum, y.mean]).toEqual([2 ** 31, 2 / 3]);
});

describe("groups", () => {
  const sizes = evaluation(({ x }) => ({ x: states.sum(x) }), { columns: { x: "float32" }, batch: 3 });

  test("may have any name", async () => {
    const report = await sizes.run(
      { x: [1, 2, 4], by: ["__proto__", "constructor", "__proto__"] },
      { engine, by: "by" },
    );
    expect(Object.entries(report.by).map(([name, { x }]) => [name, x.sum])).toEqual([
      ["__proto__", 5],
      ["constructor", 2],
    ]);
    expect(({} as { x?: unknown }).x).toBeUndefined();
    const state = await sizes.update(await sizes.empty(), { x: [1], by: ["__proto__"] }, { engine, by: "by" });
    const again = await sizes.read(sizes.write(state));
    expect(sizes.write(await sizes.merge(again, state))).toContain('"__proto__"');
  });

  test("are at most so many", async () => {
    const x = [1, 2, 3];
    await expect(sizes.run({ x, by: x }, { engine, by: "by", maxGroups: 2 })).rejects.toThrow(
      'run: by must have at most 2 groups, got one more, "3". maxGroups allows more.',
    );
  });
});

describe("states that can't be merged", () => {
  const of = (specs: "float32" | "float64") =>
    evaluation(({ x }) => ({ x: states.mean(x) }), { columns: { x: specs } });

  test("are those of different evaluations", async () => {
    const [one, other] = [of("float32"), of("float64")];
    const state = await one.update(await one.empty(), { x: [1] }, { engine });
    await expect(other.merge(await other.empty(), state)).rejects.toThrow("merge: states must be of one evaluation");
    await expect(other.read(one.write(state))).rejects.toThrow("read: the state must be of this evaluation");
  });

  test("are those of different engines, unless that is asked for", async () => {
    const test32 = of("float32");
    const other = await cpu();
    const [left, right] = [
      await test32.update(await test32.empty(), { x: [1] }, { engine }),
      await test32.update(await test32.empty(), { x: [2] }, { engine: other }),
    ];
    await expect(test32.merge(left, right)).rejects.toThrow("merge: states must have one fingerprint");
    const both = await test32.merge(left, right, { anyFingerprint: true });
    expect((await test32.result(both)).x.mean).toBe(1.5);
    expect(both.fingerprint).toMatch(/^cpu .* \| wasm /);
    expect((await test32.merge(both, left, { anyFingerprint: true })).fingerprint).toBe(both.fingerprint);
    await other.dispose();
  });

  test("are no states", async () => {
    const own = of("float32");
    await expect(own.read("{")).rejects.toThrow('read: text must be JSON, got the string "{".');
    await expect(own.read("[]")).rejects.toThrow("read: text must be that of a state, version 1, got a list.");
    const state = await own.empty();
    const wrong = async (part: object): Promise<string> =>
      own.read(JSON.stringify({ ...state, ...part })).then(
        () => "nothing",
        (error: Error) => error.message,
      );
    expect(await wrong({ rows: -1 })).toBe("read: rows must be a number of rows, got -1.");
    expect(await wrong({ states: { y: 1 } })).toBe("read: states must be a record of x, got a record of y.");
    expect(await wrong({ states: { x: { values: 3 } } })).toContain("read: states.x.values must be an exact sum");
    expect(await wrong({ skipped: { a: 1 } })).toBe("read: skipped.a must be a count and rows, got 1.");
    expect(await wrong({ by: 1 })).toBe("read: by must be a record of groups or null, got 1.");
  });
});

test("a fingerprint names the version of the package", () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  expect(version).toBe(manifest.version);
});

describe("a run", () => {
  const endless = evaluation(({ x }) => ({ x: states.mean(x) }), { columns: { x: "float32" }, batch: 64 });

  test("is ended by a signal", async () => {
    const controller = new AbortController();
    let batches = 0;
    function* forever(): Generator<Batch> {
      for (;;) {
        if (++batches === 3) controller.abort(new Error("enough"));
        yield { x: new Float32Array(10) };
      }
    }
    await expect(endless.run(forever(), { engine, signal: controller.signal })).rejects.toThrow("enough");
    expect(batches).toBe(3);
    expect((await endless.run({ x: [1] }, { engine })).rows).toBe(1);
  });

  test("tells how far it is", async () => {
    const told: number[] = [];
    await endless.run([{ x: [1] }, { x: [2, 3] }], { engine, onProgress: ({ rows: far }) => told.push(far) });
    expect(told.at(-1)).toBe(3);
  });

  test("counts the groups of a state that it goes on from", async () => {
    const row = (site: string) => ({ x: [1], site: [site] });
    const two = await endless.update(undefined, [row("a"), row("b")], { engine, by: "site" });
    await expect(endless.update(two, row("c"), { engine, by: "site", maxGroups: 2 })).rejects.toThrow(
      "update: by must have at most 2 groups, got 3. maxGroups allows more.",
    );
    expect((await endless.update(two, row("b"), { engine, by: "site", maxGroups: 2 })).rows).toBe(3);
  });

  test("needs an engine on which rows are independent", async () => {
    const other = await onnx();
    await expect(endless.run({ x: [1] }, { engine: other })).rejects.toThrow(
      'run: the engine must give a row the same bits beside any rows, as cpu and wasm do, got engine "onnx"',
    );
    const report = await endless.run({ x: [1, 2] }, { engine: other, requireRowIndependent: false });
    expect(report.x.mean).toBe(1.5);
    await other.dispose();
  });

  test.each<[string, object]>([
    ["an unknown option", { engine, worker: 2 }],
    ["no engine", {}],
    ["a policy that is none", { engine, badRows: "ignore" }],
    ["no groups at all", { engine, maxGroups: 0 }],
  ])("refuses %s", async (_, options) => {
    await expect(endless.run({ x: [1] }, options as never)).rejects.toThrow(/^run: /);
  });

  test.each<[string, () => unknown]>([
    ["no function", () => evaluation(3 as never, { columns: { x: "float32" } })],
    ["no statistics", () => evaluation(() => ({}), { columns: { x: "float32" } })],
    ["a tensor", () => evaluation((({ x }: { x: Tensor }) => ({ x })) as never, { columns: { x: "float32" } })],
    ["a name of reports", () => evaluation(({ x }) => ({ rows: states.mean(x) }), { columns: { x: "float32" } })],
    [
      "batches of nothing",
      () => evaluation(({ x }) => ({ x: states.mean(x) }), { columns: { x: "float32" }, batch: 0 }),
    ],
    [
      "too many classes",
      () => evaluation(({ x }) => ({ x: states.confusion(x, x, { classes: 1e6 }) }), { columns: { x: "int32" } }),
    ],
    [
      "too many bins",
      () => evaluation(({ x }) => ({ x: states.calibration(x, x, { bins: 0 }) }), { columns: { x: "float32" } }),
    ],
    ["no rows on top", () => evaluation(({ x }) => ({ x: states.topK(x, { k: 0.5 }) }), { columns: { x: "float32" } })],
    [
      "a share above 1",
      () => evaluation(({ x }) => ({ x: states.quantiles(x, { at: [2] }) }), { columns: { x: "float32" } }),
    ],
  ])("can't be made with %s", (_, make) => {
    expect(make).toThrow(/^(evaluation|states\.\w+): /);
  });
});
