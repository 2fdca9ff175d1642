/** What would a malicious or mistaken caller pass? Text that is code, JSON that poses as an array, and everything that is not an array. */

/** A value, and its name in reports. Created anew for each call, so that no call sees what another did to it. */
export interface HostileValue {
  readonly name: string;
  readonly make: () => unknown;
}

/** The property of the global object that the texts set when they run as code. */
export const trace = "symlossRan";

/** Code for each context in which a printer might put a text: an expression, a statement, a subscript, a string, a comment, a template. */
const texts: readonly string[] = [
  `(globalThis.${trace}=1)`,
  `0);globalThis.${trace}=1;(0`,
  `0]=0;globalThis.${trace}=1;[0`,
  `"+(globalThis.${trace}=1)+"`,
  `*/globalThis.${trace}=1;/*`,
  `\nglobalThis.${trace}=1\n//`,
  `\${globalThis.${trace}=1}`,
];

/** Whether a text has run as code since the last check. */
export function hasRun(): boolean {
  const ran = trace in globalThis;
  Reflect.deleteProperty(globalThis, trace);
  return ran;
}

/** All of them. */
export function hostileValues(): HostileValue[] {
  return [...plainTexts(), ...poses(), ...numbers(), ...objects(), ...arrays(), ...lists()];
}

function plainTexts(): HostileValue[] {
  return ["", "5", "-1", "x", "float16", "__proto__", "constructor", "\ud800", "a,b", ...texts].map((text) =>
    value(`the text ${JSON.stringify(text)}`, () => text),
  );
}

/** Each form with the plain expression and one of the other texts, so that each text poses as something. */
function poses(): HostileValue[] {
  const forms = texts.map(formsOf);
  return Object.keys(forms[0]!).flatMap((name, index) =>
    [0, 1 + (index % (texts.length - 1))].map((turn) => {
      const json = JSON.stringify(forms[turn]![name]);
      return value(`${JSON.stringify(texts[turn])} as ${name}`, () => JSON.parse(json) as unknown);
    }),
  );
}

/** The text wherever JSON can carry it: as elements, a length, a type, an operation, an option. */
function formsOf(text: string): Readonly<Record<string, unknown>> {
  const array = { kind: "symloss.NDArray", shape: [], dtype: "float32", data: [text] };
  const tensor = { kind: "symloss.Tensor", operation: "constant", inputs: [], shape: [], dtype: "float32" };
  return {
    "a list": [text],
    "a record": { axis: text, shape: text, dtype: text, data: text },
    "the elements of an NDArray": array,
    "a length of an NDArray": { ...array, shape: [text], data: [1] },
    "the dtype of an NDArray": { ...array, dtype: text, data: [1] },
    "the elements of a Tensor": { ...tensor, attributes: { data: [text], shape: [], dtype: "float32" } },
    "the operation of a Tensor": { ...tensor, operation: text, attributes: {} },
    "a length of a Tensor": { ...tensor, shape: [text], attributes: { data: [1], shape: [text], dtype: "float32" } },
    "a device array": { engine: {}, shape: [text], dtype: text, read: text, dispose: text },
    "a graph": { inputs: [], outputs: [{ ...tensor, attributes: { data: [text], shape: [], dtype: text } }] },
    "an input": { x: { shape: [text], dtype: text } },
  };
}

function numbers(): HostileValue[] {
  const all = [NaN, Infinity, -Infinity, -1, -0, 0.5, 7, 2 ** 53, 1e300, 1n, -(2n ** 70n)];
  return [...all.map((number) => value(`${typeof number} ${String(number)}`, () => number)), value("true", () => true)];
}

function objects(): HostileValue[] {
  return [
    value("undefined", () => undefined),
    value("null", () => null),
    value("a symbol", () => Symbol("hostile")),
    value("an empty record", () => ({})),
    value("a record without a prototype", () => Object.create(null) as unknown),
    value("a record of surprises", () => ({ axis: {}, shape: null, dtype: 5, data: {} })),
    value("a record that holds itself", () => {
      const record: Record<string, unknown> = {};
      record["self"] = record;
      return record;
    }),
    value("a function", () => () => "surprise"),
    value("a date", () => new Date(0)),
    value("a map", () => new Map([[1, 2]])),
    value("an expression", () => /x/),
    value("an error", () => new Error("hostile")),
    value("a promise", () => Promise.resolve(1)),
    value("an instance", () => new (class Hostile {})()),
    value("what turns into text only by throwing", () => ({
      toString() {
        throw new RangeError("never a text");
      },
    })),
  ];
}

function arrays(): HostileValue[] {
  return [
    value("an ArrayBuffer", () => new ArrayBuffer(8)),
    value("a DataView", () => new DataView(new ArrayBuffer(8))),
    value("a BigInt64Array", () => new BigInt64Array([1n, 2n ** 40n])),
    value("an empty Float32Array", () => new Float32Array(0)),
    value("a Float32Array of NaN", () => new Float32Array([NaN, NaN, NaN])),
    value("a Float32Array whose memory is gone", () => {
      const array = new Float32Array(4);
      structuredClone(array, { transfer: [array.buffer] });
      return array;
    }),
  ];
}

function lists(): HostileValue[] {
  return [
    value("an empty list", () => []),
    value("a list of empty lists", () => [[], []]),
    value("a ragged list", () => [[1, 2], [3]]),
    value("a list with a hole", () => Array.from({ length: 3 })),
    value("a list of texts", () => ["a", "b"]),
    value("a list of bigints", () => [1n, 2n]),
    value("a list of null", () => [null]),
    value("a list of negative lengths", () => [-1, -2]),
    value("a list of NaN", () => [NaN, NaN]),
    value("a list 20,000 deep", () => deep(20_000)),
    value("a list that holds itself", () => {
      const list: unknown[] = [];
      list.push(list);
      return list;
    }),
  ];
}

function deep(levels: number): unknown {
  let list: unknown = 1;
  for (let level = 0; level < levels; level++) list = [list];
  return list;
}

function value(name: string, make: () => unknown): HostileValue {
  return { name, make };
}
