/** Does the command line export every loss, list them, report errors, and show which engines work? */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { type LossSample, lossSamples } from "@symloss/conformance";
import { NDArray } from "@symloss/core";
import { type LossName, losses } from "@symloss/losses";
import { ModelProtoSchema } from "onnx-buf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportOptions, flags } from "./own-options.ts";
import { runProgram } from "./program.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "symloss-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(line: string): Promise<{ status: number; out: string; error: string }> {
  const result = { status: 0, out: "", error: "" };
  const streams = { out: (text: string) => (result.out += text), error: (text: string) => (result.error += text) };
  result.status = await runProgram(line.split(" ").filter(Boolean), {
    out: (text) => void streams.out(text),
    error: (text) => void streams.error(text),
  });
  return result;
}

/** The command line that exports a sample of a loss, with all its gradients. */
function wordsOf({ name, inputs, options }: LossSample): string {
  const { definition } = losses[name];
  const given = Object.entries(inputs).map(([argument, value]) =>
    typeof value === "number" ? `--${argument} ${value}` : `--shape ${argument}=${value.shape.join(",")}`,
  );
  const differentiable = definition.arguments.flatMap((argument) => (argument.differentiable ? [argument.name] : []));
  return [
    ...given,
    // An array of one axis can be written down; another is an input of the model.
    ...Object.entries(options).map(([option, value]) =>
      value instanceof NDArray && value.rank > 1
        ? `--shape ${option}=${value.shape.join(",")}`
        : `--${option} ${value instanceof NDArray ? value.data.join(",") : String(value)}`,
    ),
    ...(differentiable.length === 0 ? [] : [`--gradient ${differentiable.join(",")}`]),
  ].join(" ");
}

const samples = Object.keys(losses).flatMap((name) => lossSamples(name as LossName, { everyOption: true }));

/** Command lines that leave more to the program, or use other forms. */
const words: readonly (readonly [LossName, string])[] = [
  ["huber", "--delta 0.5 --shape batch,10 --gradient predictions,targets"],
  ["squaredDifferences", "--shape batch --gradient x --gradient y"],
  ["explainedVariance", "--shape batch,3 --axis 0 --epsilon 0 --gradient predictions"],
  ["softmaxCrossentropyLogits", "--shape batch,10 --gradient logits"],
  ["sparseSoftmaxCrossentropyLogits", "--shape batch,10 --gradient logits --dtype float64"],
  ["sparseSigmoidCrossentropyLogits", "--gradient logits,labels"],
  ["hingeLoss", "--delta 2 --gradient predictions"],
  ["multiclassHingeLoss", "--shape batch,4 --gradient predictions"],
  ["accuracy", "--shape batch,10"],
  ["rankingSoftmax", "--shape batch,10 --shape mask=batch,10 --shape weights=10 --gradient scores,weights"],
  ["rankingSoftmax", "--shape batch,3 --mask true,false,true --gradient scores"],
  ["clusteringAccuracy", "--clusters 4 --labelCount 3"],
  ["vae", "--shape x=batch,6 --shape qMean=batch,3 --formula corrected --gradient qMean,qVariance"],
  ["vaeGmm", "--shape x=batch,6 --shape mean=4,3 --gradient zMean,logPi"],
  ["vaeCompGmm", "--shape x=batch,6 --shape mean=2,4,3 --formula corrected --logVarianceX -0.5 --gradient zMean"],
  ["fgmmVae", "--shape x=batch,6 --shape mean=2,4,3 --mode categorical --gradient qLogGamma,mean"],
];

describe("export", () => {
  test.each([...samples.map((sample) => [sample.name, wordsOf(sample)] as const), ...words])(
    "writes %s %s",
    async (name, options) => {
      const file = join(folder, `${name}.onnx`);
      const { status, out, error } = await run(`export ${name} ${options} -o ${file}`);
      expect({ status, error }).toEqual({ status: 0, error: "" });
      const bytes = readFileSync(file);
      expect(out).toBe(`${file}: ${bytes.length} bytes\n`);
      const model = fromBinary(ModelProtoSchema, Uint8Array.from(bytes));
      const gradients = [...options.matchAll(/--gradient (\S+)/g)].flatMap((match) => match[1]!.split(","));
      expect(model.graph!.output.map((output) => output.name)).toEqual([
        ...Object.keys(losses[name].definition.results),
        ...gradients.map((gradient) => `gradient_${gradient}`),
      ]);
      expect(model.metadataProps[0]).toMatchObject({ key: "loss", value: name });
      // As stated in docs/exporting.md.
      expect(bytes.length).toBeLessThan(100_000);
    },
  );

  test("fills in the shapes that follow from those given", async () => {
    const file = join(folder, "filled.onnx");
    await run(`export vaeGmm --shape x=n,6 --shape mean=4,3 -o ${file}`);
    const { graph } = fromBinary(ModelProtoSchema, Uint8Array.from(readFileSync(file)));
    const shapes = graph!.input.map(({ name, type }) => [
      name,
      type!.value.case === "tensorType"
        ? type!.value.value.shape!.dim.map(({ value }) => String(value.value)).join()
        : "",
    ]);
    expect(Object.fromEntries(shapes)).toEqual({
      x: "n,6",
      xHat: "n,6",
      zMean: "n,3",
      zLogVariance: "n,3",
      mean: "4,3",
      logVariance: "4,3",
      logPi: "4",
    });
  });

  test.each([
    [
      "export hubber -o x.onnx",
      /^The loss must be one that symloss --list shows, got "hubber"\. Did you mean huber\?\n$/,
    ],
    ["export Huber -o x.onnx", /got "Huber"\. Did you mean huber\? Huber of Keras is huber\(/],
    ["export zzzzzzzz", /got "zzzzzzzz"\.\n$/],
    ["export mse_loss", /mse_loss of PyTorch is squaredDifferences\(target, input\)\.mean\(\)\./],
    ["export --help Huber_Loss", /Huber_Loss of PyTorch is huber\(.*\. Huber_Loss of optax is huber\(.*Flux/],
    ["export linear_cross_entropy", /linear_cross_entropy of PyTorch is not here: no loss is fused/],
    [
      "export",
      /^export must be given a loss, got none\. symloss --list shows them, symloss help export the options\.\n$/,
    ],
    ["export huber", /must be given a file to write/],
    ["export huber -o", /-o must have a value/],
    ["export huber -o --delta 1", /-o must have a value/],
    ["export huber --delta -o x.onnx", /--delta must have a value/],
    ["export huber -x 1 -o x.onnx", /^A short option must be one of -o, -s, -d, -r, -g, -l, -h, -v, got -x\.\n$/],
    ["export huber -xyz -o x.onnx", /got -x\.\n$/],
    ["export huber -o x.onnx -o y.onnx", /^--output must be given once, got "x\.onnx" and "y\.onnx"\.\n$/],
    ["export huber --delta 1 --delta 2 -o x.onnx", /^--delta must be given once, got "1" and "2"\.\n$/],
    [
      "export huber --dleta 1 -o x.onnx",
      /options of huber must be among --delta.* got --dleta\. Did you mean --delta\?/,
    ],
    ["export huber --detla 1 -o x.onnx", /got --detla\. Did you mean --delta\?/],
    [
      "export softmaxCrossentropyLogits --label-smoothing 1 -o x.onnx",
      /got --label-smoothing\. Did you mean --labelSmoothing\?/,
    ],
    ["export huber --delta 1 -s delta=batch -o x.onnx", /--delta must be a value or an input of the model, got both\./],
    ["export huber --targets 1 -o x.onnx", /got --targets\. It is an input of the model: --shape targets=\.\.\n$/],
    [
      "export vae --formula symjaxx -o x.onnx",
      /--formula must be symjax or corrected, got "symjaxx"\. Did you mean symjax\?/,
    ],
    ["export huber --delta big -o x.onnx", /--delta must be a number, got "big"/],
    ["export huber --delta -1 -o x.onnx", /delta/],
    ["export huber vae -o x.onnx", /one loss, got "vae"/],
    ["export huber --shape batch,1.5 -o x.onnx", /--shape must be lengths/],
    ["export huber --shape labels=batch -o x.onnx", /--shape must name one of targets, predictions, got "labels"\.\n$/],
    ["export huber --shape predicitons=batch -o x.onnx", /got "predicitons"\. Did you mean predictions\?/],
    ["export huber -s batch -s batch,3 -o x.onnx", /--shape must be given once for the largest argument, got several/],
    ["export huber -s targets=b -s targets=c -o x.onnx", /--shape must be given once for targets, got several/],
    ["export vae --shape batch,6 -o x.onnx", /--shape must determine K/],
    ["export accuracy --shape predictions=batch,2,3 -o x.onnx", /must fit predictions/],
    ["export huber --gradient nothing -o x.onnx", /--gradient must be among targets, predictions, got "nothing"\.\n$/],
    ["export huber --gradient predicitons -o x.onnx", /got "predicitons"\. Did you mean predictions\?/],
    [
      "export huber --gradient predictions -g targets,predictions -o x.onnx",
      /^--gradient must name each argument once, got "predictions" twice\.\n$/,
    ],
    [
      "export accuracy --gradient predictions -o x.onnx",
      /^--gradient must not be given for accuracy, got "predictions"\. It counts, compares or ranks, and has no gradient\.\n$/,
    ],
    [
      "export sparseSoftmaxCrossentropyLogits -s batch,9 -g labels -o x.onnx",
      /--gradient must be among logits, got "labels"\. sparseSoftmaxCrossentropyLogits has no gradient for it\.\n$/,
    ],
    [
      "export huber --reduction maen -o x.onnx",
      /--reduction must be none, sum or mean, got "maen"\. Did you mean mean\?/,
    ],
    [
      "export rocCurve --reduction mean -o x.onnx",
      /--reduction must be none for rocCurve, whose results are falsePositiveRate, .*, got mean\./,
    ],
    ["export accuracy --labels int46 -o x.onnx", /--labels must be int32 or int64, got "int46"\. Did you mean int64\?/],
    [
      "export huber --labels int64 -o x.onnx",
      /--labels must be given where an input holds integers, got none among targets, predictions\./,
    ],
    ["export huber --dtype int32 -o x.onnx", /--dtype must be float32 or float64, got "int32"\./],
    ["export clusteringAccuracy -o x.onnx", /--clusters must be given/],
    ["export huber -o /nowhere/x.onnx", /nowhere/],
    ["run huber", /command must be one of export, evaluate, worker, engines, help, got "run"\.\n\nsymloss COMMAND/],
    ["exprot huber -o x.onnx", /got "exprot"\. Did you mean export\?\n$/],
    ["hubber -o x.onnx", /got "hubber"\. Did you mean export huber\?\n$/],
    ["mse_loss", /got "mse_loss"\. mse_loss of PyTorch is squaredDifferences\(/],
    ["help exprot", /got "exprot"\. Did you mean export\?\n$/],
    ["help export hubber", /got "hubber"\. Did you mean huber\?\n$/],
    ["--versoin", /^--versoin must have a value, got none\. Did you mean --version\?\n$/],
    [
      "--hlep huber",
      /^Options without a command must be among --list, --help, --version, --json, --exact, got --hlep\. Did you mean --help\?\n$/,
    ],
    ["engines gpu", /^engines must be given alone, got "gpu" as well\.\n$/],
    ["engines --shape 3", /^engines must be given alone, got --shape as well\.\n$/],
  ])("%s is refused", async (line, message) => {
    const { status, out, error } = await run(line);
    expect({ status, out }).toEqual({ status: 1, out: "" });
    expect(error).toMatch(message);
    expect(existsSync("x.onnx")).toBe(false);
  });
});

describe("help", () => {
  test("lists every loss", async () => {
    const { out } = await run("--list");
    expect(
      out
        .trim()
        .split("\n")
        .map((line) => line.split("(")[0]),
    ).toEqual(Object.keys(losses));
    for (const line of ["export --list", "-l"]) expect((await run(line)).out).toBe(out);
  });

  test.each([
    [["", "help", "--help", "-h", "help help"], "export LOSS"],
    [["help export", "export --help", "export -h", "-h export"], "-g, --gradient NAME,NAME"],
    [["help export vae", "export vae --help", "export -h vae -o x"], "--formula symjax or corrected; default symjax"],
    [["help engines", "engines -h"], "which engines work"],
  ])("is the same for %j", async (lines, text) => {
    const [first, ...others] = await Promise.all(lines.map(run));
    expect(first!.out).toContain(text);
    for (const other of others) expect(other).toEqual(first);
  });

  test("says what short options stand for", async () => {
    const { out } = await run("help export");
    expect(out.match(/^ +-\w, --\w+/gm)?.map((line) => line.trim())).toEqual([
      "-o, --output",
      "-s, --shape",
      "-s, --shape",
      "-d, --dtype",
      "-r, --reduction",
      "-g, --gradient",
      "-l, --list",
      "-h, --help",
      "-v, --version",
    ]);
  });
});

test("the version is that of the package", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    readonly version: string;
  };
  for (const line of ["--version", "-v", "export huber -v"]) {
    expect(await run(line)).toEqual({ status: 0, out: `${version}\n`, error: "" });
  }
});

test("a short option is the same as a long one, however its value follows", async () => {
  const files = ["long", "short", "joined", "signed"].map((name) => join(folder, name));
  const [long, short, joined, signed] = files;
  await run(`export huber --shape batch,3 --dtype float64 --reduction sum --gradient targets --output ${long}`);
  await run(`export huber -s batch,3 -d float64 -r sum -g targets -o ${short}`);
  await run(`export huber -sbatch,3 -dfloat64 -rsum -gtargets -o${joined}`);
  await run(`export huber -s=batch,3 -d=float64 -r=sum -g=targets -o=${signed}`);
  const [wanted, ...others] = files.map((file) => readFileSync(file));
  for (const other of others) expect(other).toEqual(wanted);
});

test("no option or count of a loss has the name of one that every export takes", () => {
  const own = [...Object.keys(exportOptions), ...Object.keys(flags)];
  for (const { definition } of Object.values(losses)) {
    const counts = definition.arguments.filter(({ elements }) => elements === "count").map(({ name }) => name);
    expect([...counts, ...Object.keys(definition.options)].filter((name) => own.includes(name))).toEqual([]);
  }
});

test("engines says of each whether it works, or why not", async () => {
  const { status, out } = await run("engines");
  expect(status).toBe(0);
  expect(out.split("\n").map((line) => line.split(" ")[0])).toEqual(["wasm", "cpu", "gpu", "onnx", ""]);
  expect(out).toMatch(/^wasm +works: loops /m);
  expect(out).toMatch(/^cpu +works: /m);
  expect(out).toMatch(/^onnx +works: wasm x1$/m);
  expect(out).not.toContain("gpu: ");
});
