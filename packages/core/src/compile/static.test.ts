/** Are arguments that are no arrays part of what is traced, and of the key of a plan? */
import { cpu } from "@symloss/engine-cpu";
import { afterAll, describe, expect, test } from "vitest";
import {
  type StaticValue,
  type Tensor,
  compile,
  compileSync,
  explain,
  grad,
  mul,
  ndarray,
  selectEngine,
  valueAndGrad,
} from "../index.ts";

const engine = await cpu();
afterAll(() => engine.dispose());

/** A compiled function that doubles, and what it was traced with. */
function recording(): { readonly run: (value: StaticValue) => unknown; readonly traced: StaticValue[] } {
  const traced: StaticValue[] = [];
  const double = compileSync(
    (x: Tensor, value: StaticValue) => {
      traced.push(value);
      return mul(x, 2);
    },
    { engine, static: [1] },
  );
  return { run: (value) => double([1, 2], value).toArray(), traced };
}

const deep: unknown[] = [];
deep.push(deep);

describe("a static argument", () => {
  test.each<[string, StaticValue]>([
    ["true", true],
    ["a number", 0.5],
    ["a number that is none", Number.NaN],
    ["text", "mean"],
    ["null", null],
    ["undefined", undefined],
    ["a list", [0, [1, "a"], null]],
    ["a record", { axis: [0, 1], keepAxes: false, nested: { name: "a" } }],
    ["a record without a prototype", Object.assign(Object.create(null) as object, { axis: 1 })],
    ["a record with a name that others inherit", JSON.parse('{ "__proto__": 1, "toString": null }') as StaticValue],
  ])("that is %s reaches the function as it is, once for all calls with an equal one", (_, value) => {
    const { run, traced } = recording();
    for (let call = 0; call < 3; call++) expect(run(structuredClone(value))).toEqual([2, 4]);
    expect(traced).toHaveLength(1);
    expect(traced[0]).toEqual(value);
  });

  test("with another value has another plan, which is kept", () => {
    const values: readonly StaticValue[] = [
      1,
      "1",
      true,
      "true",
      null,
      "null",
      undefined,
      0,
      -0,
      Number.NaN,
      "",
      [],
      [1],
      ["1"],
      [[1]],
      [1, 1],
      {},
      { 0: 1 },
      { a: 1 },
      { a: undefined },
      { a: 1, b: 2 },
      // The function may go by their order.
      { b: 2, a: 1 },
      { 'a":1,"b': 2 },
      '{"a":1}',
    ];
    const { run, traced } = recording();
    for (let round = 0; round < 2; round++) for (const value of values) run(value);
    expect(traced).toEqual(values);
  });

  test("that changes after a call is another value, and the plan is of what it was", async () => {
    const scaled = compile((x: Tensor, { by }: { readonly by: number[] }) => x.mul(by[0]!), { engine, static: [1] });
    const options = { by: [2] };
    const first = scaled([1], options);
    options.by[0] = 3;
    expect((await first).item()).toBe(2);
    expect((await scaled([1], options)).item()).toBe(3);
    expect((await scaled([1], { by: [2] })).item()).toBe(2);
    await scaled.dispose();
  });

  test("can't be changed by the function", () => {
    const careless = compileSync(
      (x: Tensor, options: { axis: number }) => {
        options.axis = 1;
        return x;
      },
      { engine, static: [1] },
    );
    expect(() => careless([1], { axis: 0 })).toThrow(TypeError);
  });

  test("has no dtype: numbers beside it are as precise as without it", async () => {
    const scaled = compile((x: Tensor, factor: number) => x.mul(factor), { engine, static: [1] });
    expect((await scaled([1], 0.1)).dtype).toBe("float32");
    expect((await scaled(Float64Array.of(1), 0.1)).toArray()).toEqual([0.1]);
    await scaled.dispose();
  });

  test("may stand before arrays, among trees of them, or not at all", async () => {
    const first = compile((reduction: "sum" | "mean", x: Tensor) => x[reduction](), { engine, static: [0] });
    expect([(await first("sum", [1, 3])).item(), (await first("mean", [1, 3])).item()]).toEqual([4, 2]);
    const among = compile(
      (names: string[], { x, y }: { x: Tensor; y: Tensor[] }, negative: boolean) =>
        Object.fromEntries(names.map((name, index) => [name, negative ? y[index]!.neg() : x.add(y[index]!)])),
      { engine, static: [2, 0] },
    );
    const given = { x: [1], y: [Float32Array.of(1), Float32Array.of(2)] };
    const { a, b } = await among(["a", "b"], given, false);
    expect([a!.item(), b!.item()]).toEqual([2, 3]);
    expect((await among(["c"], given, true))["c"]!.item()).toBe(-1);
    const optional = compile((x: Tensor, negative: boolean = false) => (negative ? x.neg() : x), {
      engine,
      static: [1],
    });
    for (let call = 0; call < 2; call++) {
      const values = await Promise.all([optional([1]), optional([1], true), optional([1], false), optional([1])]);
      expect(values.map((value) => value.item())).toEqual([1, -1, 1, 1]);
    }
  });

  test("is the same for whatever arrays, and arrays are checked whatever it is", async () => {
    const pick = compile((x: Tensor, index: Tensor, twice: boolean) => x.takeAlongAxis(index, 0).mul(twice ? 2 : 1), {
      engine,
      static: [2],
    });
    const x = Float32Array.of(1, 2);
    for (const twice of [true, true, false, true]) {
      expect((await pick(x, Int32Array.of(1), twice)).item()).toBe(twice ? 4 : 2);
      await expect(pick(x, Int32Array.of(2), twice)).rejects.toThrow("indices must be integers from 0 to 1, got 2");
      expect((await pick(ndarray([1, 2, 3]), Int32Array.of(2), twice)).item()).toBe(twice ? 6 : 3);
    }
    const out = new Float32Array(1);
    await pick.into(out, x, Int32Array.of(0), true);
    expect(out[0]).toBe(2);
    await pick.dispose();
  });

  test.each<[string, unknown, string]>([
    [
      "a typed array",
      new Float32Array(2),
      "static argument 1 must be a boolean, a number, a string, null, or lists and records of these, got a Float32Array.",
    ],
    ["an array in a record", { by: [1, ndarray([1])] }, "static argument 1.by[1] must be"],
    ["a function", (): number => 1, "got a function."],
    ["a symbol", Symbol("a"), "got Symbol(a)."],
    ["a bigint", 1n, "got the bigint 1."],
    ["a date", new Date(0), "got a Date."],
    ["a map", { options: new Map() }, "static argument 1.options must be"],
    ["a list that contains itself", deep, "must be nested at most 64 deep"],
  ])("that is %s is refused", async (_, value, message) => {
    const same = compile((x: Tensor, _value: StaticValue) => x, { engine, static: [1] });
    await expect(same([1], value as never)).rejects.toThrow(message);
    expect((await same([1], null)).item()).toBe(1);
    await same.dispose();
  });

  test("is given to explain, and to the fastest of engines", async () => {
    const power = (x: Tensor, { by }: { readonly by: number }): Tensor => x.pow(by);
    expect(await explain(power, { engine, static: [1] }, { shape: [2] }, { by: 2 })).toContain("mul %x0 %x0");
    const { engine: fastest } = await selectEngine(
      { cpu },
      { fastest: { fn: power, args: [[1, 2], { by: 3 }], static: [1] } },
    );
    await fastest.dispose();
    await expect(explain(power, { engine, static: [1] }, { shape: [2] }, { by: (() => 2) as never })).rejects.toThrow(
      "explain: static argument 1.by must be a boolean",
    );
  });
});

describe("static positions", () => {
  test.each<[string, unknown]>([
    ["a number", 1],
    ["a fraction", [0.5]],
    ["a negative one", [-1]],
    ["text", ["1"]],
    ["one that is missing", Array.from({ length: 2 })],
    ["one of them twice", [1, 1]],
  ])("are not %s", async (_, positions) => {
    const options = { engine, static: positions } as never;
    const message = "static must be a list of positions of arguments, counted from 0, each once, got";
    const same = (x: Tensor): Tensor => x;
    expect(() => compile(same, options)).toThrow(`compile: ${message}`);
    expect(() => compileSync(same, options)).toThrow(`compileSync: ${message}`);
    await expect(explain(same, options, [1])).rejects.toThrow(`explain: ${message}`);
    expect(() => grad(same, { static: positions } as never)).toThrow(`grad: ${message}`);
    expect(() => valueAndGrad(same, { static: positions } as never)).toThrow(`valueAndGrad: ${message}`);
  });

  test("are read once", async () => {
    const positions = [1];
    const scaled = compile((x: Tensor, factor: number) => x.mul(factor), { engine, static: positions as [1] });
    positions[0] = 0;
    expect((await scaled([1], 2)).item()).toBe(2);
    await scaled.dispose();
  });
});

describe("a gradient", () => {
  const loss = (x: Tensor, reduction: "sum" | "mean", y: Tensor): Tensor => x.mul(y)[reduction]();

  test("is of a function with static arguments, which may be anything", async () => {
    const slope = compileSync(grad(loss, { static: [1], wrt: [0, 2] }), { engine, static: [1] });
    expect(slope([1, 2], "sum", [3, 4]).map((part) => part.toArray())).toEqual([
      [3, 4],
      [1, 2],
    ]);
    expect(slope([1, 2], "mean", [3, 4])[0].toArray()).toEqual([1.5, 2]);
    const applied = grad((x: Tensor, fn: (x: Tensor) => Tensor) => fn(x).sum(), { static: [1] });
    const squares = compileSync((x) => applied(x, (value) => value.square()), { engine });
    expect(squares([1, 2]).toArray()).toEqual([2, 4]);
    const [value, byX] = compileSync(valueAndGrad(loss, { static: [1] }), { engine, static: [1] })(
      [1, 2],
      "sum",
      [3, 4],
    );
    expect([value.item(), byX.toArray()]).toEqual([11, [3, 4]]);
  });

  test("is not taken with respect to one", () => {
    expect(() => grad(loss, { static: [1], wrt: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[OutOfRangeError: grad: wrt must be the position of an argument that is not static, got 1 beside static: [1].]`,
    );
  });
});
