/** Can the room show every loss? */
import * as core from "@symloss/core";
import * as cpuModule from "@symloss/engine-cpu";
import * as wasmModule from "@symloss/engine-wasm";
import * as lossModule from "@symloss/losses";
import { describe, expect, test } from "vitest";
import { codeOf } from "./code.ts";
import { type LossDescription, describeLoss, listLosses } from "./description.ts";
import { evaluatePoints } from "./evaluation.ts";
import { presets } from "./presets.ts";
import { seriesOf } from "./series.ts";
import { type View, figuresOf, formatView, lossIn, parseView } from "./view.ts";

const viewOf = (loss: string, more: Readonly<Record<string, string>> = {}): [View, LossDescription] => {
  const description = describeLoss(loss);
  return [parseView(new URLSearchParams({ loss, ...more }), description), description];
};

const evaluateView = async (view: View, description: LossDescription) =>
  Promise.all(seriesOf(view, description).map(({ request }) => evaluatePoints(request)));

describe.each(listLosses())("%s", (loss) => {
  const forms = describeLoss(loss).forms.map(({ title }, form) => ({ title, form: String(form) }));

  test.each(forms)("has a curve of $title", async ({ form }) => {
    const [view, description] = viewOf(loss, { form });
    const [evaluation] = await evaluateView(view, description);
    const [{ request }] = seriesOf(view, description) as [ReturnType<typeof seriesOf>[number]];
    expect(evaluation!.values).toHaveLength(request.points[0]!.length);
    expect(evaluation!.values.some(Number.isFinite)).toBe(true);
    const moved = description.forms[view.form]!.arguments.find(({ name }) => name === view.along.argument)!;
    expect(evaluation!.gradient?.length).toBe(moved.differentiable ? request.points[0]!.length : undefined);
  });

  test("has every other figure that is offered", async () => {
    const [view, description] = viewOf(loss);
    for (const figure of figuresOf(description.forms[0]!, view.along).slice(1)) {
      const [evaluation] = await evaluateView({ ...view, figure }, description);
      expect(evaluation!.values.length).toBeGreaterThan(1);
    }
  });

  test("comes back from its address", () => {
    const [view, description] = viewOf(loss);
    expect(formatView(view, description).toString()).toBe(`loss=${loss}`);
    const { arguments: wanted } = description.forms[0]!;
    const changed: View = {
      ...view,
      engine: "cpu",
      against: "interpreter",
      from: -1.5,
      to: 2.25,
      inputs: Object.fromEntries(wanted.map(({ name, values }) => [name, values.map((value) => value + 1)])),
      options: Object.fromEntries(Object.keys(description.options).map((name) => [name, "0.25,0.5"])),
      beside: description.companions.slice(0, 2),
    };
    expect(parseView(formatView(changed, description), description)).toEqual(changed);
  });

  test("has code that runs, and gives what the room shows", async () => {
    const [view, description] = viewOf(loss, { engine: "cpu" });
    const { points } = seriesOf(view, description)[0]!.request;
    const start = view.inputs[view.along.argument]![view.along.element]!;
    const [request] = seriesOf(view, description).map((one) => ({ ...one.request, points: points.map(() => [start]) }));
    const { values } = await evaluatePoints(request!);
    const value = await runCode(codeOf(view, description));
    expect(distanceOf(total(value), values[0]!)).toBeLessThanOrEqual(1e-5);
  });
});

/** How far two numbers are apart, as a share of the larger, or of 1. Sums in another order differ by a little. */
function distanceOf(got: number, want: number): number {
  return Object.is(got, want) ? 0 : Math.abs(got - want) / Math.max(1, Math.abs(want));
}

/** What the code calls `value`: an array of the host. */
async function runCode(code: string): Promise<core.NDArray> {
  const body = code.replaceAll(/^import (\{.*\}) from (".*");$/gm, "const $1 = modules[$2];");
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
    ...parts: string[]
  ) => (modules: unknown) => Promise<core.NDArray>;
  return new AsyncFunction("modules", `${body}\nawait engine.dispose();\nreturn value;`)({
    "@symloss/core": core,
    "@symloss/engine-cpu": cpuModule,
    "@symloss/engine-wasm": wasmModule,
    "@symloss/losses": lossModule,
  });
}

function total({ data }: core.NDArray): number {
  return Array.from(data).reduce((left, right) => left + right, 0);
}

test.each(presets)("the figure $title can be computed", async ({ parameters: text }) => {
  const parameters = new URLSearchParams(text);
  const description = describeLoss(lossIn(parameters));
  const view = parseView(parameters, description);
  expect(formatView(view, description).toString().split("&").toSorted()).toEqual(
    parameters
      .toString()
      .split("&")
      .filter((part) => part !== "engine=wasm")
      .toSorted(),
  );
  const evaluations = await evaluateView(view, description);
  expect(evaluations.every(({ values }) => values.some(Number.isFinite))).toBe(true);
});

test("the figures of SymJAX are those of its documentation", async () => {
  const [huber, hinge] = presets.map(({ parameters }) => new URLSearchParams(parameters));
  const description = describeLoss("huber");
  const view = parseView(huber!, description);
  const [half, one, two, square] = await evaluateView(view, description);
  const [xs] = seriesOf(view, description)[0]!.request.points;
  for (const [index, x] of xs!.entries()) {
    const of = (delta: number): number =>
      Math.abs(x) <= delta ? 0.5 * x * x : 0.5 * delta * delta + delta * (Math.abs(x) - delta);
    expect(half!.values[index]).toBeCloseTo(of(0.5), 5);
    expect(one!.values[index]).toBeCloseTo(of(1), 5);
    expect(two!.values[index]).toBeCloseTo(of(2), 5);
    expect(square!.values[index]).toBeCloseTo(x * x, 5);
  }
  const hingeDescription = describeLoss("hingeLoss");
  const [, narrow, zeroOne] = await evaluateView(parseView(hinge!, hingeDescription), hingeDescription);
  for (const [index, x] of xs!.entries()) {
    expect(narrow!.values[index]).toBeCloseTo(Math.max(0, 0.2 - x), 5);
    expect(zeroOne!.values[index]).toBe(x < 0 ? 1 : 0);
  }
});

test("names of settings are those of no argument and no option", () => {
  const settings = ["loss", "engine", "against", "figure", "form", "result", "along", "across", "from", "to", "beside"];
  for (const loss of listLosses()) {
    const { forms, options } = describeLoss(loss);
    const names = [...forms.flatMap((form) => form.arguments.map(({ name }) => name)), ...Object.keys(options)];
    expect(names.filter((name) => settings.includes(name))).toEqual([]);
  }
});

test("a loss that does not exist is refused, and a mistake leaves the engine usable", async () => {
  expect(() => describeLoss("hubber")).toThrow('There is no loss "hubber". Did you mean huber?');
  const [view, description] = viewOf("huber", { delta: "-1" });
  await expect(evaluateView(view, description)).rejects.toThrow("huber: delta must be");
  const [right] = await evaluateView(...viewOf("huber"));
  expect(right!.values).toHaveLength(241);
});
