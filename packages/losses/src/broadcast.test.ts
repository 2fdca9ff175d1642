/**
 * Which shapes may arguments of a loss have together? Those of which one is that of the result; then the gradients of the repeated
 * arguments are summed back to the shapes that were given.
 */
import { lossSamples } from "@symloss/conformance";
import {
  type NDArray,
  type Shape,
  type Tensor,
  broadcastShapes,
  broadcastTo,
  compile,
  evaluate,
  grad,
  ndarray,
} from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { describe, expect, test } from "vitest";
import { type AnyLoss, type LossName, losses } from "./catalogue.ts";

// What is compiled once for each pair is small, so that compiling it would take longer than running it.
const engine = await cpu({ mode: "interpreter" });

const all = Object.values(losses).map((loss): [string, AnyLoss] => [loss.definition.name, loss]);
const broadcasting = all.filter(([, { definition }]) => definition.broadcasts !== false);

/** Pairs of leading shapes, the one of which is that of both together. */
const oneSided: readonly (readonly [Shape, Shape])[] = [
  [[], [2, 3]],
  [
    [2, 1],
    [2, 3],
  ],
  [[3], [2, 3]],
  [[2, 3], []],
  [
    [1, 4],
    [2, 4],
  ],
];
/** Pairs of which neither is, and whether the way out is to drop a last axis of length 1. */
const mutual: readonly (readonly [Shape, Shape, isColumn: boolean])[] = [
  [[2, 1], [3], false],
  [[3], [3, 1], true],
  [[3, 1], [3], true],
  [[1, 4], [2, 1], false],
  [[2, 2, 1], [2, 2], true],
];

/** An array for the argument at this place, in its first form, whose `..` is this shape, in float64; a count as a scalar. */
function arrayFor({ definition }: AnyLoss, position: number, leading: Shape): NDArray {
  const [sample] = lossSamples(definition.name as LossName, { leading: leading as number[] });
  const input = Object.values(sample!.inputs)[position]!;
  if (typeof input === "number") return ndarray(input);
  const { data, shape, dtype } = input;
  return dtype === "float32" ? ndarray(Float64Array.from(data), shape) : ndarray(data, shape, dtype);
}

/** The places of every two arguments that have leading axes. */
function pairsOf({ definition }: AnyLoss): (readonly [number, number])[] {
  const places = definition.arguments.flatMap(({ forms }, index) => (forms[0]!.leading ? [index] : []));
  return places.flatMap((left, index) => places.slice(index + 1).map((right) => [left, right] as const));
}

/** The arguments, of which two have these leading shapes, and the others the one that both have together. */
function argumentsFor(loss: AnyLoss, pair: readonly [number, number], left: Shape, right: Shape): NDArray[] {
  const common = broadcastShapes(left, right)!;
  return loss.definition.arguments.map((_, position) =>
    arrayFor(loss, position, position === pair[0] ? left : position === pair[1] ? right : common),
  );
}

function call(loss: AnyLoss, args: readonly (Tensor | NDArray)[]): Tensor {
  const named = loss.definition.arguments.map(({ name, elements }, index) => {
    const arg = args[index]!;
    return [name, elements === "count" ? (arg as NDArray).item() : arg] as const;
  });
  const result = loss(Object.fromEntries(named));
  return Object.keys(loss.definition.results).length === 1 ? (result as Tensor) : Object.values(result)[0]!;
}

describe.each(broadcasting)("%s broadcasts", (_, loss) => {
  const others = mutual.map(([left, right]) => [left, right] as const);
  const shapes = loss.definition.broadcasts === "mutual" ? [...oneSided, ...others] : oneSided;

  test.each(shapes)("leading shapes [%s] and [%s], to any order", async (left, right) => {
    for (const pair of pairsOf(loss)) {
      const arrays = argumentsFor(loss, pair, left, right);
      const common = broadcastShapes(left, right)!;
      const repeated = await Promise.all(
        arrays.map((array, position) => {
          const { axes } = loss.definition.arguments[position]!.forms[0]!;
          const shape = [...common, ...array.shape.slice(array.rank - axes.length)];
          return evaluate(broadcastTo(array, shape), { engine });
        }),
      );
      for (const wrt of pair) {
        if (!loss.definition.arguments[wrt]!.differentiable) continue;
        const derive = (args: Tensor[]): Tensor => grad((...own: Tensor[]) => call(loss, own).sum(), { wrt })(...args);
        const first = compile((...args: Tensor[]) => derive(args), { engine });
        const got = await first(...arrays);
        expect(got.shape).toEqual(arrays[wrt]!.shape);
        const whole = await first(...repeated);
        expect(sumOf(got)).toBeCloseTo(sumOf(whole), 10);
        const second = grad((...args: Tensor[]) => derive(args).square().sum(), { wrt })(...arrays);
        expect((await evaluate(second, { engine })).data.every(Number.isFinite)).toBe(true);
        await first.dispose();
      }
    }
  });
});

const refusing = all.filter(([, loss]) => loss.definition.broadcasts !== "mutual" && pairsOf(loss).length > 0);

describe.each(refusing)("%s refuses", (name, loss) => {
  test.each(mutual)("leading shapes [%s] and [%s]", (left, right, isColumn) => {
    for (const pair of pairsOf(loss)) {
      const arrays = argumentsFor(loss, pair, left, right);
      const refusal = refusalOf(() => call(loss, arrays));
      const [first, second] = pair.map((position) => loss.definition.arguments[position]!.name);
      const [one, other] = pair.map((position) => formatShape(arrays[position]!));
      // Where nothing broadcasts, it says that the shapes differ.
      const must = loss.definition.broadcasts === false ? "be " : "broadcast to the shape of one of the two, ";
      expect(refusal).toContain(`ShapeError: ${name}: ${first} and ${second} must ${must}`);
      expect(refusal).toContain(`got ${one} and ${other}`);
      if (loss.definition.broadcasts === false) continue;
      expect(refusal).toMatch(/eshape one of them/);
      expect(/Did you mean \w+\.squeeze\(-\d\)\?/.test(refusal)).toBe(isColumn);
    }
  });
});

function formatShape({ shape, dtype }: NDArray): string {
  const names: Readonly<Record<string, string>> = { float64: "f64", int32: "i32" };
  return `${names[dtype] ?? dtype}[${shape.join(",")}]`;
}

function refusalOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return String(error);
  }
  return "none";
}

function sumOf({ data }: NDArray): number {
  return Float64Array.from(data).reduce((total, value) => total + value, 0);
}
