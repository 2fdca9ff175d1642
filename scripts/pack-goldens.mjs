// How do golden cases become the compact form in which packages/conformance publishes them? Its goldens/README.md defines both forms.
//   npm run goldens -- pack <files or folders>   packs cases: those of a function replace the cases of it that have the same names
//   npm run goldens -- show <function>           prints the cases of a function as they were before packing
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const folder = fileURLToPath(new URL("../packages/conformance/goldens/", import.meta.url));

/** The records of arrays of a case. */
const arrayFields = ["inputs", "optionInputs", "outputs", "cotangents", "gradients"];

/** The fields of a case, in the order in which they are packed. */
const fields = ["name", "note", "kink", "inputs", "optionInputs", "options", "outputs", "cotangents", "gradients"];

const dtypes = {
  float32: { short: "f32", bytes: (data) => Float32Array.from(data), text: shortestFloat32 },
  float64: { short: "f64", bytes: (data) => Float64Array.from(data), text: String },
  int32: { short: "i32", bytes: (data) => Int32Array.from(data), text: String },
  bool: { short: "bool", bytes: (data) => Uint8Array.from(data), text: String },
};

/** The text of a packed file: the cases of one function, one a line. */
export function packCases(name, cases) {
  const lines = cases.map((one) => JSON.stringify(packCase(one)));
  return `{"function":${JSON.stringify(name)},"digest":${JSON.stringify(digestOf(cases))},"cases":[\n${lines.join(",\n")}\n]}\n`;
}

function packCase(one) {
  const unknown = Object.keys(one).filter((field) => field !== "loss" && !fields.includes(field));
  if (unknown.length > 0) throw new Error(`packCase: "${one.name}" must have known fields, got ${unknown.join(", ")}.`);
  const present = fields.filter((field) => one[field] !== undefined && !isEmptyRecord(one[field]));
  return Object.fromEntries(
    present.map((field) => [field, arrayFields.includes(field) ? packArrays(one[field]) : one[field]]),
  );
}

function isEmptyRecord(value) {
  return typeof value === "object" && Object.keys(value).length === 0;
}

function packArrays(arrays) {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, packArray(array)]));
}

/** `f32[2,3] ` and numbers as text, or `f32[2,3]=` and their bytes in base64, whichever is shorter. */
export function packArray({ dtype, shape, data }) {
  const numbers = Array.from(data, numberOf);
  const { short, bytes, text } = dtypes[dtype];
  const typed = bytes(numbers);
  const inexact = numbers.findIndex((value, index) => !Object.is(typed[index], value));
  if (inexact !== -1) throw new Error(`packArray: each element must be exact in ${dtype}, got ${numbers[inexact]}.`);
  const type = `${short}[${shape.join(",")}]`;
  const asText = numbers.map((value) => specialOf(value) ?? text(value)).join(" ");
  const asBytes = Buffer.from(typed.buffer).toString("base64");
  return asBytes.length < asText.length ? `${type}=${asBytes}` : `${type} ${asText}`;
}

const specials = { inf: Infinity, infinity: Infinity, "-inf": -Infinity, "-infinity": -Infinity, nan: NaN };

function numberOf(value) {
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "number") return value;
  const known = specials[String(value).toLowerCase()];
  if (known === undefined)
    throw new Error(`numberOf: a golden number must be a number, inf, -inf or nan, got ${value}.`);
  return known;
}

/** What String would not write, or not so that it can be read back. */
function specialOf(value) {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? undefined : Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/** The shortest decimal that is rounded to this float32. */
function shortestFloat32(value) {
  for (let digits = 1; digits < 9; digits++) {
    const decimal = Number(value.toPrecision(digits));
    if (Math.fround(decimal) === value) return String(decimal);
  }
  return String(Number(value.toPrecision(9)));
}

/** What the cases say, whichever form they have, as a short hash. */
export function digestOf(cases) {
  return createHash("sha256")
    .update(JSON.stringify(cases.map(plainCase)))
    .digest("hex")
    .slice(0, 32);
}

/** A case as lists of numbers, in the order of `fields`. */
export function plainCase(one) {
  const present = fields.filter((field) => one[field] !== undefined && !isEmptyRecord(one[field]));
  return Object.fromEntries(
    present.map((field) => [field, arrayFields.includes(field) ? plainArrays(one[field]) : one[field]]),
  );
}

function plainArrays(arrays) {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { dtype, shape, data }]) => {
      const numbers = Array.from(data, numberOf);
      return [name, { dtype, shape, data: numbers.map((value) => specialOf(value) ?? value) }];
    }),
  );
}

/** What must be known of a function's cases before they are loaded. */
export function summarize(cases) {
  const names = cases.map((one) => [one.name, Object.keys({ ...one.options, ...one.optionInputs })]);
  return {
    differentiable: cases.some(({ gradients }) => gradients !== undefined),
    cases: Object.fromEntries(names),
    nonFinite: cases.filter(hasNonFinite).map(({ name }) => name),
  };
}

function hasNonFinite(one) {
  const arrays = arrayFields.flatMap((field) => Object.values(one[field] ?? {}));
  const isSpecial = (value) => typeof value === "string" && Object.hasOwn(specials, value.toLowerCase());
  if (Object.values(one.options ?? {}).some(isSpecial)) return true;
  return arrays.some(({ data }) => Array.from(data, numberOf).some((value) => !Number.isFinite(value)));
}

/** The text of the index: the summary of each function, one a line. */
export function packIndex(casesOf) {
  const lines = Object.keys(casesOf)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${JSON.stringify(summarize(casesOf[name]))}`);
  return `{\n${lines.join(",\n")}\n}\n`;
}

/** The cases of JSON files, by function. */
function readCases(paths) {
  const files = paths.flatMap((path) =>
    statSync(path).isDirectory()
      ? readdirSync(path)
          .filter((name) => name.endsWith(".json"))
          .map((name) => join(path, name))
      : [path],
  );
  const cases = {};
  for (const one of files.flatMap((file) => JSON.parse(readFileSync(file, "utf8")))) (cases[one.loss] ??= []).push(one);
  return cases;
}

/** The given cases in place of those of the same name, and the others as they were. */
function merge(name, old, given) {
  const names = given.map((one) => one.name);
  const twice = names.find((one, index) => names.indexOf(one) !== index);
  if (twice !== undefined) throw new Error(`merge: each case of ${name} must have its own name, got "${twice}" twice.`);
  const kept = old.map((one) => given.find((other) => other.name === one.name) ?? one);
  return [...kept, ...given.filter((one) => !old.some((other) => other.name === one.name))];
}

async function main([command, ...rest]) {
  const { unpackCases } = await import("../packages/conformance/dist/unpack.js");
  const packed = join(folder, "packed");
  mkdirSync(packed, { recursive: true });
  const read = (name) => unpackCases(JSON.parse(readFileSync(join(packed, `${name}.json`), "utf8")));
  const all = Object.fromEntries(
    readdirSync(packed)
      .map((file) => file.replace(/\.json$/, ""))
      .map((name) => [name, read(name)]),
  );
  if (command === "show" && all[rest[0]] !== undefined) {
    console.log(
      JSON.stringify(
        all[rest[0]].map((one) => ({ loss: rest[0], ...plainCase(one) })),
        undefined,
        1,
      ),
    );
  } else if (command === "pack" && rest.length > 0) {
    for (const [name, given] of Object.entries(readCases(rest.map((path) => resolve(path))))) {
      all[name] = merge(name, all[name] ?? [], given);
      writeFileSync(join(packed, `${name}.json`), packCases(name, all[name]));
    }
    writeFileSync(join(folder, "index.json"), packIndex(all));
  } else {
    console.error("goldens: give `pack` and files or folders, or `show` and the name of a function that has goldens.");
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main(process.argv.slice(2));
