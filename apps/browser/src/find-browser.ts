/**
 * Which browser do the tests run in? Chromium, Chrome or Edge; on Debian, root installs Chromium if there is none. Its headless shell, where
 * there is one, is the same without the windows and menus that nobody sees: it starts, and opens a page, in a third of the time.
 */
import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { posix, win32 } from "node:path";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

/** What the search for a browser depends on. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly isRoot: boolean;
  /** Where Playwright puts a Chromium of its own. */
  readonly playwrightBrowser: string;
  /** Whether there is a program at this path. */
  readonly isProgram: (path: string) => boolean;
  /** Installs Debian's Chromium, unless it is installed already. */
  readonly installChromium: () => Promise<void>;
  /** Settles when no test is installing it any more. */
  readonly installationEnds: () => Promise<void>;
}

/** The machine that the tests run on. */
export const thisMachine: Machine = {
  platform: process.platform,
  variables: process.env,
  isRoot: process.getuid?.() === 0,
  playwrightBrowser: chromium.executablePath(),
  isProgram,
  installChromium,
  installationEnds,
};

/** The path of a browser. Throws if there is none, or if CHROME_PATH does not name one: no test passes without a browser. */
export async function findBrowser(machine: Machine = thisMachine): Promise<string> {
  const chosen = chosenBrowser(machine);
  if (chosen !== undefined) return chosen;
  const mayInstall = machine.isRoot && hasApt(machine);
  // A half-finished installation already looks like a browser.
  if (mayInstall) await machine.installationEnds();
  const found = usualBrowser(machine);
  if (found !== undefined) return found;
  if (!mayInstall) throw new Error(`findBrowser: ${nothingFound}, got none. ${advice(machine)}`);

  await machine.installChromium().catch((cause: unknown) => {
    throw new Error(`findBrowser: Debian's chromium did not install: ${String(cause)}. ${advice(machine)}`, { cause });
  });
  const installed = usualBrowser(machine);
  if (installed === undefined) {
    throw new Error(`findBrowser: ${nothingFound}, got none even after installing chromium. ${advice(machine)}`);
  }
  return installed;
}

const nothingFound = "tests in a browser need Chromium, Chrome or Edge";

function advice(machine: Machine): string {
  const dependencies = hasApt(machine) ? "--with-deps " : "";
  return `Run "npx playwright-core install ${dependencies}chromium", or name a browser in CHROME_PATH.`;
}

function hasApt(machine: Machine): boolean {
  return machine.platform === "linux" && onPath(machine, ["apt-get"]).some(machine.isProgram);
}

/** The developer's choice. If it does not exist, that is an error, never a reason to use another. */
function chosenBrowser({ variables, isProgram: isThere }: Machine): string | undefined {
  const chosen = variables["CHROME_PATH"];
  if (chosen === undefined || chosen === "" || isThere(chosen)) return chosen || undefined;
  throw new Error(
    `findBrowser: CHROME_PATH must name a browser, got "${chosen}". Unset it to search the usual places.`,
  );
}

function usualBrowser(machine: Machine): string | undefined {
  const places = (usualPlaces[machine.platform] ?? unixPlaces)(machine);
  return [...places, machine.playwrightBrowser].find(machine.isProgram);
}

const usualPlaces: Partial<Record<NodeJS.Platform, (machine: Machine) => string[]>> = {
  darwin: ({ variables }) =>
    ["/Applications", posix.join(variables["HOME"] ?? "/", "Applications")].flatMap((folder) =>
      ["Chromium", "Google Chrome", "Microsoft Edge"].map((name) => `${folder}/${name}.app/Contents/MacOS/${name}`),
    ),
  win32: ({ variables }) => {
    const folders = ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"].map((name) => variables[name]);
    const programs = [
      "Chromium\\Application\\chrome",
      "Google\\Chrome\\Application\\chrome",
      "Microsoft\\Edge\\Application\\msedge",
    ];
    return folders.flatMap((folder) =>
      folder === undefined ? [] : programs.map((program) => `${win32.join(folder, program)}.exe`),
    );
  },
};

function unixPlaces(machine: Machine): string[] {
  const browsers = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  return onPath(machine, [...browsers, "microsoft-edge", "microsoft-edge-stable"]);
}

function onPath({ variables }: Machine, names: readonly string[]): string[] {
  const folders = (variables["PATH"] ?? "").split(":").filter((folder) => folder !== "");
  return names.flatMap((name) => folders.map((folder) => posix.join(folder, name)));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** A lock for processes that install Chromium or wait for it. The kernel releases the lock when its holder exits. */
const locked = "/var/lib/dpkg";

async function installChromium(): Promise<void> {
  process.stderr.write("No browser is installed: installing Debian's chromium for the tests in a browser.\n");
  // A process that comes second waits for the lock, and then finds the browser installed.
  const install = "apt-get install -y --no-install-recommends";
  const commands = `command -v chromium-headless-shell || command -v chromium || {
    apt-get update && { ${install} chromium-headless-shell || ${install} chromium; }; }`;
  await promisify(execFile)("flock", [locked, "sh", "-c", commands], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    maxBuffer: Infinity,
  });
}

async function installationEnds(): Promise<void> {
  await promisify(execFile)("flock", ["--shared", locked, "true"]);
}
