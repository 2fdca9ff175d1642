/** Which curves, or which map, must be evaluated for a view? */
import type { ElementRange, FormDescription, LossDescription } from "./description.ts";
import type { Evaluation, EvaluationRequest } from "./evaluation.ts";
import { isReference, referenceTitles } from "./reference-names.ts";
import { type View, argumentOf, valuesOfOption } from "./view.ts";

/** One curve, or one map. */
export interface Series {
  /** What the legend calls it. */
  readonly label: string;
  /** Whether it is only there to be compared with, and has no gradient of interest. */
  readonly isBeside: boolean;
  readonly request: EvaluationRequest;
}

/** A series with what it was evaluated to. */
export interface DrawnSeries extends Series {
  readonly evaluation: Evaluation;
  /** The same on the engine that is compared with. */
  readonly other?: Evaluation;
}

/** Points of a curve, of each side of a map, and of each side of a triangle. */
const [curvePoints, mapPoints, fewMapPoints, trianglePoints] = [241, 49, 25, 40];
/** As many as can be told apart. */
const mostCurves = 10;

/** The series of a view: one for each combination of the values that its options were given, then what is drawn beside. */
export function seriesOf(view: View, description: LossDescription): readonly Series[] {
  const form = description.forms[view.form]!;
  const shared = {
    engine: view.engine,
    form: view.form,
    result: view.result,
    inputs: view.inputs,
    ...pointsOf(view, form),
  };
  const own = combinationsOf(view, description).map(({ label, options }): Series => ({
    label: label === "" ? view.loss : label,
    isBeside: false,
    request: { ...shared, loss: view.loss, options },
  }));
  if (view.figure !== "curve") return own.slice(0, 1);
  const beside = view.beside.map((name): Series => {
    const request = { ...shared, options: {} };
    return isReference(name)
      ? { label: referenceTitles[name], isBeside: true, request: { ...request, loss: view.loss, reference: name } }
      : { label: name, isBeside: true, request: { ...request, loss: name, form: 0, result: "loss" } };
  });
  return [...own, ...beside].slice(0, mostCurves);
}

interface Combination {
  /** What distinguishes it: `delta = 0.5`. */
  readonly label: string;
  readonly options: Readonly<Record<string, unknown>>;
}

function combinationsOf({ options }: View, { options: table }: LossDescription): readonly Combination[] {
  return Object.entries(options).reduce<readonly Combination[]>(
    (found, [name, text]) => {
      const values = valuesOfOption(table[name]!, text);
      return found.flatMap((one) =>
        values.map((value) => ({
          label: values.length === 1 ? one.label : [one.label, `${name} = ${String(value)}`].filter(Boolean).join(", "),
          options: { ...one.options, [name]: value },
        })),
      );
    },
    [{ label: "", options: {} }],
  );
}

function pointsOf(
  view: View,
  { arguments: wanted, batches }: FormDescription,
): Pick<EvaluationRequest, "moves" | "points"> {
  const { along, across, figure, from, to } = view;
  const argument = argumentOf(along, wanted);
  const first = { ...argument.range, from, to };
  if (figure === "curve") return { moves: [along], points: [axisPoints(first, curvePoints)] };
  if (figure === "surface") {
    // A call for each point takes longer than a batch.
    const count = batches ? mapPoints : fewMapPoints;
    const xs = axisPoints(first, count);
    // Elements of one argument are drawn between the same ends.
    const ys = axisPoints(across.argument === along.argument ? first : argumentOf(across, wanted).range, count);
    return { moves: [along, across], points: [xs.flatMap((x) => ys.map(() => x)), xs.flatMap(() => ys)] };
  }
  const moves = [0, 1, 2].map((element) => ({ argument: along.argument, element }));
  // Any numbers are logits, of which the logarithms of probabilities are some.
  const isItself = argument.elements === "probability" || argument.elements === "distribution";
  const points = simplexPoints().map((shares) => shares.map((share) => (isItself ? share : Math.log(share))));
  return { moves, points: moves.map(({ element }) => points.map((shares) => shares[element]!)) };
}

/** Probabilities of three classes, all above 0, in rows of a triangle. */
function simplexPoints(): readonly (readonly [number, number, number])[] {
  const points: [number, number, number][] = [];
  for (let first = 0; first <= trianglePoints; first++) {
    for (let second = 0; first + second <= trianglePoints; second++) {
      const third = trianglePoints - first - second;
      const total = trianglePoints + 0.03;
      points.push([(first + 0.01) / total, (second + 0.01) / total, (third + 0.01) / total]);
    }
  }
  return points;
}

/** From one end to the other: every element there is, or so many. */
function axisPoints({ from, to, step }: ElementRange, count: number): readonly number[] {
  const between = step ?? (to - from) / (count - 1);
  const length = step === undefined ? count : Math.max(1, Math.floor((to - from) / step) + 1);
  return Array.from({ length }, (_, index) => from + between * index);
}
