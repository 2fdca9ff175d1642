/** What does the bench do? Each of its commands is loaded when it is asked for. */
import type { Command } from "./command.ts";
import { Failure } from "./failure.ts";
import { suggestion } from "./suggestion.ts";

/** What a command does, and where it is. */
interface BenchCommand {
  readonly usage: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

const commands: Readonly<Record<string, BenchCommand>> = {
  run: {
    usage: "run [WORKLOAD ..]",
    summary: "measure workloads on engines, beside other ways to compute them",
    load: async () => (await import("./commands/run.ts")).run,
  },
  list: {
    usage: "list",
    summary: "show every workload, every engine, and what can stand beside them",
    load: async () => (await import("./commands/list.ts")).list,
  },
  show: {
    usage: "show FILE",
    summary: "show the result of an earlier run, or make Markdown or HTML of it",
    load: async () => (await import("./commands/show.ts")).show,
  },
  expect: {
    usage: "expect FILE ..",
    summary: "make a table of which engine to expect at which size, of the results of sweeps",
    load: async () => (await import("./commands/expect.ts")).expect,
  },
  web: {
    usage: "web",
    summary: "serve a page where a browser shows its engines, how losses look, and a race; or build it as files",
    load: async () => (await import("./commands/web.ts")).web,
  },
  compile: {
    usage: "compile [LOSS ..]",
    summary: "measure how long losses take to compile with their gradients, and how that grows with a graph",
    load: async () => (await import("./commands/compile.ts")).compile,
  },
  evaluate: {
    usage: "evaluate",
    summary: "measure how many rows a second are evaluated, from memory and from files, in one thread and in several",
    load: async () => (await import("./commands/evaluate.ts")).evaluate,
  },
};

const help = `npm run bench -- COMMAND

Measures how long symloss's engines take to compute losses and their gradients, here and now, beside loops and ONNX models
written by hand and, if you like, TensorFlow.js and jax-js. Every output is checked against float64 before it is timed.

Examples:
  npm run bench -- run W1 W4                                 two workloads, on every usual engine
  npm run bench -- run huber --engines wasm,cpu --sweep      a loss from 32 to 10 million elements, and who overtakes whom
  npm run bench -- run --peers --html report.html            every workload beside other libraries, as a page with charts
  npm run bench -- run W1 G3 --browser --engines gpu,wasm    in a headless browser, which has WebGL

Commands (each has --help):
${describeCommands()}`;

/** Does what the first word says with the others, or shows what there is. */
export const bench: Command = {
  run: async ([name = "--help", ...words], report) => {
    if (name === "--help" || name === "-h") return report.line(help);
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined) {
      const names = Object.keys(commands);
      throw new Failure(
        `The command of the bench must be one of ${names.join(", ")}, got ${JSON.stringify(name)}.${suggestion(name, names)}`,
      );
    }
    await (await command.load()).run(words, report);
  },
};

function describeCommands(): string {
  const width = Math.max(...Object.values(commands).map(({ usage }) => usage.length));
  return Object.values(commands)
    .map(({ usage, summary }) => `  ${usage.padEnd(width)}  ${summary}`)
    .join("\n");
}
