/** On which machine does the command line run? */
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";
import type { Machine } from "./measure/result.ts";

/** The machine under this process. */
export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${platform()} ${release()} ${arch()}`,
    runtime: `Node ${process.version}`,
    javascript: `V8 ${process.versions.v8}`,
  };
}

/** How many processes were running or waiting in the last minute; undefined where the system does not count, as Windows. */
export function loadAverage(): number | undefined {
  return platform() === "win32" ? undefined : loadavg()[0];
}
