/** What is each loss of the catalogue on its sample, and how far is each engine from the interpreter? */
import { type DType, type Engine, type NDArray, compile, ndarray } from "@symloss/core";
import { type LossSample, lossSamples } from "@symloss/conformance";
import { cpu } from "@symloss/engine-cpu";
import { type AnyLoss, type LossName, losses } from "@symloss/losses";
import { openEngines } from "./engines.ts";
import { Failure } from "./failure.ts";
import { variablesOf, workloadOf } from "./measure/losses.ts";
import type { Report } from "./report/report.ts";

/** Shows every loss, on every engine that works here; throws `Failure` where an engine could not run one. */
export async function showCatalogue(report: Report): Promise<void> {
  const { engines, unavailable } = await openEngines();
  const reference = await cpu({ mode: "interpreter" });
  report.heading("Every loss on a fixed sample, and how far each engine is from the interpreter in float64");
  for (const { name, reason } of unavailable) report.line(`without ${name}: ${reason}`);
  const progress = report.progress(cases.length);
  const compared: Comparison[] = [];
  for (const one of cases) {
    progress.advance(one.title);
    compared.push(await compareEngines(one, engines, reference));
  }
  progress.stop();
  for (const engine of [...engines, reference]) await engine.dispose();
  report.table(
    ["loss", "mean", ...engines.flatMap(({ name }) => [`${name} value`, `${name} gradient`])],
    compared.map(({ title, mean, differences }) => [
      title,
      mean.toPrecision(6),
      ...differences.flatMap(formatDifference),
    ]),
  );
  report.line(
    "The largest difference of an element, as a share of the largest element; the gradient is that of the sum.",
  );
  const failures = compared.flatMap(({ title, differences }) =>
    differences.flatMap((difference, index) =>
      "failure" in difference ? [`${title} on ${engines[index]!.name}: ${difference.failure}`] : [],
    ),
  );
  if (failures.length > 0) throw new Failure(`Every loss must run on every engine, got:\n${failures.join("\n")}`);
}

/** Sizes at which each axis does what it does. */
const lengths = { batch: 64, classes: 10, D: 20, K: 4, clusters: 3, factors: 2, pieces: 2 };

/** Every loss, once for each form of its arguments and each combination of its choices. */
export const cases: readonly LossSample[] = Object.values(losses).flatMap(({ definition }) =>
  lossSamples(definition.name as LossName, { lengths }),
);

/** The same of another loss. */
export function casesOf(loss: AnyLoss): readonly LossSample<string>[] {
  return lossSamples(loss, { lengths });
}

/** What a loss is on its sample, and how far each engine is from that. */
interface Comparison {
  readonly title: string;
  /** The mean of the loss. */
  readonly mean: number;
  readonly differences: readonly Difference[];
}

/** How far an engine is from the interpreter, in the gradient too where there is one, or why it could not run at all. */
type Difference = { readonly value: number; readonly gradient?: number } | { readonly failure: string };

/** The case in float64 on the reference, in float32 on each engine. */
export async function compareEngines(
  one: LossSample,
  engines: readonly Engine[],
  reference: Engine,
): Promise<Comparison> {
  const wanted = await runCase(one, reference, "float64");
  const differences: Difference[] = [];
  for (const engine of engines) {
    try {
      const got = await runCase(one, engine, "float32");
      const value = largestDifference(got.values, wanted.values);
      const hasGradient = wanted.gradients.length > 0;
      differences.push(
        hasGradient ? { value, gradient: largestDifference(got.gradients, wanted.gradients) } : { value },
      );
    } catch (error) {
      differences.push({ failure: error instanceof Error ? error.message : String(error) });
    }
  }
  return { title: one.title, mean: meanOf(wanted.values[0]!), differences };
}

/** The results of a loss, and the gradient of their sum with respect to each input that has one. */
interface Outcome {
  readonly values: readonly NDArray[];
  readonly gradients: readonly NDArray[];
}

async function runCase(one: LossSample, engine: Engine, dtype: DType): Promise<Outcome> {
  const gradientCount = variablesOf(one).length;
  const { inputs, compute } = workloadOf(one, gradientCount > 0);
  const arrays = inputs.map(({ data, shape }) => ndarray(data, shape, data instanceof Int32Array ? "int32" : dtype));
  const run = compile((...tensors) => [...compute(...tensors)], { engine });
  const results = await run(...arrays);
  await run.dispose();
  const valueCount = results.length - gradientCount;
  return { values: results.slice(0, valueCount), gradients: results.slice(valueCount) };
}

/**
 * Over all arrays the largest difference of an element, as a share of the largest element wanted of its array. Where all are nearly 0,
 * numbers near 1 have cancelled, and it is a share of 1.
 */
function largestDifference(got: readonly NDArray[], wanted: readonly NDArray[]): number {
  const shares = wanted.map(({ data }, index) => {
    let difference = 0;
    let largest = 0;
    for (let at = 0; at < data.length; at++) {
      // The same infinity, or no number where there should be none.
      if (!Number.isFinite(data[at]!) && Object.is(got[index]!.data[at], data[at])) continue;
      difference = Math.max(difference, Math.abs(got[index]!.data[at]! - data[at]!));
      largest = Math.max(largest, Math.abs(data[at]!));
    }
    return difference / (largest < 1e-5 ? 1 : largest);
  });
  return Math.max(...shares);
}

function meanOf({ data, size }: NDArray): number {
  let total = 0;
  for (const value of data) total += value;
  return total / size;
}

function formatDifference(difference: Difference): string[] {
  if ("failure" in difference) return ["failed", "failed"];
  const { value, gradient } = difference;
  return [formatShare(value), gradient === undefined ? "none" : formatShare(gradient)];
}

function formatShare(share: number): string {
  return share === 0 ? "0" : share.toExponential(0);
}
