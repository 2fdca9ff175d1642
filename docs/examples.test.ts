/** Does every example that a reader can copy run, and give the results in its comments? */
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runProgram } from "@symloss/cli";
import { defaultServerConditions, build as bundle } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RedisServer } from "../packages/evaluation/test/redis-server.ts";
import { runWords } from "../apps/bench/test/run-words.ts";
import { runnable } from "./prelude.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const scratch = join(root, "docs", ".examples");

/** An example, and its location. */
interface Example {
  readonly name: string;
  readonly code: string;
  /** The file it is written to; if the page gives it a name, other examples can import it. */
  readonly file: string;
}

/** What is left of a command when it has ended. */
interface CommandOutcome {
  readonly status: number;
  readonly errors: string;
}

/** The programs of these lines, run here from source. */
const programs = {
  "npx @symloss/cli": async (words: readonly string[]): Promise<CommandOutcome> => {
    let errors = "";
    const status = await runProgram(words, { out: () => {}, error: (text) => void (errors += text) });
    return { status, errors };
  },
  "npm run bench --": async (words: readonly string[]): Promise<CommandOutcome> => {
    const { status, errors } = await runWords("bench", ...words);
    return { status, errors };
  },
} as const;

const pages = [
  "README.md",
  ...filesIn("docs", ".md"),
  ...readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`),
].flatMap(examplesOfPage);

const commands = filesIn("docs", ".md").flatMap(commandsOfPage);

const docstrings = ["core", "losses"]
  .flatMap((name) => filesIn(`packages/${name}/src`, ".ts"))
  .filter((file) => !file.endsWith(".test.ts"))
  .flatMap(examplesOfSource);

// As an application that is bundled: what an example does not import, or a package does not say it needs, is not there.
beforeAll(async () => {
  mkdirSync(scratch, { recursive: true });
  const all = [...pages, ...docstrings];
  for (const { code, file } of all) writeFileSync(join(scratch, file), checked(code));
  await bundle({
    configFile: false,
    logLevel: "warn",
    root: scratch,
    publicDir: false,
    ssr: {
      noExternal: [/^@symloss\//],
      resolve: { conditions: ["@symloss/source", ...defaultServerConditions] },
    },
    build: {
      ssr: true,
      outDir: join(scratch, "bundled"),
      minify: false,
      rolldownOptions: {
        input: Object.fromEntries([
          ...all.map(({ file }) => [file, join(scratch, file)] as const),
          // Which is started by its name.
          ["packages/evaluation/src/workers/worker", join(root, "packages/evaluation/src/workers/worker.ts")],
        ]),
        // In chunks that examples share, one would find what only another imports.
        output: {
          preserveModules: true,
          preserveModulesRoot: scratch,
          // As TypeScript would name them: a worker is started by its name.
          entryFileNames: ({ name }) => `${name.replace(/\.ts$/, "")}.js`,
        },
      },
    },
  });
}, 120_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

// Some examples meet at a queue, where they find it by the address in the environment.
let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis[Symbol.asyncDispose]());

describe("pages", () => {
  // One of them runs the whole suite of conformance.
  test.each(pages)("$name", async ({ file }) => expect(await outcomeOf(file)).toBe("done"), 120_000);
  test("there are some", () => expect(pages.length).toBeGreaterThan(5));

  test("all type-check as they stand", () => {
    const folder = join(scratch, "types");
    mkdirSync(folder);
    const files = pages.map(({ file }) => file);
    for (const { code, file } of pages) writeFileSync(join(folder, file), `${code}\nexport {};\n`);
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

describe("commands", () => {
  const project = join(scratch, "project");
  const before = process.cwd();
  // As someone has them who compiled the files of the page.
  beforeAll(() => {
    mkdirSync(project);
    for (const { file } of pages.filter(({ name, file: own }) => own !== fileFor(name))) {
      writeFileSync(join(project, file.replace(/ts$/, "js")), `export * from "../bundled/${outputOf(file)}";\n`);
    }
    process.chdir(project);
  });
  afterAll(() => process.chdir(before));

  test.each(commands)("$line", async ({ program, words }) => {
    expect(await programs[program](words)).toEqual({ status: 0, errors: "" });
  });
  test("there are some", () => expect(commands.length).toBeGreaterThan(3));
});

describe("docstrings", () => {
  let outcomes: Readonly<Record<string, string>> = {};
  beforeAll(async () => {
    outcomes = await outcomesTogether(docstrings.map(({ file }) => file));
  }, 120_000);
  test.each(docstrings)("$name", ({ file }) => expect(outcomes[file]).toBe("done"));
  test("there are some", () => expect(docstrings.length).toBeGreaterThan(15));
});

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending) && !name.startsWith("."))
    .map((name) => join(folder, name))
    .toSorted();
}

/** The blocks marked as TypeScript, `ts name.ts` for one that others import; `ts form` marks one that is not run. */
function examplesOfPage(page: string): Example[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/```ts(?: (\S+\.ts))?\n([\s\S]*?)```/g)].map((match) => {
    const name = `${relative(root, join(root, page))}:${text.slice(0, match.index).split("\n").length + 1}`;
    return { name, code: match[2]!, file: match[1] ?? fileFor(name) };
  });
}

/** A line of a block marked as `sh run`. */
interface Command {
  readonly line: string;
  readonly program: keyof typeof programs;
  readonly words: readonly string[];
}

function commandsOfPage(page: string): Command[] {
  const text = readFileSync(join(root, page), "utf8");
  const lines = [...text.matchAll(/```sh run\n([\s\S]*?)```/g)].flatMap((match) => match[1]!.trim().split("\n"));
  return lines.map((line) => {
    const program = (Object.keys(programs) as Command["program"][]).find((name) => line.startsWith(`${name} `));
    if (program === undefined) throw new Error(`${page}: a line of sh run must begin with a program, got ${line}.`);
    return { line, program, words: line.slice(program.length + 1).split(" ") };
  });
}

/** The `@example` lines, with what they need before them. */
function examplesOfSource(file: string): Example[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/^ *\* @example (.*(?:\n *\* {2,}.*)*)/gm)].map((match) => {
    const name = `${file}:${text.slice(0, match.index).split("\n").length}`;
    const code = runnable(match[1]!.replaceAll(/\n *\* */g, "\n"));
    return { name, code, file: fileFor(name) };
  });
}

function fileFor(name: string): string {
  return `${name.replaceAll(/[^a-z0-9]+/gi, "-")}.ts`;
}

/** The bundle of an example. */
function outputOf(file: string): string {
  return file.replace(/ts$/, "js");
}

/** Runs an example in a process of its own: "done", or what it wrote of its failure. */
async function outcomeOf(file: string): Promise<string> {
  const run = promisify(execFile)(process.execPath, [join(scratch, "bundled", outputOf(file))], {
    env: { ...process.env, REDIS_URL: redis.url },
  });
  return run.then(
    () => "done",
    (error: unknown) => (error as { readonly stderr: string }).stderr,
  );
}

/** Runs examples one after the other in one process, for there are hundreds and each has all of core and losses: "done", or how it failed. */
async function outcomesTogether(files: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const modules = files.map((file) => JSON.stringify(`./bundled/${outputOf(file)}`));
  const runner = join(scratch, "docstrings.mjs");
  const outcomes = modules.map(
    (module, index) =>
      `outcomes[${JSON.stringify(files[index])}] = await import(${module}).then(() => "done", String);`,
  );
  writeFileSync(runner, `const outcomes = {};\n${outcomes.join("\n")}\nconsole.log(JSON.stringify(outcomes));\n`);
  const { stdout } = await promisify(execFile)(process.execPath, [runner]);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Readonly<Record<string, string>>;
}

/** What stands before a comment that is a value must have that value. */
function checked(code: string): string {
  const helper = JSON.stringify(join(root, "docs", "matches.ts"));
  return `import { matches } from ${helper};\n${code.split("\n").map(checkedLine).join("\n")}\nvoid matches;\n`;
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
