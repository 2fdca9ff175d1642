import { cpu } from "@symloss/engine-cpu";
import { scalar, tensor2d } from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import scijs from "ndarray";
import { describe, expect, test } from "vitest";
import {
  type Tensor,
  NDArray,
  asTensor,
  compile,
  compileSync,
  evaluateSync,
  explain,
  grad,
  jvp,
  ndarray,
  scan,
  stack,
  tree,
  upload,
  valueAndGrad,
  vmap,
} from "../index.ts";
import { HostDeviceArray } from "../engine/host-device-array.ts";
import { isForeignArray } from "./foreign-array.ts";
import { formatType } from "./type.ts";

const engine = await cpu();
const six = Float32Array.of(1, 2, 3, 4, 5, 6);

/** The type, and the elements as nested lists. */
function taken(value: unknown): readonly [string, unknown] {
  const array = ndarray(value as NDArray);
  return [formatType(array.dtype, array.shape), array.toArray()];
}

describe("a typed array with its lengths", () => {
  test("is an array, without a copy if its elements lie in order and are of a dtype of ours", () => {
    expect(taken({ data: six, shape: [2, 3] })).toEqual([
      "f32[2,3]",
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ]);
    expect(taken({ data: Int8Array.of(-1), dims: [] })).toEqual(["i32[]", -1]);
    for (const record of [
      { data: six, shape: [2, 3] },
      { data: six, dims: [6], type: "float32" },
      { data: six, shape: [3, 2], strides: [2, 1], offset: 0 },
    ]) {
      expect(ndarray(record).data.buffer).toBe(six.buffer);
    }
    expect(taken({ data: new Float64Array(0), shape: [2, 0] })).toEqual(["f64[2,0]", [[], []]]);
    expect(taken(Object.assign(Object.create(null) as object, { data: six, shape: [6] }))[0]).toBe("f32[6]");
  });

  test("is an NDArray again after structuredClone, whatever its dtype", () => {
    for (const array of [
      ndarray([1, NaN, -0]),
      ndarray(new Float64Array(2)),
      ndarray(Int32Array.of(7)),
      ndarray([true, false]),
    ]) {
      const clone: unknown = structuredClone(array);
      expect(isForeignArray(clone)).toBe(true);
      expect(taken(clone)).toEqual(taken(array));
    }
  });

  test.each<[string, string, AnyData, string, unknown]>([
    ["float32", "float32", Float32Array.of(0.5), "f32[1]", [0.5]],
    ["float64", "float64", Float64Array.of(0.1), "f64[1]", [0.1]],
    ["int8", "int8", Int8Array.of(-3), "i32[1]", [-3]],
    ["int16", "int16", Int16Array.of(-3), "i32[1]", [-3]],
    ["int32", "int32", Int32Array.of(-3), "i32[1]", [-3]],
    ["uint8", "uint8", Uint8Array.of(3), "i32[1]", [3]],
    ["clamped bytes", "uint8", Uint8ClampedArray.of(3), "i32[1]", [3]],
    ["clamped bytes of scijs", "uint8_clamped", Uint8ClampedArray.of(3), "i32[1]", [3]],
    ["clamped bytes of stdlib", "uint8c", Uint8ClampedArray.of(3), "i32[1]", [3]],
    ["a Buffer of scijs", "buffer", Buffer.of(3), "i32[1]", [3]],
    ["uint16", "uint16", Uint16Array.of(3), "i32[1]", [3]],
    ["uint32", "uint32", Uint32Array.of(3), "i32[1]", [3]],
    ["int64", "int64", BigInt64Array.of(-3n), "i32[1]", [-3]],
    ["uint64", "uint64", BigUint64Array.of(3n), "i32[1]", [3]],
    ["int64 of scijs", "bigint64", BigInt64Array.of(-3n), "i32[1]", [-3]],
    ["bool", "bool", Uint8Array.of(0, 1, 2), "bool[3]", [false, true, true]],
  ])("has the elements that its type says: %s", (_, type, data, wanted, elements) => {
    expect(taken({ data, shape: [data.length], dtype: type })).toEqual([wanted, elements]);
    expect(taken({ data, dims: [data.length], type })).toEqual([wanted, elements]);
  });

  test("takes another dtype if one is asked for", () => {
    expect(ndarray({ data: Uint8Array.of(0, 7), shape: [2], dtype: "bool" }, undefined, "float32").data).toEqual(
      Float32Array.of(0, 1),
    );
    expect(ndarray({ data: Uint32Array.of(4294967295), shape: [1] }, undefined, "float64").data[0]).toBe(4294967295);
    expect(ndarray({ data: six, shape: [6] }, [3, 2], "int32").toArray()).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
  });

  test.each<[string, object]>([
    ["a negative length", { data: six, shape: [-6] }],
    ["a fraction", { data: six, shape: [1.5, 4] }],
    ["NaN", { data: six, shape: [NaN] }],
    ["a length that is text", { data: six, dims: ["6"] }],
    ["no list", { data: six, shape: 6 }],
    ["lengths of another size", { data: six, shape: [2, 2] }],
    ["lengths beyond all memory", { data: six, shape: Array.from({ length: 40 }, () => Number.MAX_SAFE_INTEGER) }],
    ["bits of float16", { data: Uint16Array.of(15360), dims: [1], type: "float16" }],
    ["a type of another typed array", { data: six, shape: [6], dtype: "float64" }],
    ["an unknown type", { data: six, shape: [3], dtype: "complex64" }],
    ["a type that is no name", { data: six, shape: [6], type: { name: "float32" } }],
    ["a type that is a name of every object", { data: six, shape: [6], dtype: "constructor" }],
    ["integers beyond int32", { data: Uint32Array.of(1, 2, 3, 2 ** 31), shape: [2, 2] }],
    ["a view that is no typed array", { data: new DataView(new ArrayBuffer(8)), shape: [1] }],
    ["strides of another rank", { data: six, shape: [6], stride: [1, 1] }],
    ["a stride that is a fraction", { data: six, shape: [3], stride: [1.5] }],
    ["an offset that is none", { data: six, shape: [3], offset: "1" }],
    ["elements behind the last", { data: six, shape: [2, 3], stride: [3, 1], offset: 1 }],
    ["elements before the first", { data: six, shape: [6], stride: [-1], offset: 4 }],
    ["an element again and again", { data: six, shape: [2 ** 31], stride: [0] }],
    ["an offset that is huge", { data: six, shape: [1], offset: 2 ** 53 - 1 }],
    ["elements in a list, as scijs allows", scijs([1, 2, 3])],
  ])("is refused if it has %s", (_, record) => {
    expect(() => ndarray(record as never)).toThrowErrorMatchingSnapshot();
  });

  test("is refused if its buffer was transferred", () => {
    const data = new Float32Array(2);
    const record = { data, shape: [2] };
    structuredClone(data.buffer, { transfer: [data.buffer] });
    expect(() => ndarray(record)).toThrow(
      "values must hold its elements, got a Float32Array whose buffer was transferred",
    );
  });
});

type AnyData = Parameters<typeof ndarray>[0] & ArrayBufferView & { readonly length: number };

describe("strides", () => {
  test.each([
    ["a view as it is", scijs(six, [2, 3])],
    ["a transposed one", scijs(six, [2, 3]).transpose(1, 0)],
    ["every second", scijs(six, [6]).step(2)],
    ["from the last to the first", scijs(six, [6]).step(-1)],
    ["both axes backwards", scijs(six, [2, 3]).step(-1, -1)],
    ["a part of each row", scijs(six, [2, 3]).lo(0, 1)],
    ["a row", scijs(six, [2, 3]).pick(1, null)],
    ["a column", scijs(six, [2, 3]).pick(null, 2)],
    ["one element", scijs(six, [2, 3]).pick(1, 1)],
    ["none", scijs(six, [2, 3]).hi(0, 3)],
    ["large integers", scijs(new Uint32Array([4, 3, 2, 1]), [2, 2]).transpose(1, 0)],
    ["bigints", scijs(new BigInt64Array([4n, 3n, 2n, 1n]), [2, 2]).transpose(1, 0)],
    ["a Buffer", scijs(Buffer.of(1, 2, 3, 4), [2, 2]).transpose(1, 0)],
  ])("of scijs are honoured: %s", (_, view) => {
    const array = ndarray(view as never);
    expect(array.shape).toEqual(view.shape);
    const wanted: number[] = [];
    const positions = (axis: number, position: readonly number[]): void => {
      if (axis === view.shape.length) wanted.push(Number(view.get(...position)));
      else for (let index = 0; index < view.shape[axis]!; index++) positions(axis + 1, [...position, index]);
    };
    positions(0, []);
    expect([...array.data]).toEqual(wanted);
  });

  test("copy nothing where the elements lie one after the other", () => {
    const row = ndarray(scijs(six, [2, 3]).pick(1, null));
    expect(row.data).toEqual(Float32Array.of(4, 5, 6));
    expect(row.data.buffer).toBe(six.buffer);
    expect(ndarray({ data: six, shape: [1, 6], stride: [99, 1] }).data.buffer).toBe(six.buffer);
  });

  test("may follow from the order of columns, as npyjs has it", () => {
    expect(taken({ data: six, shape: [2, 3], dtype: "float32", fortranOrder: true })[1]).toEqual([
      [1, 3, 5],
      [2, 4, 6],
    ]);
    expect(taken({ data: six, shape: [2, 3], dtype: "float32", fortranOrder: false })[1]).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });
});

describe("wherever arrays are taken", () => {
  const record = { data: Float64Array.of(0.1, 0.2), shape: [2] };
  const clone = structuredClone(ndarray(Float64Array.of(0.1, 0.2)));

  test("it is one argument, and no tree; and numbers take its precision", async () => {
    const sum = compile((x: Tensor, y: Tensor) => x.add(y), { engine });
    for (const given of [record, clone, scijs(record.data, [2])]) {
      const result = await sum(given, 0.1);
      expect([result.dtype, ...result.data]).toEqual(["float64", 0.1 + 0.1, 0.2 + 0.1]);
    }
    expect(
      (await sum({ ...record, dtype: "float64" }, { data: Uint8Array.of(1, 0), dims: [2], type: "bool" })).data,
    ).toEqual(Float64Array.of(1.1, 0.2));
    const nested = compileSync(({ a, b: [b] }: { a: Tensor; b: [Tensor] }) => a.mul(b), { engine });
    expect(nested({ a: record, b: [clone] }).data).toEqual(Float64Array.of(0.1 * 0.1, 0.2 * 0.2));
  });

  test("it is a tensor, an operand and a result", () => {
    expect(asTensor(record).toString()).toBe("f64[2]");
    expect(evaluateSync(asTensor([1, 2]).add(record), { engine }).data).toEqual(Float64Array.of(1.1, 2.2));
    expect(evaluateSync(stack([record, clone]), { engine }).shape).toEqual([2, 2]);
    expect(compileSync(() => ({ record }), { engine })().record.data).toEqual(record.data);
    // A tensor never changes.
    const data = Float32Array.of(1);
    const tensor = asTensor({ data, shape: [1] });
    data[0] = 2;
    expect(evaluateSync(tensor, { engine }).item()).toBe(1);
  });

  test("it is a leaf of a tree", async () => {
    const parameters = { weights: record, bias: [1] };
    expect(tree.leaves(parameters)).toEqual([record, [1]]);
    expect(tree.map((leaf) => ndarray(leaf).dtype, parameters)).toEqual({ weights: "float64", bias: "float32" });
    const handles = await upload(parameters, { engine });
    expect([await handles.weights.read(), await handles.bias.read()]).toEqual([record.data, Float64Array.of(1)]);
  });

  test("it is differentiated, mapped, scanned and explained", async () => {
    const loss = (x: Tensor): Tensor => x.mul(0.1).sum();
    expect(evaluateSync(grad(loss)(record), { engine }).data).toEqual(Float64Array.of(0.1, 0.1));
    expect(evaluateSync(valueAndGrad(loss)({ data: six, dims: [6] })[1], { engine }).dtype).toBe("float32");
    expect(evaluateSync(jvp(loss)(record, record)[1], { engine }).dtype).toBe("float64");
    expect(evaluateSync(vmap((x: Tensor) => x.sum())({ data: six, shape: [2, 3] }), { engine }).data).toEqual(
      Float32Array.of(6, 15),
    );
    expect(
      evaluateSync(
        scan((sum, x) => [sum.add(x), sum], record, { data: Float64Array.of(1, 2, 3, 4), shape: [2, 2] })[0],
        { engine },
      ).shape,
    ).toEqual([2]);
    expect(await explain(loss, { engine }, clone)).toContain("f64[2]");
  });

  test("results are written into the typed array in it", () => {
    const pair = compileSync((x: Tensor) => [x, x.neg()], { engine });
    const [into, other] = [{ data: new Float32Array(1), shape: [1] }, new Float32Array(1)];
    expect(() => pair.into([into, other] as never, [1])).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: into: outputs [0] must be an NDArray or a typed array that holds f32[1], got a record of data, shape. Give the typed array in it: x.data.]`,
    );
    pair.into([into.data, other], [1]);
    expect([...into.data, ...other]).toEqual([1, -1]);
  });

  test("it is no row, and no element", () => {
    expect(() => ndarray([record] as never)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: ndarray: values must hold numbers or booleans, got a record of data, shape. Use stack([..]) to make one Tensor of several.]`,
    );
  });
});

/** As jax-js makes them: their elements are read once, which ends them. */
class JaxArray {
  readonly shape = [2];
  readonly dtype = "float32";
  dataSync(): never {
    throw new Error("it was read");
  }
}

/** As Apache Arrow makes them. */
class Vector {
  readonly type = { typeId: 3 };
  readonly data = [{}];
  readonly stride = 1;
  readonly nullCount: number;
  constructor(nullCount: number) {
    this.nullCount = nullCount;
  }
  get length(): number {
    return 3;
  }
  toArray(): Float32Array {
    return new Float32Array(3);
  }
}

/** As ONNX Runtime makes them where the elements are on a GPU. */
class TensorOfGpu {
  readonly type = "float32";
  readonly dims = [2];
  readonly location = "gpu-buffer";
  get data(): never {
    throw new Error("The data is not on CPU.");
  }
}

describe("an array that has to be asked for its elements", () => {
  test.each<[string, object]>([
    ["of TensorFlow.js", tensor2d([[1, 2]])],
    ["of TensorFlow.js, a scalar", scalar(1)],
    ["of jax-js", new JaxArray()],
    ["of Arrow", new Vector(0)],
    ["of Arrow, with nulls", new Vector(2)],
    ["of a GPU", new TensorOfGpu()],
  ])("%s is refused with the call, in every place", async (_, foreign) => {
    expect(isForeignArray(foreign)).toBe(true);
    expect(() => ndarray(foreign as never)).toThrowErrorMatchingSnapshot();
    const message = /must hold its elements in a typed array, got a \w+ of another library, whose/;
    expect(() => asTensor([1]).add(foreign as never)).toThrow(message);
    expect(() => compileSync((x: Tensor) => x, { engine })(foreign as never)).toThrow(
      /^compileSync: argument 0 must hold/,
    );
    expect(() => vmap((x: Tensor) => x)(foreign as never)).toThrow(message);
    expect(() => compileSync(() => foreign as never, { engine })()).toThrow(message);
    await expect(upload({ weights: foreign } as never, { engine })).rejects.toThrow(/^upload: weights must hold/);
    await expect(explain((x: Tensor) => x, { engine }, foreign as never)).rejects.toThrow(message);
  });

  test("gives them by that call", () => {
    const tensor = tensor2d([[1, 2]]);
    expect(ndarray(tensor.dataSync() as Float32Array, tensor.shape).toArray()).toEqual([[1, 2]]);
    expect(ndarray(new Vector(0).toArray()).shape).toEqual([3]);
  });
});

describe("what is none", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const handle = new HostDeviceArray(engine, Float32Array.of(1), [1], "float32");
  const throwing = Object.defineProperty({ data: six }, "shape", {
    get: () => {
      throw new Error("no");
    },
  });

  test.each<[string, unknown]>([
    ["JSON of one", JSON.parse('{"dtype":"float32","shape":[2],"data":[1,2]}')],
    [
      "JSON that has it all",
      JSON.parse(
        '{"data":{"0":1,"length":1},"shape":[1],"dims":[1],"dataSync":"x","toArray":"x","length":1,"nullCount":0}',
      ),
    ],
    ["a list", [1, 2]],
    ["an NDArray", ndarray([1])],
    ["a tensor", asTensor([1])],
    ["a device array", handle],
    ["a typed array", six],
    ["lengths that are none", { data: six, shape: [-1] }],
    ["a tree of arrays", { data: six, shape: [0.5] }],
    ["an object that can't be looked at", proxy],
    ["a getter that throws", throwing],
    ["null", null],
    ["text", "data"],
  ])("is not taken for one: %s", (_, value) => {
    expect(isForeignArray(value)).toBe(false);
  });

  test("is an error of ours wherever it is given", () => {
    for (const value of [
      throwing,
      { data: six, shape: [-1] },
      {
        data: six,
        shape: [6],
        get type(): never {
          throw new Error("no");
        },
      },
    ]) {
      expect(() => ndarray(value as never)).toThrow(/^ndarray: (the shape of )?values must be/);
    }
  });

  test("JSON is a tree, or is read by the function for it", () => {
    const json: unknown = JSON.parse(JSON.stringify(ndarray([1, 2])));
    expect(() => ndarray(json as never)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: ndarray: values must hold its elements in a typed array, got a record, whose data is a list. What toJSON gave is read by NDArray.from(x).]`,
    );
    expect(NDArray.from(json as never).toArray()).toEqual([1, 2]);
    expect(tree.leaves({ data: six, shape: [0.5] })).toEqual([six, [0.5]]);
  });

  test("reads each part once", () => {
    let reads = 0;
    const record = {
      shape: [6],
      get data() {
        reads++;
        return six;
      },
    };
    ndarray(record);
    expect(reads).toBe(1);
  });
});
