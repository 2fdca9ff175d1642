/** What does the bench measure? Each measurement is a module that runs when it is imported, for its workloads or those that are named. */
import type { Command } from "./command.ts";
import { Failure } from "./failure.ts";

/** What a measurement asks, and where it is. */
interface Measurement {
  readonly summary: string;
  readonly load: () => Promise<{ readonly measure: (workloads: readonly string[]) => Promise<void> }>;
}

const measurements: Readonly<Record<string, Measurement>> = {
  loops: {
    summary: "generated loops beside loops by hand",
    load: () => import("./measure/loops.ts"),
  },
  compile: {
    summary: "how long every loss takes to compile, with its gradients, and how that grows with a graph",
    load: () => import("./measure/compile.ts"),
  },
  onnx: {
    summary: "engine-onnx beside models by hand, in the same runtime",
    load: () => import("./measure/onnx.ts"),
  },
};

/** Measures what is named, of all its workloads or those that are named after it. */
export const bench: Command = {
  run: async ([name = "--help", ...workloads], report) => {
    if (name === "--help" || name === "-h") {
      report.line("npm run bench -- MEASUREMENT [WORKLOAD ..]\n");
      for (const [known, { summary }] of Object.entries(measurements)) report.line(`  ${known.padEnd(10)} ${summary}`);
      return;
    }
    const measurement = Object.hasOwn(measurements, name) ? measurements[name] : undefined;
    if (measurement === undefined) {
      throw new Failure(
        `The measurement must be one of ${Object.keys(measurements).join(", ")}, got ${JSON.stringify(name)}.`,
      );
    }
    const { measure } = await measurement.load();
    await measure(workloads);
  },
};
