/** Does every invalid value of an option cause an error of this library that names function and option? */
import type { Tensor } from "@symloss/core";
import { isSymlossError } from "@symloss/core/engine";
import * as ort from "onnxruntime-web/wasm";
import { describe, expect, test } from "vitest";
import { exportOnnx, onnx } from "./index.ts";

const holdsItself: unknown[] = [];
holdsItself.push(holdsItself);

/** Values that someone may pass by mistake, or on purpose. */
const hostile: readonly (readonly [string, unknown])[] = [
  ["null", null],
  ["a boolean", true],
  ["a number", 1.5],
  ["NaN", NaN],
  ["a negative number", -1],
  ["a bigint", 10n],
  ["a symbol", Symbol("s")],
  ["a text", "(globalThis.ran=1)"],
  ["a function", () => 1],
  ["a list of numbers", [1, 2]],
  ["a list of a symbol", [Symbol("s")]],
  ["a list that holds itself", holdsItself],
  ["a record of numbers", { a: 1 }],
  ["a record of bigints", { a: 1n }],
  ["a record of records", { a: { shape: ["a", "(globalThis.ran=1)"], type: "float32" } }],
  ["a record that JSON made", JSON.parse('{"kind":"symloss.Tensor","shape":["(globalThis.ran=1)"],"dtype":"float32"}')],
  ["a Map", new Map([["x", 1]])],
  ["a Date", new Date(0)],
  ["a typed array", new Float32Array(2)],
  ["a promise", Promise.resolve({})],
  ["a promise that is rejected", Promise.reject(new Error("unheard"))],
];
for (const [, value] of hostile) if (value instanceof Promise) value.catch(() => {});

const inputs = { x: { shape: [2] } };
const identity = ({ x }: Readonly<Record<string, Tensor>>): Tensor => x!;

/** The values that are valid after all: a name may be any string, metadata any strings, a result any numbers. */
const allowed = new Set([
  "exportOnnx(value) a function",
  "exportOnnx(fn, { name: value }) a text",
  "exportOnnx(fn, { outputs: [value] }) a text",
  "exportOnnx(fn, { inputs: { x: { shape: value } } }) a list of numbers",
  "exportOnnx(fn, { inputs: { x: { shape: [value] } } }) a text",
  "exportOnnx(fn, { metadata: { x: value } }) a text",
  ...[
    "a boolean",
    "a number",
    "NaN",
    "a negative number",
    "a list of numbers",
    "a record of numbers",
    "a typed array",
  ].map((value) => `exportOnnx(() => value) ${value}`),
  // A folder, from which the runtime would load its files.
  "onnx({ wasmPaths: value }) a text",
]);

/** Each place where a value may be passed, and what its messages name. */
const places: readonly (readonly [string, string, (value: never) => unknown])[] = [
  ["onnx(value)", "options", (value) => onnx(value)],
  ...["ort", "executionProviders", "wasmPaths", "numThreads", "threads"].map(
    (name) => [`onnx({ ${name}: value })`, name, (value: never) => onnx({ [name]: value } as never)] as const,
  ),
  ...["env", "InferenceSession", "Tensor"].map(
    (name) =>
      [
        `onnx({ ort: { ${name}: value } })`,
        "ort|runtime",
        (value: never) => onnx({ ort: { ...ort, [name]: value } as never }),
      ] as const,
  ),
  ["exportOnnx(value)", "fn", (value) => exportOnnx(value, { inputs })],
  ["exportOnnx(fn, value)", "options|inputs", (value) => exportOnnx(identity, value)],
  ["exportOnnx(fn, { inputs: value })", "input", (value) => exportOnnx(identity, { inputs: value })],
  ...["outputs", "gradient", "gradients", "name", "metadata"].map(
    (name) =>
      [
        `exportOnnx(fn, { ${name}: value })`,
        name,
        (value: never) => exportOnnx(identity, { inputs, [name]: value } as never),
      ] as const,
  ),
  ["exportOnnx(fn, { inputs: { x: value } })", "input", (value) => exportOnnx(identity, { inputs: { x: value } })],
  [
    "exportOnnx(fn, { inputs: { x: { shape: value } } })",
    "shape",
    (value) => exportOnnx(identity, { inputs: { x: { shape: value } } }),
  ],
  [
    "exportOnnx(fn, { inputs: { x: { shape: [value] } } })",
    "shape",
    (value) => exportOnnx(identity, { inputs: { x: { shape: [value] } } }),
  ],
  [
    "exportOnnx(fn, { inputs: { x: { dtype: value } } })",
    "dtype",
    (value) => exportOnnx(identity, { inputs: { x: { shape: [2], dtype: value } } }),
  ],
  [
    "exportOnnx(fn, { inputs: { x: { type: value } } })",
    "type",
    (value) => exportOnnx(identity, { inputs: { x: { shape: [2], type: value } as never } }),
  ],
  [
    "exportOnnx(fn, { metadata: { x: value } })",
    "metadata",
    (value) => exportOnnx(identity, { inputs, metadata: { x: value } }),
  ],
  ["exportOnnx(fn, { outputs: [value] })", "output", (value) => exportOnnx(identity, { inputs, outputs: [value] })],
  ["exportOnnx(() => value)", " must ", (value) => exportOnnx(() => value, { inputs })],
];

describe.each(places)("%s", (place, names, run) => {
  const refused = hostile.filter(([title]) => !allowed.has(`${place} ${title}`));
  test.each(refused)("%s", async (_, value) => {
    let thrown: unknown;
    try {
      await run(value as never);
    } catch (error) {
      thrown = error;
    }
    const { name, message } = thrown as Error;
    expect([isSymlossError(thrown), `${name}: ${message}`]).toEqual([
      true,
      expect.stringMatching(new RegExp(`(onnx|exportOnnx).*(${names})`, "i")),
    ]);
  });
});

test("nothing at all", () => {
  expect(() => exportOnnx(...([] as unknown as Parameters<typeof exportOnnx>))).toThrow(
    /^exportOnnx: fn must be a function, got undefined/,
  );
  expect(() => exportOnnx(...([identity] as unknown as Parameters<typeof exportOnnx>))).toThrow(
    /^exportOnnx: inputs must be a record, got undefined/,
  );
});

test("no text was run", () => expect(Reflect.get(globalThis, "ran")).toBeUndefined());
