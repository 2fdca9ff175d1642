/** Does a run compute with what its arguments held when it was called, even if they change right afterwards? */
import { type Tensor, concat, ndarray } from "@symloss/core";
import { type DType, type Engine, type TypedArray, allocate, prepare, traceGraph } from "@symloss/core/engine";

/** The dtypes and lengths of the inputs: the largest is first, in the middle, last, or one of two. */
type Signature = readonly (readonly [DType, number])[];

const signatures: readonly Signature[] = [
  [["float32", 1000]],
  [["bool", 10]],
  [
    ["float32", 1000],
    ["float32", 10],
  ],
  [
    ["float32", 10],
    ["float32", 1000],
    ["float32", 30],
  ],
  [
    ["float64", 10],
    ["int32", 30],
    ["bool", 5000],
  ],
  [
    ["float32", 300_000],
    ["float32", 300_000],
  ],
];

/** A description of what is wrong. */
export async function lateWrites(engine: Engine): Promise<string[]> {
  const found: string[] = [];
  for (const signature of signatures) {
    if (signature.some(([dtype]) => !engine.traits.dtypes.includes(dtype))) continue;
    const title = signature.map(([dtype, length]) => `${dtype}[${length}]`).join(" ");
    found.push(...(await lateWritesOf(engine, signature)).map((text) => `${title}: ${text}`));
  }
  return found;
}

async function lateWritesOf(engine: Engine, signature: Signature): Promise<string[]> {
  const inputs = Object.fromEntries(
    signature.map(([dtype, length], index) => [`x${index}`, { shape: [length], dtype }]),
  );
  // The inputs unchanged, and results computed from them: an engine might return the array it was given.
  const fn = (given: Readonly<Record<string, Tensor>>): Tensor[] => [
    ...Object.values(given),
    concat(
      Object.values(given).map((x) => x.cast("float32").mul(2)),
      0,
    ),
  ];
  const executable = await engine.compile(prepare(traceGraph("test", fn, inputs), engine));
  const given = (value: number): TypedArray[] =>
    signature.map(([dtype, length]) => allocate(dtype, length).fill(value));
  const found: string[] = [];
  const check = (when: string, results: readonly TypedArray[]): void => {
    const wrong = results.findIndex(
      (array, index) => !array.every((value) => value === (index === signature.length ? 2 : 1)),
    );
    if (wrong !== -1) found.push(`result ${wrong} has other numbers ${when}`);
  };
  // Two runs at once: the second waits for the first.
  const calls = [given(1), given(1)];
  const running = calls.map(async (values) => executable.run(values));
  for (const values of calls) for (const array of values) array.fill(0);
  const results = await Promise.all(running);
  for (const [index, arrays] of results.entries()) check(`of call ${index}, filled after it`, arrays);
  // An array on the device is the engine's own, and so is a copy of what was uploaded.
  const [first, ...rest] = given(1);
  const uploaded = await engine.upload(ndarray(first!, undefined, signature[0]![0]));
  const beside = executable.run([uploaded, ...rest]);
  for (const array of [first!, ...rest]) array.fill(0);
  check("beside an array on the device", await beside);
  // Earlier results stay: later runs, and changes of their arguments, do not affect them.
  const again = given(0);
  await executable.run(again);
  for (const array of again) array.fill(0);
  for (const [index, arrays] of results.entries()) check(`of call ${index}, after later runs`, arrays);
  uploaded.dispose();
  await executable.dispose();
  return found;
}
