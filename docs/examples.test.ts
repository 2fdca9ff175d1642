/** Does every example that a reader can copy run, and give what its comments say? */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { NDArray } from "@symloss/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const scratch = join(root, "docs", ".examples");

/** An example, and where it stands. */
interface Example {
  readonly name: string;
  readonly code: string;
  /** The name under which other examples can import it. */
  readonly file?: string | undefined;
}

beforeAll(() => mkdirSync(scratch, { recursive: true }));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe("pages", () => {
  const pages = [
    "README.md",
    ...filesIn("docs", ".md"),
    ...readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`),
  ];
  const examples = pages.flatMap(examplesOfPage);
  beforeAll(() => {
    for (const { code, file } of examples) if (file !== undefined) writeFileSync(join(scratch, file), checked(code));
  });
  // One of them runs the whole suite of conformance.
  test.each(examples)("$name", async ({ code, file }) => run(code, file), 120_000);
  test("there are some", () => expect(examples.length).toBeGreaterThan(5));

  test("all type-check as they stand", () => {
    const folder = join(scratch, "types");
    mkdirSync(folder);
    const files = examples.map(({ name, file }) => file ?? `${name.replaceAll(/[^a-z0-9]+/gi, "-")}.ts`);
    for (const [index, { code }] of examples.entries())
      writeFileSync(join(folder, files[index]!), `${code}\nexport {};\n`);
    const options = {
      rootDir: root,
      noEmit: true,
      composite: false,
      isolatedDeclarations: false,
      types: ["node"],
      lib: ["es2023", "dom"],
    };
    const config = { extends: join(root, "tsconfig.base.json"), compilerOptions: options, files };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const { stdout } = spawnSync("npx", ["tsc", "-p", folder, "--pretty", "false"], { cwd: root, encoding: "utf8" });
    // What the examples import is checked elsewhere.
    expect(stdout.split("\n").filter((line) => line.startsWith("docs"))).toEqual([]);
  }, 60_000);
});

describe("docstrings", () => {
  const sources = ["core", "losses"].flatMap((name) => filesIn(`packages/${name}/src`, ".ts"));
  const examples = sources.filter((file) => !file.endsWith(".test.ts")).flatMap(examplesOfSource);
  test.each(examples)("$name", async ({ code }) => run(code));
  test("there are some", () => expect(examples.length).toBeGreaterThan(15));
});

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending) && !name.startsWith("."))
    .map((name) => join(folder, name))
    .toSorted();
}

/** The blocks that are marked as TypeScript, `ts name.ts` one that others import; one that only shows a form is marked `ts form`. */
function examplesOfPage(page: string): Example[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/```ts(?: (\S+\.ts))?\n([\s\S]*?)```/g)].map((match) => ({
    name: `${relative(root, join(root, page))}:${text.slice(0, match.index).split("\n").length + 1}`,
    code: match[2]!,
    file: match[1],
  }));
}

/** The `@example` lines, which may use all of core and losses and an `engine`. */
function examplesOfSource(file: string): Example[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/^ *\* @example (.*(?:\n *\* {2,}.*)*)/gm)].map((match) => ({
    name: `${file}:${text.slice(0, match.index).split("\n").length}`,
    code: `${preludeFor(match[1]!)}${match[1]!.replaceAll(/\n *\* */g, "\n")}`,
  }));
}

function preludeFor(code: string): string {
  return [
    `import * as core from "@symloss/core";`,
    `import * as losses from "@symloss/losses";`,
    `import { cpu } from "@symloss/engine-cpu";`,
    `const { ${names("core", code)} } = core; const { ${names("losses", code)} } = losses;`,
    code.includes("{ engine, considered }") ? "" : "const engine = await cpu();",
    code.includes("{ wasm, gpu, cpu }") ? "const wasm = cpu, gpu = cpu;" : "",
    "",
  ].join("\n");
}

/** Those exports of a package that the code mentions and does not declare itself. */
function names(packageName: string, code: string): string {
  const exports = packages.get(packageName)!;
  return exports
    .filter(
      (name) => new RegExp(`(?<![.\\w])${name}\\b(?!:)`).test(code) && !new RegExp(`(const|let) ${name}\\b`).test(code),
    )
    .join(", ");
}

const packages = new Map<string, string[]>([
  ["core", Object.keys(await import("@symloss/core"))],
  ["losses", Object.keys(await import("@symloss/losses"))],
]);

/** Runs the code as a module; what stands before a comment that is a value must have that value. */
async function run(code: string, name = `example-${count++}.ts`): Promise<void> {
  const file = join(scratch, name);
  writeFileSync(file, checked(code));
  await import(/* @vite-ignore */ pathToFileURL(file).href);
}

let count = 0;

function checked(code: string): string {
  const lines = code.split("\n").map(checkedLine).join("\n");
  return `const { matches } = globalThis as never;\n${lines}\nexport {};\n`;
}

function checkedLine(line: string): string {
  const match = /^(?<statements>.*?);? \/\/ (?<comment>.+)$/.exec(line);
  const wanted = parseValue(match?.groups?.["comment"]);
  if (match === null || wanted === undefined) return line;
  const statements = match.groups!["statements"]!.split("; ");
  const expression = statements.pop()!;
  return [...statements, `matches(${expression}, ${JSON.stringify(wanted)})`].join("; ");
}

/** A comment that is a value: a number, a list, a string, true or false; anything else is prose. */
function parseValue(comment: string | undefined): unknown {
  try {
    return JSON.parse(comment ?? "") as unknown;
  } catch {
    return undefined;
  }
}

/** Whether what an example computes is what its comment says, to the digits that the comment has. */
function matches(actual: unknown, wanted: unknown): void {
  const plain = actual instanceof NDArray ? actual.toArray() : actual;
  expect(roundAs(plain, wanted)).toEqual(wanted);
}

function roundAs(actual: unknown, wanted: unknown): unknown {
  if (Array.isArray(actual) && Array.isArray(wanted)) return actual.map((item, index) => roundAs(item, wanted[index]));
  if (typeof actual !== "number" || typeof wanted !== "number") return actual;
  const digits = (String(wanted).split(".")[1] ?? "").length;
  return Number(actual.toFixed(digits));
}

// Examples are modules of their own and find it there.
Object.assign(globalThis, { matches });
