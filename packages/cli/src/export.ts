/** How is a loss written to a .onnx file? */
import { writeFileSync } from "node:fs";
import { type Tensor, isTensor } from "@symloss/core";
import { exportOnnx } from "@symloss/engine-onnx/export";
import { Failure } from "./failure.ts";
import { findLoss } from "./find-loss.ts";
import { type LossExport, type Reduction, only, readExport } from "./loss-export.ts";
import type { Words } from "./words.ts";

/** Runs the command, and returns what it prints. */
export async function runExport({ positionals, options }: Words): Promise<string> {
  const [name, surplus] = positionals;
  if (name === undefined) {
    throw new Failure(
      "export must be given a loss, got none. symloss --list shows them, symloss help export the options.",
    );
  }
  if (surplus !== undefined)
    throw new Failure(`export must be given one loss, got ${JSON.stringify(surplus)} as well.`);
  const loss = await findLoss(name);
  const exported = readExport(loss, options);
  const path = only(options, "output");
  if (path === undefined)
    throw new Failure(`export must be given a file to write (-o ${loss.definition.name}.onnx), got none.`);
  const bytes = exportLoss(exported);
  writeFileSync(path, bytes);
  return `${path}: ${bytes.length} bytes`;
}

/** The bytes of the exported file. */
function exportLoss({ loss, inputs, counts, options, reduction, gradient }: LossExport): Uint8Array {
  const { name, results } = loss.definition;
  const pick = (tensors: Readonly<Record<string, Tensor>>, names: object) =>
    Object.fromEntries(Object.keys(names).map((input) => [input, tensors[input]!]));
  const fn = (tensors: Readonly<Record<string, Tensor>>) => {
    const result = loss(
      { ...pick(tensors, inputs.arguments), ...counts },
      { ...options, ...pick(tensors, inputs.options) },
    );
    if (isTensor(result)) return reductions[reduction](result);
    return reduction === "none" ? result : { ...result, loss: reductions[reduction](result["loss"]!) };
  };
  const chosen = reduction === "none" ? {} : { reduction };
  return exportOnnx(fn, {
    inputs: { ...inputs.arguments, ...inputs.options },
    outputs: Object.keys(results),
    gradient,
    name,
    metadata: { loss: name, ...textsOf({ ...counts, ...options, ...chosen }) },
  });
}

/** What becomes of the losses. */
const reductions: { readonly [R in Reduction]: (loss: Tensor) => Tensor } = {
  none: (loss) => loss,
  sum: (loss) => loss.sum(),
  mean: (loss) => loss.mean(),
};

function textsOf(record: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, String(value)]));
}
