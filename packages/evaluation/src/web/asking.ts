/** How is a server asked, and how does it say that it has no answer? */
import { OutOfRangeError } from "@symloss/core";
import { type OptionTable, functionRule, isRecord } from "@symloss/core/engine";
import type { Place } from "../formats/file-error.ts";
import { toldStream } from "../formats/told-stream.ts";
import type { Answer, AskOptions, Fetch } from "./ask-options.ts";

export const askTable: OptionTable<AskOptions> = {
  fetch: { ...functionRule, required: false },
  headers: { must: "a record of texts", holds: isRecordOfTexts, error: OutOfRangeError },
  signal: { must: "an AbortSignal", holds: (value) => value instanceof AbortSignal, error: OutOfRangeError },
};

function isRecordOfTexts(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((text) => typeof text === "string");
}

/** What is asked. */
export interface Question {
  readonly method: "GET" | "HEAD";
  /** The first and the last byte that are asked for. */
  readonly range?: readonly [number, number];
  /** Ends the request. */
  readonly ended?: AbortSignal;
}

/** The answer. Throws `OutOfRangeError`, naming the address, if there is none. */
export async function ask(place: Place, options: AskOptions, { method, range, ended }: Question): Promise<Answer> {
  const { fetch = globalThis.fetch as unknown as Fetch, headers } = options;
  const signals = [options.signal as AbortSignal | undefined, ended].filter((one) => one !== undefined);
  const request = {
    method,
    headers: { ...headers, ...(range !== undefined && { Range: `bytes=${range.join("-")}` }) },
    signal: AbortSignal.any(signals) as never,
  };
  try {
    return await fetch(place.name, request);
  } catch (cause) {
    throw told(place, options, cause);
  }
}

/** The bytes of an answer. To cancel them closes the connection. */
export function bodyOf(place: Place, options: AskOptions, { body }: Answer): ReadableStream<Uint8Array> {
  const bytes = body as ReadableStream<Uint8Array> | null;
  if (bytes === null) return new ReadableStream({ start: (controller) => controller.close() });
  return toldStream(bytes, (cause) => told(place, options, cause));
}

/** The reason of the signal, if that has ended it; else that the network has. */
function told({ caller, name }: Place, { signal }: AskOptions, cause: unknown): unknown {
  const given = signal as AbortSignal | undefined;
  if (given?.aborted === true) return given.reason;
  const { message, cause: deeper } = cause as Error;
  const why = deeper instanceof Error ? `${message} (${deeper.message})` : message;
  return new OutOfRangeError(`${caller}: the server must give ${name}, got ${why}.`, { cause });
}

/** An error that names address and status. */
export function refused({ caller, name }: Place, must: string, { status, statusText }: Answer): OutOfRangeError {
  const got = `${status} ${statusText}`.trim();
  return new OutOfRangeError(`${caller}: the server must answer for ${name} with the status ${must}, got ${got}.`);
}
