/** Which .onnx file does the page of a loss offer? The loss with its gradients, for a batch of any length. */
import { type LossSample, lossSamples } from "@symloss/conformance";
import type { NDArray, Shape, Tensor } from "@symloss/core";
import { type ModelInput, exportOnnx } from "@symloss/engine-onnx/export";
import type { LossName } from "@symloss/losses";

/** A file, and what it holds. */
export interface LossModel {
  readonly bytes: Uint8Array;
  readonly inputs: Readonly<Record<string, ModelInput>>;
  /** The inputs with respect to which it has gradients. */
  readonly gradient: readonly string[];
}

/** Lengths that a model must know, where no input of its own says them. */
const lengths = { classes: 10, D: 8, K: 4, clusters: 4, factors: 2, pieces: 2 };

/** The model of a loss; undefined where the length of its result is no length of the inputs. */
export function modelOf(name: LossName): LossModel | undefined {
  const [sample] = lossSamples(name, { lengths: { ...lengths, batch: 1 }, leading: [1] });
  const { loss } = sample!;
  const { arguments: wanted, results } = loss.definition;
  if (Object.values(results).some((shape) => shape.includes("batch + 1"))) return undefined;
  const inputs = Object.fromEntries(Object.keys(sample!.forms).map((input) => [input, inputOf(sample!, input)]));
  const counts = Object.fromEntries(Object.entries(sample!.inputs).filter(([, value]) => typeof value === "number"));
  const gradient = wanted.filter(({ differentiable }) => differentiable).map((argument) => argument.name);
  const fn = (tensors: Readonly<Record<string, Tensor>>) => loss({ ...tensors, ...counts }, {});
  const bytes = exportOnnx(fn, { inputs, gradient, outputs: Object.keys(results), name, metadata: { loss: name } });
  return { bytes, inputs, gradient };
}

function inputOf({ inputs, forms }: LossSample<string>, name: string): ModelInput {
  const { leading, axes } = forms[name]!;
  const { dtype, shape } = inputs[name] as NDArray;
  const own = axes.map((axis, index) => (axis === "batch" ? axis : shape[shape.length - axes.length + index]!));
  const all: Shape = [...(leading ? ["batch"] : []), ...own];
  return { shape: all, dtype };
}
