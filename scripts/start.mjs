// Builds what a program needs, silently unless that fails, then runs it: node scripts/start.mjs <program> <its arguments>
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const turbo = fileURLToPath(import.meta.resolve("turbo/bin/turbo"));
/** Each program, and what turbo builds before it runs; the command line looks for every engine. */
const programs = {
  bench: { main: "apps/bench/dist/main.js", filters: ["@symloss/bench"] },
  cli: { main: "packages/cli/dist/main.js", filters: ["@symloss/cli", "@symloss/engine-*"] },
};
const [name, ...words] = process.argv.slice(2);
const { main, filters } = programs[name];
const environment = { ...process.env, TURBO_TELEMETRY_DISABLED: "1" };

const build = spawnSync(process.execPath, [turbo, "run", "build", ...filters.map((filter) => `--filter=${filter}`)], {
  cwd: root,
  env: environment,
  encoding: "utf8",
});
if (build.status !== 0) {
  process.stderr.write(`${build.stdout ?? ""}${build.stderr ?? ""}${build.error ?? ""}\n`);
  process.exit(1);
}

// Ctrl-C reaches the program too, which ends by itself; until then this process keeps the prompt away.
process.on("SIGINT", () => {});
const { status } = spawnSync(process.execPath, [main, ...words], { cwd: root, stdio: "inherit" });
process.exit(status ?? 1);
