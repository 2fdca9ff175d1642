// Installs what the tests need, checks that gl works here, and runs them, on a virtual display if Linux has none:
// npm run test:headless -- <arguments of vitest>
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));

if (process.platform === "linux" && !process.env.DISPLAY) {
  const again = run("xvfb-run", ["-a", process.execPath, ...process.argv.slice(1)]);
  if (again.error !== undefined) {
    fail(
      "no display was found: DISPLAY is not set, and xvfb-run is not installed. On Debian: apt-get install xvfb xauth libgl1",
    );
  }
  process.exit(again.status ?? 1);
}

if (run("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--prefix", folder]).status !== 0) {
  fail(
    "the package gl did not install, as shown above. If no binary can be downloaded, it is compiled with Python 3 and a C++ compiler; " +
      "on Debian: apt-get install build-essential python3 pkg-config libxi-dev libgl1-mesa-dev",
  );
}

let context;
try {
  context = createRequire(import.meta.url)("gl")(1, 1);
} catch (error) {
  fail(`the package gl did not load: ${error}. Delete headless/node_modules, and run this again`);
}
if (context === null) {
  const display = process.env.DISPLAY === undefined ? "" : ` on the display "${process.env.DISPLAY}"`;
  fail(`gl returned no WebGL context${display}. It needs OpenGL; on Debian: apt-get install libgl1`);
}

const vitest = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));
const config = fileURLToPath(new URL("vitest.config.ts", import.meta.url));
process.exit(run(process.execPath, [vitest, "run", "--config", config, ...process.argv.slice(2)]).status ?? 1);

function run(command, parameters) {
  // On Windows npm is a script, which needs a shell.
  const shell = process.platform === "win32" && command === "npm";
  return spawnSync(command, parameters, { stdio: "inherit", shell });
}

function fail(sentence) {
  console.error(`test:headless: ${sentence}.`);
  process.exit(1);
}
