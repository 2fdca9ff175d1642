/** What may a user say about how servers are asked? */
import type { Aborting } from "../platform.ts";

/** What is used of an answer: it is what `fetch` gives, or stands in for it. */
export interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: { get(name: string): string | null };
  /** A `ReadableStream` of the bytes. */
  readonly body: unknown;
}

/** Asks for what is at an address, as the global `fetch` does. */
export type Fetch = (
  address: string,
  request: { readonly method: string; readonly headers: Readonly<Record<string, string>>; readonly signal: never },
) => Promise<Answer>;

/** How servers are asked. */
export interface AskOptions {
  /** Asks in place of the global `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Headers that each request has, such as `{ Authorization: "Bearer ..." }`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** An `AbortSignal` that ends requests, whose reason the run throws. That of the run is seen between batches. */
  readonly signal?: Aborting | undefined;
}
