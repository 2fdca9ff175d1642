/** How is Redis reached, and what if it can't be? */
import { EngineUnavailableError, OutOfRangeError } from "@symloss/core";
import { type OptionRule, isRecord } from "@symloss/core/engine";

/** Where Redis or Valkey is: its address, `redis://user:password@host:6379/0`, or the options of ioredis. */
export type QueueConnection = string | Readonly<Record<string, unknown>>;

/** The rule of an option that is one. */
export const connectionRule: OptionRule = {
  must: 'an address such as "redis://localhost:6379", or options of ioredis',
  holds: (value) => (typeof value === "string" ? isAddress(value) : isRecord(value)),
  required: true,
  error: OutOfRangeError,
  // An address may have a password within.
  show: (value) => (typeof value === "string" ? "another text" : typeof value),
};

function isAddress(text: string): boolean {
  return /^rediss?:\/\//.test(text) && URL.canParse(text);
}

/** The options of ioredis. Commands of a coordinator fail after some attempts to connect; those of a worker wait for ever. */
export function optionsOf(connection: QueueConnection, waits: boolean): Record<string, unknown> {
  const own = typeof connection === "string" ? { url: connection } : connection;
  return { retryStrategy: () => retryAfter, ...own, maxRetriesPerRequest: waits ? null : 3 };
}

/** In milliseconds. */
const retryAfter = 500;

/** Without user and password. */
function addressOf(connection: QueueConnection): string {
  const {
    host = "127.0.0.1",
    port = 6379,
    url = `redis://${String(host)}:${String(port)}`,
  } = typeof connection === "string" ? { url: connection } : connection;
  return typeof url === "string" && URL.canParse(url) ? new URL(url).host : "another address";
}

/** What is connected, and tells what is wrong with its connection. */
interface Connected {
  waitUntilReady(): Promise<unknown>;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** So long is waited for the first connection, in milliseconds. */
const firstPatience = 5000;

/** Throws `EngineUnavailableError`, naming the address, if Redis is not reached within some seconds. */
export async function requireReached(caller: string, connection: QueueConnection, connected: Connected): Promise<void> {
  let last: Error | undefined;
  connected.on("error", (error) => (last = error));
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unreachable(caller, connection, last)), firstPatience);
  });
  try {
    await Promise.race([connected.waitUntilReady(), tooLong]);
  } catch (cause) {
    throw cause instanceof EngineUnavailableError ? cause : unreachable(caller, connection, cause);
  } finally {
    clearTimeout(timer);
  }
}

/** An error that says why Redis can't be reached. */
export function unreachable(caller: string, connection: QueueConnection, cause: unknown): EngineUnavailableError {
  const reason = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : "no answer";
  return new EngineUnavailableError(`${caller}: Redis must be reachable at ${addressOf(connection)}, got ${reason}.`, {
    cause,
  });
}
