/** On which machine does the page run, as far as a browser tells? */
import type { Machine } from "../../src/measure/result.ts";

/** What is used of a browser's hints about itself, which not every browser gives. */
interface Hints {
  getHighEntropyValues(names: readonly string[]): Promise<Readonly<Record<string, string>>>;
}

/** The machine under this page. */
export async function describeBrowser(): Promise<Machine> {
  const { userAgentData, hardwareConcurrency, platform } = navigator as Navigator & {
    readonly userAgentData?: Hints;
  };
  const hints = await userAgentData?.getHighEntropyValues(["architecture", "bitness", "platform", "platformVersion"]);
  return {
    processor: hints === undefined ? "unknown" : `${hints["architecture"]} of ${hints["bitness"]} bits`,
    cores: hardwareConcurrency,
    system: hints === undefined ? platform : `${hints["platform"]} ${hints["platformVersion"]}`.trim(),
    ...describeUserAgent(navigator.userAgent),
  };
}

/** The browsers by what their user agents say, and what each runs JavaScript with; the most particular first. */
const browsers: readonly (readonly [pattern: RegExp, name: string, javascript: string])[] = [
  [/ Edg\/([\d.]+)/, "Edge", "V8"],
  [/ (?:Headless)?Chrome\/([\d.]+)/, "Chromium", "V8"],
  [/ Firefox\/([\d.]+)/, "Firefox", "SpiderMonkey"],
  [/ Version\/([\d.]+) .*Safari\//, "Safari", "JavaScriptCore"],
];

/** The browser that a user agent names, and its engine of JavaScript. */
export function describeUserAgent(userAgent: string): Pick<Machine, "runtime" | "javascript"> {
  for (const [pattern, name, javascript] of browsers) {
    const version = pattern.exec(userAgent)?.[1];
    if (version !== undefined) return { runtime: `${name} ${version}`, javascript };
  }
  return { runtime: userAgent, javascript: "unknown" };
}
