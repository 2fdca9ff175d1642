import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Machine, findBrowser, thisMachine } from "./find-browser.ts";

interface Described {
  readonly platform?: NodeJS.Platform;
  readonly variables?: Record<string, string>;
  readonly isRoot?: boolean;
  readonly programs?: readonly string[];
  /** What installing Chromium adds, or the error it fails with. */
  readonly installs?: readonly string[] | Error;
  /** What another test's installation adds once it ends. */
  readonly underWay?: readonly string[];
}

function machine(described: Described): Machine & { readonly installations: () => number } {
  const { platform = "linux", variables = {}, isRoot = false, installs = [] } = described;
  const programs = [...(described.programs ?? [])];
  const underWay = [...(described.underWay ?? [])];
  let installations = 0;
  return {
    platform,
    variables: { PATH: "/usr/local/bin:/usr/bin", ...variables },
    isRoot,
    playwrightBrowser: "/home/me/playwright/chrome",
    isProgram: (path) => programs.includes(path),
    installChromium: async () => {
      installations++;
      if (installs instanceof Error) throw installs;
      programs.push(...installs);
    },
    installationEnds: async () => {
      programs.push(...underWay.splice(0));
    },
    installations: () => installations,
  };
}

describe("findBrowser", () => {
  const apt = ["/usr/bin/apt-get"];
  const windows = { platform: "win32", variables: { "PROGRAMFILES(X86)": "C:\\x86", LOCALAPPDATA: "C:\\me" } } as const;
  const mac = { platform: "darwin", variables: { HOME: "/Users/me" } } as const;

  test.each<[string, Described, string]>([
    ["Chromium on the path", { programs: ["/usr/bin/chromium"] }, "/usr/bin/chromium"],
    [
      "the headless shell before Chromium",
      { programs: ["/usr/local/bin/chromium", "/usr/bin/chromium-headless-shell"] },
      "/usr/bin/chromium-headless-shell",
    ],
    ["Edge on the path", { programs: ["/usr/bin/microsoft-edge"] }, "/usr/bin/microsoft-edge"],
    [
      "Chromium before Chrome",
      { programs: ["/usr/local/bin/google-chrome", "/usr/bin/chromium"] },
      "/usr/bin/chromium",
    ],
    ["other Unix", { platform: "freebsd", programs: ["/usr/local/bin/chromium"] }, "/usr/local/bin/chromium"],
    [
      "Chrome on macOS",
      { ...mac, programs: ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"] },
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ],
    [
      "Edge in a home on macOS",
      { ...mac, programs: ["/Users/me/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge"] },
      "/Users/me/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ],
    [
      "Edge on Windows",
      { ...windows, programs: ["C:\\x86\\Microsoft\\Edge\\Application\\msedge.exe"] },
      "C:\\x86\\Microsoft\\Edge\\Application\\msedge.exe",
    ],
    [
      "a user's Chrome on Windows",
      { ...windows, programs: ["C:\\me\\Google\\Chrome\\Application\\chrome.exe"] },
      "C:\\me\\Google\\Chrome\\Application\\chrome.exe",
    ],
    ["Playwright's own", { programs: ["/home/me/playwright/chrome"] }, "/home/me/playwright/chrome"],
    [
      "the one that CHROME_PATH names, before any other",
      { variables: { CHROME_PATH: "/opt/chrome" }, programs: ["/usr/bin/chromium", "/opt/chrome"] },
      "/opt/chrome",
    ],
    [
      "the usual one where CHROME_PATH is empty",
      { variables: { CHROME_PATH: "" }, programs: ["/usr/bin/chromium"] },
      "/usr/bin/chromium",
    ],
  ])("finds %s", async (_, described, expected) => {
    const asked = machine(described);
    expect(await findBrowser(asked)).toBe(expected);
    expect(asked.installations()).toBe(0);
  });

  test("installs Chromium for root on Debian", async () => {
    const debian = machine({ isRoot: true, programs: apt, installs: ["/usr/bin/chromium"] });
    expect(await findBrowser(debian)).toBe("/usr/bin/chromium");
    expect(await findBrowser(debian)).toBe("/usr/bin/chromium");
    expect(debian.installations()).toBe(1);
  });

  test("waits for another test's installation", async () => {
    const debian = machine({ isRoot: true, programs: apt, underWay: ["/usr/bin/chromium"] });
    expect(await findBrowser(debian)).toBe("/usr/bin/chromium");
    expect(debian.installations()).toBe(0);
  });

  test.each<[string, Described, number, RegExp]>([
    [
      "CHROME_PATH names nothing, though there is another",
      { variables: { CHROME_PATH: "/opt/none" }, programs: ["/usr/bin/chromium"] },
      0,
      /^findBrowser: CHROME_PATH must name a browser, got "\/opt\/none"\. Unset it/,
    ],
    [
      "macOS has none",
      mac,
      0,
      /got none\. Run "npx playwright-core install chromium", or name a browser in CHROME_PATH/,
    ],
    ["Windows has none", windows, 0, /got none\. Run "npx playwright-core install chromium"/],
    ["root has no apt-get", { isRoot: true }, 0, /got none\. Run "npx playwright-core install chromium"/],
    ["apt-get needs root", { programs: apt }, 0, /got none\. Run "npx playwright-core install --with-deps chromium"/],
    [
      "the installation fails",
      { isRoot: true, programs: apt, installs: new Error("no network") },
      1,
      /chromium did not install: Error: no network\. Run "npx playwright-core install --with-deps chromium"/,
    ],
    [
      "the installation brings none",
      { isRoot: true, programs: apt },
      1,
      /got none even after installing chromium\. Run/,
    ],
  ])("throws where %s", async (_, described, installations, message) => {
    const asked = machine(described);
    await expect(findBrowser(asked)).rejects.toThrow(message);
    expect(asked.installations()).toBe(installations);
  });
});

test("a program is a file that can be run", () => {
  const folder = mkdtempSync(join(tmpdir(), "symloss-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(thisMachine.isProgram(process.execPath)).toBe(true);
  expect(thisMachine.isProgram(folder)).toBe(false);
  expect(thisMachine.isProgram(join(folder, "none"))).toBe(false);
});

test.skipIf(process.platform === "win32")("a file that may not be run is no program", () => {
  const folder = mkdtempSync(join(tmpdir(), "symloss-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "text"), "", { mode: 0o644 });
  expect(thisMachine.isProgram(join(folder, "text"))).toBe(false);
});
