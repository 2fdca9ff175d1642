/** Does the engine run where no text may become code? */
import { spawnSync } from "node:child_process";
import { type Rolldown, build, defaultServerConditions } from "vite";
import { expect, test } from "vitest";

const program = `
import { compile, valueAndGrad } from "@symloss/core";
import { wasm } from "@symloss/engine-wasm";
import { sparseSoftmaxCrossentropyLogits } from "@symloss/losses";

function nameOfError(run) {
  try {
    run();
    return "none";
  } catch ({ name }) {
    return name;
  }
}
const engine = await wasm();
const fn = (logits, labels) => sparseSoftmaxCrossentropyLogits(labels, logits).mean();
const step = compile(valueAndGrad(fn), { engine });
const [loss, gradient] = await step([[2, 0, -1], [0, 1, 0]], [0, 2]);
const forbidden = [nameOfError(() => new Function("return 1")), nameOfError(() => (0, eval)("1"))];
console.log(JSON.stringify({ forbidden, engine: engine.name, loss: loss.item(), gradient: gradient.toArray() }));
`;

test("a loss and its gradient are computed under --disallow-code-generation-from-strings", async () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--disallow-code-generation-from-strings", "--input-type=module"],
    { input: await bundle(program), encoding: "utf8" },
  );
  expect(stderr).toBe("");
  const close = (value: number): number => expect.closeTo(value, 4) as number;
  expect(JSON.parse(stdout)).toEqual({
    forbidden: ["EvalError", "EvalError"],
    engine: "wasm",
    loss: close(0.8606),
    gradient: [[-0.0781, 0.0571, 0.021].map(close), [0.106, 0.2881, -0.394].map(close)],
  });
});

const entry = "virtual:program";

/** The program and what it imports, from source, as the text of one module: the child has no bundler, which would need eval. */
async function bundle(text: string): Promise<string> {
  const { output } = (await build({
    configFile: false,
    logLevel: "silent",
    publicDir: false,
    plugins: [
      {
        name: "program",
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) => (id === entry ? text : undefined),
      },
    ],
    ssr: { noExternal: true, resolve: { conditions: ["@symloss/source", ...defaultServerConditions] } },
    build: { ssr: true, write: false, target: "esnext", rolldownOptions: { input: entry } },
  })) as Rolldown.RolldownOutput;
  expect(output).toHaveLength(1);
  return output[0].code;
}
