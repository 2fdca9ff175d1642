/** What do the types say of compiled and differentiated functions, and which mistakes do they refuse? `npm run types` checks it. */
import { cpu } from "@symloss/engine-cpu";
import { afterAll, describe, expect, expectTypeOf, test } from "vitest";
import {
  DTypeError,
  NDArray,
  type ArrayArgument,
  type ArrayInput,
  type ArrayRecord,
  type Arrays,
  type DType,
  type DTypeOf,
  type DeviceArray,
  type InputSpec,
  type LeafOf,
  type Like,
  type Mapped,
  type Nested,
  type StaticValue,
  type SyncDeviceArray,
  type Tensor,
  type TensorLike,
  type Tree,
  type TypedArray,
  type Uploaded,
  asTensor,
  compile,
  compileSync,
  evaluate,
  evaluateSync,
  explain,
  grad,
  isNDArray,
  ndarray,
  ones,
  scan,
  valueAndGrad,
} from "../index.ts";

const engine = await cpu();
afterAll(() => engine.dispose());

/** Not a type: an interface is no record of whatever names. */
interface Parameters {
  readonly weights: Tensor;
  readonly bias: Tensor;
}

/** Calls that only the type checker sees. */
const unrun = (..._calls: readonly (() => unknown)[]): void => {};

const product = (a: Tensor, b: Tensor): Tensor => a.mul(b).sum();

/** By position, or by name. */
interface Overloaded {
  (named: { readonly left: TensorLike; readonly right: TensorLike }): Tensor;
  (left: TensorLike, right: TensorLike): Tensor;
}
const overloaded = ((...given: readonly unknown[]) => {
  const { left, right } = (given.length === 1 ? given[0] : { left: given[0], right: given[1] }) as Record<
    string,
    Tensor
  >;
  return left!.mul(right!).sum();
}) as Overloaded;

describe("a compiled function", () => {
  test("takes as many arguments as its function", () => {
    const annotated = compile(product, { engine });
    const inferred = compile((a, b) => a.mul(b).sum(), { engine });
    const atOnce = compileSync((a, b) => a.mul(b).sum(), { engine });
    expectTypeOf(annotated).parameters.toEqualTypeOf<[a: ArrayArgument, b: ArrayArgument]>();
    expectTypeOf(inferred).parameters.toEqualTypeOf<[a: ArrayArgument, b: ArrayArgument]>();
    expectTypeOf(atOnce).parameters.toEqualTypeOf<[a: ArrayArgument, b: ArrayArgument]>();
    expectTypeOf(annotated).returns.toEqualTypeOf<Promise<NDArray>>();
    expectTypeOf(atOnce).returns.toEqualTypeOf<NDArray>();
    unrun(
      // @ts-expect-error an argument is missing
      () => annotated([1]),
      // @ts-expect-error an argument is missing
      () => inferred([1]),
      // @ts-expect-error an argument is missing
      () => atOnce([1]),
      // @ts-expect-error there are only two parameters
      () => annotated([1], [2], [3]),
      // @ts-expect-error there are only two parameters
      () => inferred([1], [2], [3]),
      // @ts-expect-error there are only two parameters
      () => atOnce([1], [2], [3]),
      // @ts-expect-error an argument is missing
      () => annotated.into(new Float32Array(1), [1]),
      // @ts-expect-error text is no array
      () => annotated("1", [2]),
    );
  });

  test("may leave out what its function may, and repeats what its function repeats", async () => {
    const scaled = compile((x: Tensor, factor: TensorLike = 2) => x.mul(factor), { engine });
    expect((await scaled([1])).item() + (await scaled([1], 3)).item()).toBe(5);
    const total = compile((first, ...rest: Tensor[]) => rest.reduce((sum, x) => sum.add(x), first), { engine });
    expect((await total([1])).item() + (await total([1], [2], [3])).item()).toBe(7);
    const all = compile((...xs) => xs.map((x) => x.neg()), { engine });
    expectTypeOf(all).parameters.toEqualTypeOf<ArrayArgument[]>();
    expectTypeOf(all).returns.toEqualTypeOf<Promise<NDArray[]>>();
    unrun(
      // @ts-expect-error one is needed
      () => total(),
      // @ts-expect-error there are only two parameters
      () => scaled([1], 2, 3),
    );
  });

  test("takes records that are interfaces, lists, and any tree", async () => {
    const affine = compile(({ weights, bias }: Parameters, x: Tensor) => x.mul(weights).add(bias), { engine });
    expectTypeOf(affine).parameters.toEqualTypeOf<
      [{ readonly weights: ArrayArgument; readonly bias: ArrayArgument }, ArrayArgument]
    >();
    expect((await affine({ weights: [2], bias: 1 }, [3])).toArray()).toEqual([7]);
    const same = compile((parameters: Parameters) => parameters, { engine });
    expectTypeOf(same).returns.resolves.toEqualTypeOf<{ weights: NDArray; bias: NDArray }>();
    const anything = compile((tree: Tree<Tensor>) => tree, { engine });
    expectTypeOf(anything).parameter(0).toEqualTypeOf<Tree<ArrayArgument>>();
    expectTypeOf(anything).returns.resolves.toEqualTypeOf<Tree<NDArray>>();
    const either = compile(
      (x: Tensor | Parameters, y: Tensor | boolean) => ("weights" in x ? x.bias : x).add(y as Tensor),
      {
        engine,
      },
    );
    // A boolean can be given, but as an array.
    expectTypeOf(either).parameters.toEqualTypeOf<[Arrays<Tensor | Parameters>, ArrayArgument]>();
    expectTypeOf<Arrays<Tensor | Parameters>>().toEqualTypeOf<ArrayArgument | Arrays<Parameters>>();
    unrun(
      // @ts-expect-error a property is missing
      () => affine({ weights: [2] }, [3]),
      // @ts-expect-error there is no such property
      () => compile(({ weights }) => weights, { engine }),
      // @ts-expect-error a list of typed arrays is a list of arrays, and no matrix
      () => affine({ weights: [new Float32Array(2), new Float32Array(2)], bias: 1 }, [3]),
    );
  });

  test("refuses parameters that are no tensors, but for those that need not be given", async () => {
    const sum = (x: Tensor, { axis }: { readonly axis?: number }): Tensor => x.sum(axis);
    expect((await compile(sum, { engine })([1, 2], {})).item()).toBe(3);
    unrun(
      // @ts-expect-error a boolean
      () => compile((x, flag: boolean) => (flag ? x : x.neg()), { engine }),
      // @ts-expect-error a list of numbers
      () => compile((x: Tensor, numbers: number[]) => x.add(numbers), { engine }),
      // @ts-expect-error an array of the host
      () => compile((x: Tensor, numbers: Float32Array) => x.add(numbers), { engine }),
      // @ts-expect-error text
      () => compile((x: Tensor, text: string) => (text === "" ? x : x.neg()), { engine }),
      // @ts-expect-error a boolean
      () => compileSync((x, flag: boolean) => (flag ? x : x.neg()), { engine }),
      // @ts-expect-error a record with a number in it
      () => compile((x: Tensor, { axis }: { readonly axis: number }) => x.sum(axis), { engine }),
      // @ts-expect-error a function
      () => compile((x: Tensor, fn: (x: Tensor) => Tensor) => fn(x), { engine }),
      // @ts-expect-error a number, where a tensor could be given
      () => compile(sum, { engine })([1], { axis: 0 }),
      // @ts-expect-error no function
      () => compile(3, { engine }),
    );
  });

  test.each<[string, () => unknown]>([
    // @ts-expect-error
    ["text", () => compile((x) => x.toString(), { engine })([1])],
    // @ts-expect-error
    ["text in a record", () => compile((x) => ({ loss: x, name: "loss" }), { engine })([1])],
    // @ts-expect-error
    ["text in a pair", () => compile((x: Tensor) => [x, "loss"] as const, { engine })([1])],
    // @ts-expect-error
    ["nothing", () => compile((x) => void x.add(1), { engine })([1])],
    // @ts-expect-error
    ["perhaps nothing", () => compile((x: Tensor) => (x.rank === 0 ? x : undefined), { engine })([1])],
    // @ts-expect-error
    ["a promise", () => compile(async (x: Tensor) => x, { engine })([1])],
    // @ts-expect-error
    ["a function", () => compileSync((x: Tensor) => () => x, { engine })([1])],
    // @ts-expect-error
    ["an evaluated text", () => evaluate("loss", { engine })],
    // @ts-expect-error
    ["an evaluated list of functions", () => evaluateSync([product], { engine })],
  ])("refuses results that are no tensors: %s", async (_, call) => {
    await expect(async () => call()).rejects.toThrow(DTypeError);
  });

  test("gives an array for whatever stands for a tensor", async () => {
    const number = compile(() => 3, { engine });
    expectTypeOf(number).returns.resolves.toEqualTypeOf<NDArray>();
    expect((await number()).item()).toBe(3);
    const lists = compile((x: Tensor) => [x.sum(), { same: x, literal: [1, 2] }] as const, { engine });
    expectTypeOf(lists).returns.resolves.toEqualTypeOf<[NDArray, { same: NDArray; literal: NDArray }]>();
    const optional = compile((x: Tensor): { all: Tensor; sum?: Tensor } => ({ all: x }), { engine });
    expectTypeOf(optional).returns.resolves.toEqualTypeOf<{ all: NDArray; sum?: NDArray }>();
    expect(await optional([1])).toMatchObject({ all: { shape: [1] } });
    const held = compile((x) => [x, x.sum()] as const, { engine, results: "device" });
    expectTypeOf(held).returns.resolves.toEqualTypeOf<[DeviceArray, DeviceArray]>();
    const heldAtOnce = compileSync((x) => x.sum(), { engine, results: "device" });
    expectTypeOf(heldAtOnce).returns.toEqualTypeOf<SyncDeviceArray>();
    expectTypeOf(await evaluate({ a: product(asTensor(1), asTensor(2)) }, { engine })).toEqualTypeOf<{ a: NDArray }>();
  });

  test("gives one of several results if its function does", async () => {
    const parted = compile((x): Tensor | [Tensor, Tensor] => (x.rank === 0 ? x : [x.min(), x.max()]), { engine });
    expectTypeOf(parted).returns.resolves.toEqualTypeOf<NDArray | [NDArray, NDArray]>();
    const [least, most] = (await parted([3, 1, 2])) as [NDArray, NDArray];
    expect([least.item(), most.item()]).toEqual([1, 3]);
    unrun(() => parted.into([new Float32Array(1), new Float32Array(1)], [1, 2]));
  });

  test("takes its arguments in each of the ways in which its function does", async () => {
    const compiled = compile(overloaded, { engine });
    const atOnce = compileSync(overloaded, { engine });
    expectTypeOf(compiled([1, 2], [3, 4])).toEqualTypeOf<Promise<NDArray>>();
    expect((await compiled({ left: [1, 2], right: [3, 4] })).item()).toBe(11);
    expect(atOnce({ left: [1, 2], right: [3, 4] }).item() + atOnce([1, 2], [3, 4]).item()).toBe(22);
    unrun(
      // @ts-expect-error an argument is missing
      () => compiled([1]),
      // @ts-expect-error an argument is missing by name
      () => compiled({ left: [1] }),
    );
  });

  test("is made of a function of any parameters within one that does not know them", async () => {
    const wrap = <P>(fn: (parameters: P, x: Tensor) => Tensor) => ({
      value: compile(fn, { engine }),
      slope: compile(valueAndGrad(fn), { engine }),
    });
    const { value, slope } = wrap(({ weights }: Parameters, x) => x.mul(weights).sum());
    expectTypeOf(value).parameters.toEqualTypeOf<[Arrays<Parameters>, ArrayArgument]>();
    const [, { weights }] = await slope({ weights: [1, 2], bias: 0 }, [3, 4]);
    expect(weights.toArray()).toEqual([3, 4]);
    const all = <Given extends Tensor[], R>(fn: (...given: Given) => R) => compile(fn, { engine });
    expectTypeOf(all((x: Tensor) => ({ x }))).returns.resolves.toEqualTypeOf<{ x: NDArray }>();
  });
});

describe("a gradient", () => {
  test("is taken with respect to parameters that exist", () => {
    expectTypeOf(grad(product)).toEqualTypeOf<(a: TensorLike, b: TensorLike) => Tensor>();
    expectTypeOf(grad((a, b) => a.mul(b).sum(), { wrt: 1 })).parameters.toEqualTypeOf<[TensorLike, TensorLike]>();
    expectTypeOf(grad(product, { wrt: [1, 0] })).returns.toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(valueAndGrad(product, { wrt: 1 })).returns.toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(grad((...xs: Tensor[]) => xs[0]!.sum(), { wrt: [0, 3] })).returns.toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(
      grad((x: Tensor, y: Tensor, { bias }: Parameters) => product(x, y).add(bias), { wrt: [2, 0] }),
    ).returns.toEqualTypeOf<[{ weights: Tensor; bias: Tensor }, Tensor]>();
    unrun(
      // @ts-expect-error there are two parameters
      () => grad(product, { wrt: 2 }),
      // @ts-expect-error there are two parameters
      () => valueAndGrad(product, { wrt: 2 }),
      // @ts-expect-error there are two parameters
      () => grad(product, { wrt: [0, 2] }),
      // @ts-expect-error there are two parameters
      () => valueAndGrad((a, b) => a.mul(b).sum(), { wrt: 2 }),
      // @ts-expect-error an argument is missing
      () => grad(product)([1]),
      // @ts-expect-error there are only two parameters
      () => valueAndGrad(product)([1], [2], [3]),
    );
  });

  test("takes what interfaces describe, and gives the same", () => {
    const step = valueAndGrad(({ weights, bias }: Parameters, x: Tensor) => x.mul(weights).add(bias).sum());
    expectTypeOf(step).parameter(0).toEqualTypeOf<Like<Parameters>>();
    expectTypeOf(step).returns.toEqualTypeOf<[Tensor, { weights: Tensor; bias: Tensor }]>();
    expectTypeOf(compile(step, { engine })).returns.resolves.toEqualTypeOf<
      [NDArray, { weights: NDArray; bias: NDArray }]
    >();
  });

  test("is of a scalar, with anything beside it if that is said", () => {
    const withError = grad((x, y) => [x.sub(y).sum(), { error: x.sub(y), note: "no tensor" }], { auxiliary: true });
    expectTypeOf(withError).returns.toEqualTypeOf<[Tensor, { error: Tensor; note: string }]>();
    unrun(
      // @ts-expect-error text
      () => grad((x) => x.toString()),
      // @ts-expect-error a pair
      () => grad((x) => [x.sum(), x]),
      // @ts-expect-error no pair
      () => valueAndGrad((x) => x.sum(), { auxiliary: true }),
      // @ts-expect-error a boolean
      () => grad((x, flag: boolean) => (flag ? x : x.neg()).sum()),
      // @ts-expect-error there is no such option
      () => grad(product, { argnums: 1 }),
    );
  });

  test("by name is a record, and by position is not", async () => {
    const slope = grad(overloaded);
    expectTypeOf(slope([1], [2])).toEqualTypeOf<Tensor>();
    expectTypeOf(slope({ left: [1], right: [2] })).toEqualTypeOf<{ left: Tensor; right: Tensor }>();
    const compiled = compile(valueAndGrad(overloaded), { engine });
    expectTypeOf(compiled([1], [2])).resolves.toEqualTypeOf<[NDArray, NDArray]>();
    const [, { left, right }] = await compiled({ left: [1], right: [2] });
    expect([left.item(), right.item()]).toEqual([2, 1]);
  });
});

describe("a static argument", () => {
  const pooled = (x: Tensor, { axis, mode }: { readonly axis: number; readonly mode?: "max" | "mean" }): Tensor =>
    x[mode ?? "max"](axis);

  test("has the type of its parameter, and all others are arrays", () => {
    const compiled = compile((x, flag: boolean, y?: Tensor) => (flag ? x : x.add(y ?? 1)), { engine, static: [1] });
    expectTypeOf(compiled).parameters.toEqualTypeOf<[x: ArrayArgument, flag: boolean, y?: ArrayArgument]>();
    const atOnce = compileSync(pooled, { engine, static: [1] });
    expectTypeOf(atOnce).parameters.toEqualTypeOf<
      [ArrayArgument, { readonly axis: number; readonly mode?: "max" | "mean" }]
    >();
    const numbers = compile(
      (names: string[], sizes: readonly number[], x: Tensor) => [x, ...names.map(() => x.reshape(sizes))],
      {
        engine,
        static: [0, 1],
      },
    );
    expectTypeOf(numbers).parameters.toEqualTypeOf<[string[], readonly number[], ArrayArgument]>();
    const added = compile((x: Tensor, numbers: Float32Array) => x.add(numbers), { engine, static: [1] });
    const anything = compile((x: Tensor, value: unknown) => x.mul(Number(value)), { engine, static: [1] });
    expectTypeOf(anything).parameter(1).toEqualTypeOf<StaticValue>();
    unrun(
      // @ts-expect-error no boolean
      () => compiled([1], [true]),
      // @ts-expect-error there is no such mode
      () => atOnce([1], { axis: 0, mode: "min" }),
      // @ts-expect-error there is no such parameter
      () => compile(pooled, { engine, static: [2] }),
      // @ts-expect-error there is no such parameter
      () => compileSync(pooled, { engine, static: [1, 2] }),
      // @ts-expect-error a number is no list
      () => compile(pooled, { engine, static: 1 }),
      // @ts-expect-error the other parameter is no tensor either
      () => compile((flag: boolean, text: string) => ones([flag ? 1 : text.length]), { engine, static: [0] }),
      // @ts-expect-error a typed array can't be static
      () => added([1], new Float32Array(1)),
      // @ts-expect-error nor can a tensor
      () => compile(product, { engine, static: [1] })([1], [2]),
    );
  });

  test("of a gradient stays what it is", () => {
    const slope = grad((x: Tensor, fn: (x: Tensor) => Tensor, y: Tensor) => fn(x).mul(y).sum(), {
      wrt: [2, 0],
      static: [1],
    });
    expectTypeOf(slope).parameters.toEqualTypeOf<[TensorLike, (x: Tensor) => Tensor, TensorLike]>();
    const step = valueAndGrad((x, options: { readonly axis: number }) => x.max(options.axis).sum(), { static: [1] });
    const compiled = compile(step, { engine, static: [1] });
    expectTypeOf(compiled).parameters.toEqualTypeOf<[ArrayArgument, { readonly axis: number }]>();
    expectTypeOf(compiled).returns.resolves.toEqualTypeOf<[NDArray, NDArray]>();
    unrun(
      // @ts-expect-error it is static for the gradient, but not for the compiled function
      () => compile(step, { engine }),
      // @ts-expect-error there is no such parameter
      () => grad(product, { static: [2] }),
      // @ts-expect-error the flag is no tensor
      () => valueAndGrad((x: Tensor, flag: boolean) => (flag ? x : x.neg()).sum()),
    );
  });

  test("is given to explain as it is", async () => {
    const text = await explain(pooled, { engine, static: [1] }, { shape: [2, 3] }, { axis: 1 });
    expect(text).toContain("f32[2]");
    unrun(
      // @ts-expect-error a type, and no value
      () => explain(pooled, { engine, static: [1] }, { shape: [2, 3] }, { shape: [1] }),
      // @ts-expect-error nothing is static
      () => explain(pooled, { engine }, { shape: [2, 3] }, { axis: 1 }),
    );
  });
});

test("a type that contains itself is a tree, or is refused", () => {
  interface Chain {
    readonly value: Tensor;
    readonly next?: Chain;
  }
  const chained = compileSync((x): Chain => ({ value: x, next: { value: x.neg() } }), { engine });
  const { value, next } = chained([1]);
  expectTypeOf(value).toEqualTypeOf<NDArray>();
  expect(next?.value.item()).toBe(-1);
  unrun(
    () =>
      compile(({ value, next }: Chain) => value.add(next?.value ?? 0), { engine })({ value: 1, next: { value: 2 } }),
    // @ts-expect-error it holds no tensors
    () => compile((x: Tensor, _value: StaticValue) => x, { engine }),
  );
});

test("a scan carries and gives what interfaces describe, and tensors only", () => {
  const step = ({ weights, bias }: Parameters, x: Tensor): [Parameters, Parameters] => [
    { weights: weights.mul(x), bias: bias.add(x) },
    { weights, bias },
  ];
  const start: Parameters = { weights: asTensor(1), bias: asTensor(0) };
  const [last, all] = scan(step, start, [2, 3]);
  expectTypeOf(last).toEqualTypeOf<{ weights: Tensor; bias: Tensor }>();
  expect(evaluateSync([last.weights, last.bias], { engine }).map((value) => value.item())).toEqual([6, 5]);
  expect(evaluateSync(all, { engine }).bias.toArray()).toEqual([0, 2]);
  expectTypeOf(scan((sum, x) => [sum.add(x), x], 0, [1, 2])).toEqualTypeOf<[Tensor, Tensor]>();
  unrun(
    // @ts-expect-error text
    () => scan((carry, x) => [carry, x], "0", [1, 2]),
    // @ts-expect-error text
    () => scan((carry, x) => [carry, x.toString()], 0, [1, 2]),
    // @ts-expect-error a function
    () => scan((carry) => [carry], 0, { step }),
  );
});

describe("an array", () => {
  test("has elements of the dtype that is known", () => {
    expectTypeOf(ndarray(new Float32Array(3)).data).toEqualTypeOf<Float32Array>();
    expectTypeOf(ndarray(new Float64Array(3))).toEqualTypeOf<NDArray<"float64">>();
    expectTypeOf(ndarray(new Uint8Array(3)).data).toEqualTypeOf<Int32Array>();
    expectTypeOf(ndarray([[1, 2]])).toEqualTypeOf<NDArray<"float32">>();
    expectTypeOf(ndarray(3, undefined, "int32")).toEqualTypeOf<NDArray<"int32">>();
    expectTypeOf(ndarray(new Float64Array(3), [3], "float32").data).toEqualTypeOf<Float32Array>();
    expectTypeOf(ndarray([new Float32Array(3), new Float32Array(3)])).toEqualTypeOf<NDArray<"float32">>();
    expectTypeOf(ndarray(ndarray(true)).data).toEqualTypeOf<Uint8Array>();
    expectTypeOf(new NDArray(new Int32Array(3), [3], "int32").data).toEqualTypeOf<Int32Array>();
    expectTypeOf(ndarray(true).toArray()).toEqualTypeOf<Nested<boolean>>();
    expectTypeOf(ndarray([1, 2]).toArray()).toEqualTypeOf<Nested<number>>();
  });

  test("has any of the dtypes that are possible", () => {
    // Without elements, booleans are as good as numbers.
    expectTypeOf(ndarray([true, false])).toEqualTypeOf<NDArray>();
    expect(ndarray([] as boolean[]).dtype).toBe("float32");
    expectTypeOf(ndarray([1, true])).toEqualTypeOf<NDArray>();
    expectTypeOf(ndarray([1] as ArrayInput)).toEqualTypeOf<NDArray>();
    expectTypeOf(ndarray([1], [1], "int32" as "int32" | "bool").data).toEqualTypeOf<Int32Array | Uint8Array>();
    expectTypeOf(ndarray(new Float32Array(1) as Float32Array | Float64Array).dtype).toEqualTypeOf<
      "float32" | "float64"
    >();
    expectTypeOf<NDArray["data"]>().toEqualTypeOf<TypedArray>();
    expectTypeOf<NDArray>().toEqualTypeOf<NDArray<DType>>();
    expectTypeOf(ndarray([1])).toExtend<NDArray>();
    expectTypeOf(ndarray([1])).not.toExtend<NDArray<"int32">>();
    const unknown: unknown = ndarray([1]);
    expectTypeOf(unknown instanceof NDArray ? unknown.data : null).toEqualTypeOf<TypedArray | null>();
    expectTypeOf(isNDArray(unknown) ? unknown.data : null).toEqualTypeOf<TypedArray | null>();
  });
});

describe("an array of another library", () => {
  const floats = { data: new Float64Array(2), shape: [2] };
  const bytes = { data: new Uint8Array(2), dims: [2], type: "bool" as string };

  test("has the dtype of its data, as far as that is known", () => {
    expectTypeOf(ndarray(floats)).toEqualTypeOf<NDArray<"float64">>();
    expectTypeOf(ndarray({ data: new Int16Array(1), shape: [1] }).data).toEqualTypeOf<Int32Array>();
    expectTypeOf(ndarray(bytes).dtype).toEqualTypeOf<"int32" | "bool">();
    expectTypeOf(ndarray(floats, [2], "float32").data).toEqualTypeOf<Float32Array>();
    expectTypeOf(ndarray(structuredClone(ndarray([1])))).toEqualTypeOf<NDArray<"float32">>();
    expectTypeOf<DTypeOf<ArrayRecord>>().toEqualTypeOf<DType>();
    // What JSON.parse or postMessage gives.
    expectTypeOf(ndarray([1] as unknown as ReturnType<typeof JSON.parse>)).toEqualTypeOf<NDArray>();
    unrun(
      // @ts-expect-error its data is a list
      () => ndarray({ data: [1, 2], shape: [2] }),
      // @ts-expect-error it has no lengths
      () => ndarray({ data: new Float32Array(2) }),
    );
  });

  test("is a leaf", async () => {
    const product = compile(({ weights, bias }: Parameters, x: Tensor) => x.mul(weights).add(bias), { engine });
    expect((await product({ weights: floats, bias: bytes }, floats)).dtype).toBe("float64");
    expectTypeOf(floats).toExtend<ArrayArgument>();
    expectTypeOf<LeafOf<{ a: typeof floats; b: number }>>().toEqualTypeOf<typeof floats | number>();
    expectTypeOf<Mapped<{ a: typeof floats; b: number[] }, "leaf">>().toEqualTypeOf<{ a: "leaf"; b: "leaf" }>();
    expectTypeOf<Uploaded<{ a: typeof floats }>>().toEqualTypeOf<{ a: DeviceArray }>();
    unrun(
      // @ts-expect-error a function takes tensors, and what it is given is compiled to one
      () => compile((x: typeof floats) => asTensor(x), { engine }),
      // @ts-expect-error results are written into the typed array in it
      () => product.into(floats, { weights: floats, bias: bytes }, floats),
    );
  });
});

test("explain is given a type or an array for each tensor, in the structure of the arguments", async () => {
  const affine = ({ weights, bias }: Parameters, x: Tensor): Tensor => x.mul(weights).add(bias);
  const types: { readonly [Name in keyof Parameters]: InputSpec } = { weights: { shape: [2] }, bias: { shape: [] } };
  expect(await explain(affine, { engine }, types, [1, 2])).toContain("f32[2]");
  expect(await explain(overloaded, { engine }, { left: { shape: [2] }, right: [1, 2] })).toContain("x0.left");
  unrun(
    // @ts-expect-error a type is missing
    () => explain(affine, { engine }, types),
    // @ts-expect-error there is no such property
    () => explain(affine, { engine }, { ...types, extra: [1] }, [1, 2]),
    // @ts-expect-error there is no such dtype
    () => explain((x) => x, { engine }, { shape: [2], dtype: "float16" }),
    // @ts-expect-error text
    () => explain((x) => x.toString(), { engine }, [1]),
  );
});
