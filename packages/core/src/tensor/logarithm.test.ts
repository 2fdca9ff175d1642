import { cpu } from "@symloss/engine-cpu";
import { describe, expect, test } from "vitest";
import {
  type Tensor,
  type TensorLike,
  evaluate,
  grad,
  logAddExp,
  logSumExp,
  sum,
  weightedBy,
  xlogy,
} from "../index.ts";

const engine = await cpu({ mode: "interpreter" });
const valueOf = async (x: Tensor) => (await evaluate(x, { engine })).toArray();
const slopesOf = async (fn: (...inputs: Tensor[]) => Tensor, ...at: TensorLike[]) =>
  Promise.all(at.map((_, wrt) => valueOf(grad((...inputs: Tensor[]) => sum(fn(...inputs)), { wrt })(...at))));
const binary = (fn: (x: Tensor, y: Tensor) => Tensor) => fn as (...inputs: Tensor[]) => Tensor;

describe("xlogy", () => {
  test("is 0 where x is, with the gradients x / y and log y, or 0", async () => {
    expect(await valueOf(xlogy([0, 0, 0, 2, 1], [0, Infinity, -1, 1, 0]))).toEqual([0, 0, 0, 0, -Infinity]);
    expect(await slopesOf(binary(xlogy), [0, 0, 2, 1], [0, 1, 1, 0])).toEqual([
      [0, 0, 0, -Infinity],
      [0, 0, 2, Infinity],
    ]);
  });

  test("broadcasts, and computes integers in float32", () => {
    expect(String(xlogy([0, 1], [[1], [2]]))).toBe("f32[2,2]");
    expect(String(xlogy(new Int32Array(2), 3))).toBe("f32[2]");
    expect(String(xlogy(new Float64Array(2), [1, 2]))).toBe("f64[2]");
    expect(() => xlogy([1, 2], [1, 2, 3])).toThrow(/^xlogy: x and y must have shapes that broadcast/);
  });
});

describe("logAddExp", () => {
  test("is exact for equal, distant and infinite numbers", async () => {
    const at = [
      [5, 1e4, 20, -Infinity, -Infinity, Infinity],
      [5, -1e4, -20, 2, -Infinity, Infinity],
    ] as const;
    const [first, ...rest] = (await valueOf(logAddExp(...at))) as number[];
    expect(first).toBeCloseTo(5 + Math.LN2, 6);
    expect(rest).toEqual([1e4, 20, 2, -Infinity, Infinity]);
    const [byX, byY] = (await slopesOf(binary(logAddExp), ...at)) as [number[], number[]];
    expect(byX).toEqual([0.5, 1, 1, 0, 0, 0.5]);
    expect([...byY.slice(0, 2), ...byY.slice(3)]).toEqual([0.5, 0, 1, 0, 0.5]);
    expect(byY[2]! / Math.exp(-40)).toBeCloseTo(1, 5);
  });
});

describe("logSumExp with a mask", () => {
  const kept = [1, 3, 4, 5];
  const hidden = [NaN, Infinity, -Infinity, 1e30, 7];

  test.each(hidden)("is that of the kept entries, whatever is masked: %d", async (value) => {
    const x = kept.toSpliced(1, 0, value);
    const mask = [true, false, true, true, true];
    expect(await valueOf(logSumExp(x, { mask }))).toEqual(await valueOf(logSumExp(kept)));
    const [slope] = (await slopesOf((entries) => logSumExp(entries!, { mask }), x)) as [number[]];
    const [want] = (await slopesOf((entries) => logSumExp(entries!), kept)) as [number[]];
    expect(slope).toEqual(want.toSpliced(1, 0, 0));
  });

  test("of nothing is -Infinity, with the gradient 0", async () => {
    const mask = [
      [false, false],
      [true, false],
    ];
    const x = [
      [NaN, 3],
      [2, NaN],
    ];
    expect(await valueOf(logSumExp(x, { axis: 1, mask }))).toEqual([-Infinity, 2]);
    expect(await slopesOf((entries) => logSumExp(entries!, { axis: 1, mask }), x)).toEqual([
      [
        [0, 0],
        [1, 0],
      ],
    ]);
    expect(await slopesOf((entries) => logSumExp(entries!, { mask: 0 }), x)).toEqual([
      [
        [0, 0],
        [0, 0],
      ],
    ]);
  });

  test("shares the gradient of -Infinity among the kept entries alone", async () => {
    const x = [-Infinity, -Infinity, -Infinity];
    expect(await slopesOf((entries) => logSumExp(entries!, { mask: [1, 1, 0] }), x)).toEqual([[0.5, 0.5, 0]]);
  });

  test("of an empty axis is -Infinity", async () => {
    expect(await valueOf(logSumExp([], { mask: [] }))).toBe(-Infinity);
  });

  test("keeps axes, and refuses a mask of another shape and unknown options", () => {
    const x = [
      [1, 2],
      [3, 4],
    ];
    expect(String(logSumExp(x, { axis: 0, keepAxes: true, mask: [[true], [false]] }))).toBe("f32[1,2]");
    expect(() => logSumExp([1, 2], { mask: [[true], [true]] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: logSumExp: mask must broadcast to the shape of x, got bool[2,1] for f32[2].]`,
    );
    expect(() => logSumExp([1, 2], { masks: true } as never)).toThrowErrorMatchingInlineSnapshot(
      `[OutOfRangeError: logSumExp: options must be among axis, keepAxes, mask, got "masks". Did you mean mask?]`,
    );
    expect(() => logSumExp([1, 2], { mask: "all" as never })).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: logSumExp: mask must be a number, a boolean, a typed array, nested lists of numbers or an NDArray, got the string "all".]`,
    );
  });
});

test("a logarithm without weight has no gradient, even of 0", async () => {
  const crossentropy = (labels: Tensor, probabilities: Tensor) => weightedBy(probabilities.log(), labels);
  expect(await slopesOf(binary(crossentropy), [0, 1, 0], [0, 0.5, 2])).toEqual([
    [0, Math.fround(-Math.LN2), Math.fround(Math.LN2)],
    [0, 2, 0],
  ]);
});
