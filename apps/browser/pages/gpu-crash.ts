/// <reference lib="dom" />
/** What do runs return while the browser's graphics process dies? Reports when it is ready, and runs until an error tells of the loss. */
import { compile, mul } from "@symloss/core";
import { gpu } from "@symloss/engine-gpu";
import type { Report } from "../src/messages.ts";

/** How many results were wrong, the error's message, and a result of the next call. */
export interface CrashOutcome {
  readonly wrong: number;
  readonly error: string;
  readonly next: number;
}

export default async function (mode: "webgl2" | "webgl", report: Report): Promise<CrashOutcome> {
  const engine = await gpu({ mode });
  const twice = compile((x) => mul(x!, 2), { engine });
  const x = new Float32Array(10_000);
  await twice(x);
  report("ready");
  let wrong = 0;
  for (let run = 1; ; run++) {
    x.fill(run);
    try {
      const { data } = await twice(x);
      if (data[0] !== 2 * run || data.at(-1) !== 2 * run) wrong++;
      if (wrong === 10) return { wrong, error: "none", next: Number.NaN };
      // Losses are reported in a separate task: most runs come before it, some after.
      if (run % 50 === 0) await new Promise((resolve) => setTimeout(resolve));
    } catch (error) {
      return { wrong, error: String(error), next: await firstOf(() => twice([21])) };
    }
  }
}

/** A browser takes a moment to restart its graphics process. */
async function firstOf(run: () => Promise<{ readonly data: ArrayLike<number> }>): Promise<number> {
  for (let rest = 100; ; rest--) {
    try {
      return (await run()).data[0]!;
    } catch (error) {
      if (rest === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
