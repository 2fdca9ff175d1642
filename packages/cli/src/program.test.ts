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
    ["export hubr -o x.onnx", /must be one of .*huber, .* got "hubr"\. Did you mean huber\?/],
    ["export zzzzzzzz", /got "zzzzzzzz"\.\n$/],
    ["export mse_loss", /mse_loss of PyTorch is squaredDifferences\(target, input\)\.mean\(\)\./],
    ["export --help Huber_Loss", /Huber_Loss of PyTorch is huber\(.*\. Huber_Loss of optax is huber\(.*Flux/],
    ["export linear_cross_entropy", /linear_cross_entropy of PyTorch is not here: no loss is fused/],
    ["export huber", /must be given a file to write/],
    ["export huber -o", /-o must have a value/],
    [
      "export huber --dleta 1 -o x.onnx",
      /options of huber must be among --delta.* got --dleta\. Did you mean --delta\?/,
    ],
    ["export huber --delta big -o x.onnx", /--delta must be a number, got "big"/],
    ["export huber --delta -1 -o x.onnx", /delta/],
    ["export huber vae -o x.onnx", /one loss, got "vae"/],
    ["export huber --shape batch,1.5 -o x.onnx", /--shape must be lengths/],
    ["export huber --shape labels=batch -o x.onnx", /--shape must name one of targets, predictions/],
    ["export vae --shape batch,6 -o x.onnx", /--shape must determine K/],
    ["export accuracy --shape predictions=batch,2,3 -o x.onnx", /must fit predictions/],
    ["export huber --gradient nothing -o x.onnx", /gradient must be among targets, predictions, got "nothing"/],
    ["export huber --dtype int32 -o x.onnx", /--dtype must be float32 or float64/],
    ["export clusteringAccuracy -o x.onnx", /--clusters must be given/],
    ["export huber -o /nowhere/x.onnx", /nowhere/],
    ["run huber", /command must be one of export, engines/],
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
    expect((await run("export --list")).out).toBe(out);
  });

  test("is there for the program, for export and for a loss", async () => {
    expect((await run("")).out).toContain("engines");
    expect((await run("--help")).out).toContain("engines");
    expect((await run("export --help")).out).toContain("--gradient");
    expect((await run("export vae --help")).out).toContain("--formula symjax or corrected; default symjax");
  });
});

test("engines says of each whether it works, or why not", async () => {
  const { status, out } = await run("engines");
  expect(status).toBe(0);
  expect(out.split("\n").map((line) => line.split(" ")[0])).toEqual(["wasm", "cpu", "gpu", "onnx", ""]);
  expect(out).toMatch(/^wasm +works: loops /m);
  expect(out).toMatch(/^cpu +works: /m);
  expect(out).toMatch(/^onnx +works: wasm x1$/m);
});
