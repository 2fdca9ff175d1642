/** What did a run of the bench measure? Plain data, which the command line and a page write and read as JSON. */
import type { ContenderKind } from "../contenders/contender.ts";
import type { Quietness } from "./calibration.ts";
import type { Spread } from "./statistics.ts";

/** What a file of results says it is. */
export const resultFormat = "symloss-bench";

/** Raised if a field changes its meaning or goes away. */
export const resultVersion = 1;

/** A run of the bench. */
export interface BenchResult {
  readonly format: typeof resultFormat;
  readonly version: typeof resultVersion;
  /** When it began, as ISO 8601. */
  readonly date: string;
  /** What was asked, as its words. */
  readonly command: string;
  readonly machine: Machine;
  readonly quietness: Quietness;
  readonly contenders: readonly ContenderDescription[];
  /** Who was asked for and does not work here. */
  readonly unavailable: readonly Unavailable[];
  readonly measurements: readonly Measurement[];
}

/** Where it ran. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  /** Absent if the environment does not say. */
  readonly memoryBytes?: number;
  readonly system: string;
  /** Node or the browser, with its version. */
  readonly runtime: string;
  /** The JavaScript engine, with its version. */
  readonly javascript: string;
}

/** Who took part. */
export interface ContenderDescription {
  readonly name: string;
  readonly kind: ContenderKind;
  readonly device: string;
}

/** Who does not work here, and why. */
export interface Unavailable {
  readonly name: string;
  readonly reason: string;
}

/** A workload at one size. */
export interface Measurement {
  readonly workload: string;
  readonly title: string;
  /** Of its largest input: `4096 x 1000`. */
  readonly shape: string;
  /** Of its largest input. */
  readonly elements: number;
  /** Of all inputs and outputs, in memory as float32 or int32. */
  readonly bytes: number;
  /** The entry to which the others are compared; absent if nobody took part. */
  readonly reference?: string;
  readonly rounds: number;
  readonly entries: readonly Entry[];
  readonly leftOut: readonly LeftOut[];
}

/** What one contender took. */
export interface Entry {
  /** The contender, and what tells it from the contender's others: `cpu`, `cpu resident`. */
  readonly name: string;
  readonly contender: string;
  /** Of a run. */
  readonly nanoseconds: Spread;
  /** Of its time to that of the reference in the same round. */
  readonly ratio: Spread;
  /** From nothing to the first result: trace, plan, compile, upload and run. */
  readonly firstMilliseconds: number;
  /** How long it ran to warm up after that. */
  readonly warmUpMilliseconds: number;
  /** How many runs were timed at once. */
  readonly repeats: number;
  /** The largest difference from float64, as a share of the largest element. */
  readonly error: number;
}

/** Who did not take part in a measurement, and why. */
export interface LeftOut extends Unavailable {
  /** Whether it should have taken part, but failed or gave wrong outputs. */
  readonly fault: boolean;
}

/** The result that a text holds as JSON; throws `TypeError`, saying what it is instead. */
export function parseResult(text: string): BenchResult {
  const value = parseJson(text);
  if (!isRecord(value) || value["format"] !== resultFormat) {
    throw new TypeError(`it must be a result of the bench (with format "${resultFormat}"), got ${describe(value)}`);
  }
  if (value["version"] !== resultVersion) {
    throw new TypeError(`its version must be ${resultVersion}, got ${JSON.stringify(value["version"])}`);
  }
  checkFields(value, resultFields, "the result");
  return value as unknown as BenchResult;
}

/** The result as JSON. */
export function formatResult(result: BenchResult): string {
  return `${JSON.stringify(result, undefined, 2)}\n`;
}

/** A type of JSON, fields, or a list of one of these. */
type Shape = "string" | "number" | "boolean" | Fields | readonly [Shape];
interface Fields {
  readonly [name: string]: Shape;
}
/** A field whose name ends like this may be absent. */
const optional = "?";

const spread: Fields = { lower: "number", median: "number", upper: "number" };

const resultFields: Fields = {
  date: "string",
  command: "string",
  machine: {
    processor: "string",
    cores: "number",
    "memoryBytes?": "number",
    system: "string",
    runtime: "string",
    javascript: "string",
  },
  quietness: { "loadAverage?": "number", cores: "number", calibration: spread, warnings: ["string"] },
  contenders: [{ name: "string", kind: "string", device: "string" }],
  unavailable: [{ name: "string", reason: "string" }],
  measurements: [
    {
      workload: "string",
      title: "string",
      shape: "string",
      elements: "number",
      bytes: "number",
      "reference?": "string",
      rounds: "number",
      entries: [
        {
          name: "string",
          contender: "string",
          nanoseconds: spread,
          ratio: spread,
          firstMilliseconds: "number",
          warmUpMilliseconds: "number",
          repeats: "number",
          error: "number",
        },
      ],
      leftOut: [{ name: "string", reason: "string", fault: "boolean" }],
    },
  ],
};

function checkFields(value: Readonly<Record<string, unknown>>, fields: Fields, path: string): void {
  for (const [field, shape] of Object.entries(fields)) {
    const name = field.endsWith(optional) ? field.slice(0, -1) : field;
    if (name !== field && value[name] === undefined) continue;
    checkShape(value[name], shape, `${name} of ${path}`);
  }
}

function checkShape(value: unknown, shape: Shape, path: string): void {
  if (typeof shape === "string") {
    if (typeof value !== shape) throw new TypeError(`${path} must be a ${shape}, got ${describe(value)}`);
  } else if (Array.isArray(shape)) {
    if (!Array.isArray(value)) throw new TypeError(`${path} must be a list, got ${describe(value)}`);
    for (const [index, element] of value.entries()) checkShape(element, shape[0] as Shape, `${path}[${index}]`);
  } else {
    if (!isRecord(value)) throw new TypeError(`${path} must be a record, got ${describe(value)}`);
    checkFields(value, shape as Fields, path);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TypeError(`it must be JSON, got ${(error as Error).message}`, { cause: error });
  }
}

function describe(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
