/** Are values and gradients at ties and kinks those that this library has settled? */
import {
  type DType,
  type Engine,
  type Tensor,
  abs,
  argmax,
  grad,
  max,
  maximum,
  minimum,
  relu,
  sign,
  softplus,
  sum,
} from "@symloss/core";
import { hingeLoss, huber, multiclassHingeLoss, sparseSigmoidCrossentropyLogits } from "@symloss/losses";
import type { CaseContext, ConformanceCase } from "./case.ts";
import { type Expected, expectArray } from "./compare.ts";
import { compute } from "./compute.ts";
import { type JsonArray, type KinkCase, kinks, readNested } from "./goldens.ts";
import { floatTypes } from "./operations/spec.ts";
import { toleranceOf } from "./tolerance.ts";

/** The cases of kinks, in every float that the engine declares. */
export function kinkCases({ traits }: CaseContext): ConformanceCase[] {
  return floatTypes
    .filter((dtype) => traits.dtypes.includes(dtype))
    .flatMap((dtype) =>
      kinks
        .filter((kink) => traits.nonFinite === "strict" || !JSON.stringify(kink).includes("nan"))
        .map((kink) => ({
          name: `gradients: kinks ${dtype}, ${kink.operation}`,
          group: "gradients",
          run: (engine: Engine) => expectKink(engine, kink, dtype),
        })),
    );
}

type Inputs = Readonly<Record<string, Tensor>>;

/** The function of each entry. */
const functions: Readonly<Record<string, (inputs: Inputs) => Tensor>> = {
  abs: ({ x }) => abs(x!),
  relu: ({ x }) => relu(x!),
  sign: ({ x }) => sign(x!),
  maximum: ({ x, y }) => maximum(x!, y!),
  minimum: ({ x, y }) => minimum(x!, y!),
  "max over an axis": ({ x }) => max(x!, 1),
  "argmax, first of ties, first NaN": ({ x }) => argmax(x!, 1),
  "max propagates NaN": ({ x }) => max(x!, 1),
  softplus: ({ x }) => softplus(x!),
  "hingeLoss, delta 1, at the margin": ({ predictions, targets }) => hingeLoss(predictions!, targets!),
  "huber, delta 1, at delta": ({ targets, predictions }) => huber(targets!, predictions!),
  "multiclassHingeLoss, tied rest": ({ predictions, targets }) => multiclassHingeLoss(predictions!, targets!),
  "sparseSigmoidCrossentropyLogits at logit 0": ({ labels, logits }) =>
    sparseSigmoidCrossentropyLogits(labels!, logits!),
};

async function expectKink(engine: Engine, kink: KinkCase, dtype: DType): Promise<void> {
  // The default is the delta that the entries have.
  const { operation, value, gradient, delta: _, ...inputs } = kink;
  const fn = functions[operation];
  if (fn === undefined) throw new Error(`expectKink: every entry must have a function, got ${operation}.`);
  const names = Object.keys(inputs);
  const arrays = names.map((name) => readNested(inputs[name] as JsonArray, dtype));
  const call = (...tensors: Tensor[]) => fn(Object.fromEntries(names.map((name, index) => [name, tensors[index]!])));
  const slopes = isRecord(gradient) ? gradient : gradient === undefined ? {} : { x: gradient };
  const wrt = Object.keys(slopes).map((name) => names.indexOf(name));
  const got = await compute(
    engine,
    (...tensors) => [
      call(...tensors),
      ...(wrt.length === 0 ? [] : grad((...xs: Tensor[]) => sum(call(...xs)), { wrt })(...tensors)),
    ],
    arrays,
    { simplify: true },
  );
  if (value !== undefined) expectArray(operation, got[0]!, expectedOf(engine, value, got[0]!.dtype));
  for (const [index, [name, slope]] of Object.entries(slopes).entries()) {
    expectArray(`${operation}, gradient by ${name}`, got[index + 1]!, expectedOf(engine, slope, dtype));
  }
}

/** Each element by itself to the relative tolerance; what is 0 is exactly 0, but for results too small to be normal. */
function expectedOf(engine: Engine, values: JsonArray, dtype: DType): Expected {
  const { data, shape } = readNested(values, "float64");
  const { relative } = toleranceOf(engine.traits.precision, dtype);
  const isTiny = (value: number) => value !== 0 && Math.abs(value) < smallestNormal;
  return {
    shape,
    dtype,
    values: data,
    allowed: (index) => (isTiny(data[index]!) ? smallestNormal : relative * Math.abs(data[index]!)),
  };
}

const smallestNormal = 2 ** -126;

function isRecord(gradient: KinkCase["gradient"]): gradient is Readonly<Record<string, JsonArray>> {
  return typeof gradient === "object" && !Array.isArray(gradient);
}
