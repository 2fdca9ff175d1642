/** Where are runs that are too large for memory or for the text of a state? In a store, by the hash of their bytes. */
import { OutOfRangeError } from "@symloss/core";
import { type OptionRule, isRecord } from "@symloss/core/engine";

/** Bytes, some at a time. */
export type Bytes = AsyncIterable<Uint8Array>;

/** Keeps bytes. */
export interface RunStore {
  /** Keeps bytes for as long as a state may refer to them, and returns their SHA-256 in hexadecimal. */
  put(bytes: Bytes): Promise<string>;
  /** The bytes with this SHA-256. Throws, before the last of them is read, if they are missing or others. */
  open(hash: string): Bytes;
  /** Keeps bytes until they are removed. */
  keep(bytes: Bytes): Promise<KeptBytes>;
}

/** Bytes that are kept for a while. */
export interface KeptBytes {
  open(): Bytes;
  remove(): Promise<void>;
}

/** The rule of an option that is one. */
export const runsRule: OptionRule = {
  must: "a store for runs",
  holds: (value) => {
    const { put, open, keep } = (isRecord(value) ? value : {}) as Partial<RunStore>;
    return typeof put === "function" && typeof open === "function" && typeof keep === "function";
  },
  error: OutOfRangeError,
};

/** What is large. */
export interface RunLimits {
  /** A run of more different numbers stands in a state as a reference to a store, if there is one. */
  inline: number;
  /** So many different numbers are in memory, those of all statistics and groups together, before they go to a store, if there is one. */
  memory: number;
  /** So many runs are merged at a time. */
  together: number;
  /** So many numbers of a run in memory are merged at a time. */
  block: number;
}

/** Tests make them small. */
export const limits: RunLimits = { inline: 2 ** 14, memory: 2 ** 19, together: 64, block: 2 ** 12 };
