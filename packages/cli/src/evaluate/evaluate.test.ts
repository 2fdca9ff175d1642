/** Does the command line evaluate what its words say, and is what is wrong with them told? */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpu } from "@symloss/engine-cpu";
import { wasm } from "@symloss/engine-wasm";
import { evaluation, states } from "@symloss/evaluation";
import { files } from "@symloss/evaluation/files";
import { huber, sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evaluateOptions } from "../own-options.ts";
import { runProgram } from "../program.ts";
import { metrics } from "./metrics.ts";

const folder = mkdtempSync(join(tmpdir(), "symloss-evaluate-"));
afterAll(() => rmSync(folder, { recursive: true }));

const classes = [0, 1, 2];
const rowOf = (row: number): object => ({
  label: row % 3,
  lang: row % 2 === 0 ? "de" : "en",
  importance: 1 + (row % 4),
  ...Object.fromEntries(classes.map((index) => [`logit_${index}`, Math.sin(row * 7 + index) * 3])),
  list: classes.map((index) => Math.sin(row * 7 + index) * 3),
  probability: 0.5 + Math.sin(row) / 2,
  yes: row % 3 === 0 ? 1 : 0,
  y: Math.cos(row),
  p: Math.cos(row) + Math.sin(row * 3) / 10,
});

beforeAll(() => {
  mkdirSync(join(folder, "below"));
  for (const [shard, rows] of [100, 61, 0].entries()) {
    const lines = Array.from({ length: rows }, (_, row) => `${JSON.stringify(rowOf(row + shard * 100))}\n`);
    writeFileSync(join(folder, shard === 1 ? "below" : ".", `part-${shard}.jsonl`), lines.join(""));
  }
  writeFileSync(join(folder, "bad.jsonl"), '{"y": 1, "p": 2}\n{"y": null, "p": 2}\n');
  writeFileSync(join(folder, "text.txt"), "x\n");
});

async function run(line: string): Promise<{ readonly status: number; readonly out: string; readonly error: string }> {
  let [out, error] = ["", ""];
  const words = line.replaceAll("DATA", folder).split(" ").filter(Boolean);
  const status = await runProgram(words, { out: (text) => void (out += text), error: (text) => void (error += text) });
  return { status, out, error };
}

type Json = Readonly<Record<string, unknown>> & {
  readonly digest: string;
  readonly rows: number;
  readonly by: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

async function json(line: string): Promise<Json> {
  const { status, out, error } = await run(`evaluate ${line} --json`);
  expect({ status, error }).toEqual({ status: 0, error: "" });
  return JSON.parse(out) as Json;
}

const crossentropy = "--loss sparseSoftmaxCrossentropyLogits --labels label --logits logit_*";
const parts = "--data DATA/**/part-*.jsonl";

describe("what is evaluated", () => {
  test("is what the library gives", async () => {
    const engine = await wasm();
    const own = evaluation(
      ({ label, logits, importance }) => {
        const loss = sparseSoftmaxCrossentropyLogits(label, logits);
        return {
          loss: states.mean(loss, { weights: importance }),
          accuracy: states.confusion(label, logits.argmax(1), { classes: 3 }),
          worst: states.topK(loss, { k: 2 }),
        };
      },
      { columns: { label: "int32", logits: ["logit_*", "float32"], importance: "float32" } },
    );
    const wanted = await own.run(files("**/part-*.jsonl", { folder }), { engine, by: "lang" });
    const report = await json(`${parts} ${crossentropy} --weights importance --metrics accuracy,topK:2 --by lang`);
    expect(report.rows).toBe(161);
    const plain = JSON.parse(JSON.stringify(wanted)) as Json & { readonly worst: unknown };
    expect(report["loss"]).toEqual(plain["loss"]);
    expect(report["accuracy"]).toEqual(plain["accuracy"]);
    expect(report["topK:2"]).toEqual(plain.worst);
    expect(report.by["de"]!["loss"]).toEqual(plain.by["de"]!["loss"]);
    await engine.dispose();
  });

  test("takes options of the loss, float64, another engine and batch", async () => {
    const engine = await cpu();
    const own = evaluation(({ y, p }) => ({ loss: states.mean(huber(y, p, { delta: 0.05 })) }), {
      columns: { y: "float64", p: "float64" },
      batch: 32,
    });
    const wanted = await own.run(files("**/part-*.jsonl", { folder }), { engine });
    const report = await json(
      `${parts} --loss huber --targets y --predictions p --delta 0.05 -d float64 --engine cpu --batch 32`,
    );
    expect(report["loss"]).toEqual(wanted.loss);
    expect(report["fingerprint"]).toBe(wanted.fingerprint);
    await engine.dispose();
  });

  test.each([
    ["a pattern and a list of names", "--logits logit_*", "--logits logit_0,logit_1,logit_2"],
    ["a column of lists", "--logits logit_*", "--logits list"],
  ])("is the same of %s", async (_, first, second) => {
    const words = `${parts} --loss sparseSoftmaxCrossentropyLogits --labels label`;
    const metric = "--metrics accuracy,rocAuc:2,averagePrecision:0,calibration,confusion";
    const reports = await Promise.all([first, second].map((one) => json(`${words} ${one} ${metric}`)));
    const { digest: _d, key: _k, ...wanted } = reports[0]!;
    const { digest: _e, key: _l, ...got } = reports[1]!;
    expect(got).toEqual(wanted);
  });

  test("needs no loss, and takes two classes by one number", async () => {
    const report = await json(
      `${parts} --labels yes --probabilities probability --metrics accuracy,rocAuc,calibration:5`,
    );
    const rows = Array.from({ length: 161 }, (_, row) => rowOf(row)) as {
      readonly yes: number;
      readonly probability: number;
    }[];
    const right = rows.filter(({ yes, probability }) => probability > 0.5 === (yes === 1)).length;
    expect((report["accuracy"] as { accuracy: number }).accuracy).toBe(right / 161);
    const [positives, negatives] = [1, 0].map((is) => rows.filter(({ yes }) => yes === is));
    const pairs = positives!.flatMap((one) => negatives!.map((other) => one.probability > other.probability));
    const { least, most } = report["rocAuc"] as { readonly least: number; readonly most: number };
    const area = pairs.filter(Boolean).length / pairs.length;
    expect(least <= area && area <= most).toBe(true);
    expect((report["calibration:5"] as { bins: unknown[] }).bins).toHaveLength(5);
  });

  test("takes numbers, quantiles and perplexity", async () => {
    const report = await json(
      `${parts} --loss huber --targets y --predictions p --metrics moments,quantiles,perplexity`,
    );
    expect(report["moments"]).toMatchObject({ count: 161 });
    expect((report["perplexity"] as { perplexity: number }).perplexity).toBe(
      Math.exp((report["loss"] as { mean: number }).mean),
    );
  });

  test("has shards of names that do not depend on where the data are", async () => {
    const words = `${crossentropy} --metrics topK`;
    const pattern = await json(`--data DATA/below/*.jsonl ${words}`);
    expect((await json(`--data DATA/below ${words}`)).digest).toBe(pattern.digest);
    expect((await json(`--data DATA/below/part-1.jsonl ${words}`)).digest).toBe(pattern.digest);
    const { rows } = pattern["topK"] as { rows: { shard: string }[] };
    expect(rows[0]!.shard).toBe("part-1.jsonl");
  });

  test("is the same by DuckDB, which also reads tables of text and knows conditions", async () => {
    const words = "--loss huber --targets y --predictions p --by lang";
    const own = await json(`--data DATA/part-0.jsonl ${words}`);
    expect((await json(`--data DATA/part-0.jsonl --reader duckdb ${words}`)).digest).toBe(own.digest);
    const rows = Array.from({ length: 100 }, (_, row) => rowOf(row) as { readonly y: number; p: number; lang: string });
    writeFileSync(
      join(folder, "table.csv"),
      `y,p,lang\n${rows.map(({ y, p, lang }) => `${y},${p},${lang}`).join("\n")}\n`,
    );
    const table = await json(`--data DATA/table.csv ${words}`);
    expect(table.digest).toBe(own.digest);
    const german = await json(`--data DATA/table.csv --where lang='de' ${words}`);
    expect([german.rows, german["loss"]]).toEqual([50, own.by["de"]!["loss"]]);
  });

  test("may be exact, with numbers in files, and rank queries", async () => {
    const words = `${parts} --labels yes --probabilities probability --metrics rocAuc`;
    const { value, least, most } = (await json(`${words} --exact --runs DATA/runs`))["rocAuc"] as Record<
      string,
      number
    >;
    expect([least, most]).toEqual([value, value]);
    const bounds = (await json(words))["rocAuc"] as Record<string, number>;
    expect(bounds["least"]! < value! && value! < bounds["most"]!).toBe(true);
    const lines = [0, 1, 2, 3].map((row) => `{"relevance":${row % 2},"score":${row},"query":"q${row >> 1}"}\n`);
    writeFileSync(join(folder, "ranking.jsonl"), lines.join(""));
    const ranking = "--data DATA/ranking.jsonl --targets relevance --scores score --query query --metrics ndcg,ndcg:1";
    const report = await json(ranking);
    expect(report["ndcg"]).toMatchObject({ mean: 1, queries: 2 });
    expect((await run(`evaluate ${ranking}`)).out).toMatch(/^ +rows +NDCG +queries +NDCG \(1\) +queries \(1\)$/m);
  });

  test("goes on from a checkpoint, and skips bad rows", async () => {
    const words = "--data DATA/bad.jsonl --loss huber --targets y --predictions p --badRows skip";
    const first = await json(`${words} --checkpoint DATA/run.ckpt`);
    expect(await json(`${words} --checkpoint DATA/run.ckpt`)).toEqual(first);
    expect((await run(`evaluate ${words}`)).out).toMatch(/^skipped 1 row: y, first bad\.jsonl row 1$/m);
  });
});

test("the table has a line for all rows and each group, and what it ran on", async () => {
  const { out } = await run(`evaluate ${parts} ${crossentropy} --metrics accuracy,rocAuc:2,topK:1 --by lang`);
  const lines = out.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^lang +rows +loss +accuracy +ROC AUC \(2\)$/);
  expect(lines.slice(1, 4).map((line) => line.split(/ +/).slice(0, 2))).toEqual([
    ["all", "161"],
    ["de", "81"],
    ["en", "80"],
  ]);
  expect(lines[1]).toMatch(/ 0\.\d+ ± [\d.e-]+$/);
  expect(lines[5]).toMatch(/^ +[\d.]+ {2}(below\/)?part-\d\.jsonl \d+$/);
  expect(lines.at(-2)).toMatch(/^161 rows in \d+\.\d s \([\d,]+ a second\), wasm /);
  expect(lines.at(-1)).toMatch(/^digest [0-9a-f]{32}$/);
});

test("help tells every option and metric", async () => {
  const { out } = await run("help evaluate");
  for (const name of Object.keys(evaluateOptions)) expect(out).toContain(`--${name} `);
  for (const name of Object.keys(metrics)) expect(out).toMatch(new RegExp(`^  ${name}\\b`, "m"));
  expect((await run("evaluate --help")).out).toBe(out);
  expect((await run("worker --help")).out).toMatch(/^symloss worker --queue/);
});

const huberWords = "--loss huber --targets y --predictions p";

test.each<[string, RegExp]>([
  ["engines --json", /^--json must be given with evaluate, got "engines"\.$/],
  ["--exact", /^--exact must be given with evaluate or worker, got no command\.$/],
  [
    `evaluate ${parts} ${huberWords} --where y>0 --reader files`,
    /^--where must be given with --reader duckdb, got files\.$/,
  ],
  [
    `evaluate ${parts} ${huberWords} --reader duck`,
    /^--reader must be files or duckdb, got "duck"\. Did you mean duckdb\?$/,
  ],
  [
    `evaluate ${parts} --targets y --scores p --metrics ndcg:3`,
    /^--metrics ndcg:3 must have --query, the column of queries, got none\.$/,
  ],
  ["evaluate", /^evaluate must be given --data 'shards\/\*\.parquet', got none\.$/],
  [`evaluate ${parts}`, /^evaluate must be given a --loss, --metrics, or both, got neither\./],
  [
    `evaluate a.jsonl b.jsonl ${huberWords}`,
    /^evaluate must be given options alone, got "a\.jsonl"\. A pattern of files needs quotes\.$/,
  ],
  [
    `evaluate --data /nowhere/*.jsonl ${huberWords}`,
    /^--data must be files or a folder, got "\/nowhere\/\*\.jsonl": \/nowhere is none\.$/,
  ],
  [`evaluate --data DATA/*.parquet ${huberWords}`, /^files: there must be a file such as \*\.parquet, got none in /],
  [`evaluate --data DATA/*.txt ${huberWords}`, /^files: a file must end with one of /],
  [
    `evaluate ${parts} --loss hubr`,
    /^The loss must be one that symloss --list shows, got "hubr"\. Did you mean huber\?$/,
  ],
  [
    `evaluate ${parts} --loss accuracy --targets label --predictions label`,
    /^--loss must give a number of each row, got accuracy, which takes rows together\. Did you mean --metrics accuracy\?$/,
  ],
  [
    `evaluate ${parts} --loss r2Score --targets y --predictions p`,
    /^--loss must give a number of each row, got r2Score, which takes rows together\.$/,
  ],
  [`evaluate ${parts} ${huberWords} --delta x`, /^--delta must be a number, got "x"\.$/],
  [`evaluate ${parts} ${huberWords} --detla 1`, /^The options must be among .* got --detla\. Did you mean --delta\?$/],
  [
    `evaluate ${parts} ${huberWords} --metrics acuracy`,
    /^--metrics must be among .* got "acuracy"\. Did you mean accuracy\?$/,
  ],
  [
    `evaluate ${parts} ${huberWords} --metrics rocAuc:x`,
    /^--metrics must be rocAuc:CLASS, an integer, for rocAuc, got "rocAuc:x"\.$/,
  ],
  [`evaluate ${parts} ${huberWords} --metrics moments:2`, /^--metrics must be moments for moments, got "moments:2"\.$/],
  [
    `evaluate ${parts} ${huberWords} --metrics moments,moments`,
    /^--metrics must name each once, got "moments" twice\.$/,
  ],
  [
    `evaluate ${parts} --metrics moments`,
    /^--metrics moments must have --labels or --targets, with the columns that it takes, got none\.$/,
  ],
  [
    `evaluate ${parts} --metrics accuracy --labels label`,
    /^--metrics accuracy must have --logits or --probabilities or --scores or --predictions/,
  ],
  [`evaluate ${parts} --metrics topK`, /^--metrics topK must have a --loss, got none\.$/],
  [`evaluate ${parts} ${crossentropy} --metrics rocAuc:3`, /^A class must be from 0 to 2, got 3\.$/],
  [`evaluate ${parts} ${huberWords} --workers 0`, /^--workers must be an integer from 1, got "0"\.$/],
  [
    `evaluate ${parts} ${huberWords} --workers 2 --queue redis://x`,
    /^--queue must be given without --workers, got both\.$/,
  ],
  [
    `evaluate ${parts} ${huberWords} --engine cpu --queue redis://x`,
    /^--queue must be given without --engine, which its workers choose, got both\.$/,
  ],
  [`evaluate ${parts} ${huberWords} --engine gpu`, /^--engine must be wasm or cpu, got "gpu"\./],
  [
    `evaluate ${parts} ${huberWords} --queue nowhere`,
    /^runOnQueue: connection must be an address such as "redis:\/\/localhost:6379"/,
  ],
  [`evaluate ${parts} ${huberWords} --dtype float16`, /^--dtype must be float32 or float64, got "float16"\./],
  [
    `evaluate --data DATA/bad.jsonl ${huberWords}`,
    /^run: shard bad\.jsonl, row 1: column y must have a number, got null\. badRows: "skip" /,
  ],
  [
    `evaluate ${parts} --loss huber --targets none --predictions p`,
    /^run: shard .*: a batch must have the column none, got [yp], /,
  ],
  [`evaluate ${parts} ${huberWords} --by none`, /^run: shard .*: a batch must have the column none, got [yp], /],
  [`worker ${huberWords}`, /^worker must be given --queue redis:\/\/\.\., got none\.$/],
  [`worker --queue redis://x ${huberWords}`, /^worker must be given --data, below which it opens files, got none\.$/],
  [
    `worker --queue redis://x --data DATA ${huberWords} --by lang`,
    /^--by must be given to evaluate, which tells its workers, got worker\.$/,
  ],
  [`worker x --queue redis://x`, /^worker must be given options alone, got "x"\.$/],
])("refuses: %s", async (line, message) => {
  const { status, out, error } = await run(line);
  expect(error.trimEnd()).toMatch(message);
  expect({ status, out }).toEqual({ status: 1, out: "" });
});
