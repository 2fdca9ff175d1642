// Publishes every package to a registry on this machine, as a release would, and runs the tests on what can be installed from it:
// npm run test:release -- <arguments of vitest>, or -- --write to write what installing costs into the packages' READMEs.
import { spawn } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { copyRepository } from "./copy.mjs";

const root = resolve(import.meta.dirname, "..");
const write = process.argv.includes("--write");
// What is measured to be written is measured alone.
const words = write ? ["costs"] : process.argv.slice(2);

/** The process that runs now, with all that it has started; and the signal that came for it. */
let running;
let signal;
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(name, () => {
    signal = name;
    if (running !== undefined) interrupt(running, name);
  });
}

const folder = realpathSync(mkdtempSync(join(tmpdir(), "symloss-release-")));
let registry;
try {
  await timed("install what the tests need", () =>
    run("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--prefix", import.meta.dirname], { quiet: true }),
  );
  const upstream = (await run("npm", ["config", "get", "registry"], { quiet: true })).trim();
  // Its packages are installed by now.
  const { startRegistry } = await import("./registry.mjs");
  registry = await startRegistry(join(folder, "registry"), upstream);

  const npmrc = join(folder, "npmrc");
  // The registry asks nobody who they are, but npm publishes nothing without a token.
  const token = `${registry.origin.replace("http:", "")}/:_authToken=anyone`;
  const settings = ["audit=false", "fund=false", "update-notifier=false", `cache=${join(folder, "cache")}`];
  writeFileSync(npmrc, [`registry=${registry.origin}/`, token, ...settings, ""].join("\n"));
  const environment = {
    // What `npm run` and `npx` say to what they start is not meant for what is started here.
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_"))),
    npm_config_userconfig: npmrc,
    npm_config_registry: `${registry.origin}/`,
    npm_config_cache: join(folder, "cache"),
    npm_config_noproxy: "127.0.0.1",
    TURBO_TELEMETRY_DISABLED: "1",
  };
  const copy = join(folder, "repository");
  const inCopy = (command, parameters) => run(command, parameters, { cwd: copy, env: environment, quiet: true });
  await timed("apply the changesets, in a copy", async () => {
    await copyRepository(root, copy, inCopy);
    await inCopy("npx", ["changeset", "version"]);
  });
  await timed("build", () => inCopy("npm", ["run", "build"]));
  await timed("publish", () => inCopy("npx", ["changeset", "publish"]));
  await timed("test", () =>
    run(
      process.execPath,
      [
        join(root, "node_modules/vitest/vitest.mjs"),
        "run",
        "--config",
        join(root, "release/vitest.config.ts"),
        ...words,
      ],
      { env: { ...environment, SYMLOSS_RELEASE: folder, ...(write && { SYMLOSS_WRITE: "1" }) } },
    ),
  );
} catch (error) {
  console.error(`test:release: ${error.message}`);
  process.exitCode = 1;
} finally {
  await timed("clean up", async () => {
    await registry?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });
}
if (signal !== undefined) process.exitCode = 130;

async function timed(what, act) {
  const start = performance.now();
  await act();
  console.log(`${what}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

/** What the command prints, once it has ended. Throws if it failed, or if a signal came, with all that it printed if it was quiet. */
async function run(command, parameters, { quiet = false, ...options } = {}) {
  if (signal !== undefined) throw new Error(`ended by ${signal}`);
  const windows = process.platform === "win32";
  // A group of its own, so that a signal can be sent to everything that it starts. On Windows npm is a script, which needs a shell.
  const child = spawn(command, parameters, {
    cwd: root,
    ...options,
    stdio: ["ignore", ...(quiet ? ["pipe", "pipe"] : ["inherit", "inherit"])],
    detached: !windows,
    shell: windows && command !== process.execPath,
  });
  running = child;
  let [printed, complaints] = ["", ""];
  child.stdout?.on("data", (text) => (printed += text));
  child.stderr?.on("data", (text) => (complaints += text));
  const status = await new Promise((ended) => {
    child.once("error", (error) => ended(error.message));
    child.once("close", (code, name) => ended(code ?? name));
  });
  running = undefined;
  if (signal !== undefined) throw new Error(`ended by ${signal}`);
  if (status !== 0)
    throw new Error(`${[command, ...parameters].join(" ")} must succeed, got ${status}\n${printed}${complaints}`);
  return printed;
}

function interrupt({ pid }, name) {
  try {
    process.kill(process.platform === "win32" ? pid : -pid, name);
  } catch {
    // It has ended by itself.
  }
}
