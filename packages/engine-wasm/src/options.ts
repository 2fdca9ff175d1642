/** Which options does the engine take? */
import {
  DTypeError,
  type OptionRule,
  type OptionTable,
  OutOfRangeError,
  checkOptions,
  isRecord,
} from "@symloss/core/engine";
import { mostBytes } from "./assembler/host.ts";

/** How much memory an engine has, and which instructions it uses. */
export interface WasmOptions {
  /** The engine's memory, in bytes; it holds device arrays and what compiled functions keep. */
  readonly memory?: MemoryOptions;
  /**
   * Whether elementary functions and sums of products round a product and its sum once, which is faster. `"auto"` (default): where the
   * runtime and the processor can.
   */
  readonly relaxedSimd?: "auto" | boolean;
}

/** Limits in bytes, rounded up to multiples of 65536. */
export interface MemoryOptions {
  /** What it has from the beginning; default 1 MiB. It grows. */
  readonly initial?: number;
  /** What it may grow to; default 4 GiB, or less where the host does not accept so much. */
  readonly maximum?: number;
}

const bytesRule: OptionRule = {
  must: `an integer from 1 to ${mostBytes} (4 GiB)`,
  holds: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= mostBytes,
  error: OutOfRangeError,
};

const memoryTable: OptionTable<MemoryOptions> = { initial: bytesRule, maximum: bytesRule };

const table: OptionTable<WasmOptions> = {
  memory: { must: "a record", holds: isRecord, error: DTypeError },
  relaxedSimd: {
    must: '"auto", true or false',
    holds: (value) => value === "auto" || typeof value === "boolean",
    error: OutOfRangeError,
  },
};

/** The options, with what they are by default. Throws `DTypeError` or `OutOfRangeError` if one is unknown or invalid. */
export function checkWasmOptions(options: WasmOptions): {
  readonly memory: MemoryOptions;
  readonly relaxedSimd: "auto" | boolean;
} {
  checkOptions("wasm", options, table);
  const { memory = {}, relaxedSimd = "auto" } = options;
  checkOptions("wasm", memory, memoryTable, "memory");
  const { initial = 1, maximum = mostBytes } = memory;
  if (initial > maximum) {
    throw new OutOfRangeError(`wasm: memory.initial must be at most memory.maximum, got ${initial} and ${maximum}.`);
  }
  return { memory: { ...memory }, relaxedSimd };
}
