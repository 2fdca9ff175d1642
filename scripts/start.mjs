// Builds what the bench needs, silently unless that fails, then runs it: npm start -- <arguments of the bench>
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const turbo = fileURLToPath(import.meta.resolve("turbo/bin/turbo"));
const environment = { ...process.env, TURBO_TELEMETRY_DISABLED: "1" };

const build = spawnSync(process.execPath, [turbo, "run", "build", "--filter=@symloss/bench"], {
  cwd: root,
  env: environment,
  encoding: "utf8",
});
if (build.status !== 0) {
  process.stderr.write(`${build.stdout ?? ""}${build.stderr ?? ""}${build.error ?? ""}\n`);
  process.exit(1);
}

// Ctrl-C reaches the bench too, which ends by itself; until then this process keeps the prompt away.
process.on("SIGINT", () => {});
const bench = spawnSync(process.execPath, ["apps/bench/dist/main.js", ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
process.exit(bench.status ?? 1);
