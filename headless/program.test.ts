/** Does a program end by itself, and does it get the reason if gl does not work? */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "vite";
import { beforeAll, describe, expect, test } from "vitest";

const conditions = ["@symloss/source"];
const folder = fileURLToPath(new URL("dist", import.meta.url));

/** What the program prints. Throws if it does not end by itself, or fails. */
async function runProgram(values: readonly string[], environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const program = promisify(execFile)(process.execPath, ["program.js", ...values], {
    cwd: folder,
    env: environment,
    timeout: 60_000,
  });
  const { stdout, stderr } = await program;
  expect(stderr).toBe("");
  return stdout;
}

describe("a program on headlessgl", () => {
  beforeAll(async () => {
    // Built in this folder, so that it finds this folder's gpu.js.
    await build({
      configFile: false,
      logLevel: "silent",
      ssr: { noExternal: true, external: ["gpu.js"], resolve: { conditions } },
      build: { ssr: fileURLToPath(new URL("program.ts", import.meta.url)), outDir: folder },
    });
  });

  test.each([
    ["that leaves its engine", []],
    ["that disposes of its engine", ["dispose"]],
  ])("%s ends by itself", async (_, values) => {
    expect(JSON.parse(await runProgram(values))).toEqual({ device: expect.stringMatching(/^headlessgl: /), total: 6 });
  });

  test.runIf(process.platform === "linux")("is told that there is no display", async () => {
    const { DISPLAY: _, ...environment } = process.env;
    expect(await runProgram([], environment)).toMatch(
      /^EngineUnavailableError: gpu: .*; headlessgl: the package gl is not installed, or has no display\.\n$/,
    );
  });
});
