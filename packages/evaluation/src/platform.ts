/** What is used of the platform? What Node.js and every browser have. */

interface Platform {
  readonly crypto: { readonly subtle: { digest(algorithm: string, data: Uint8Array): Promise<ArrayBuffer> } };
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  setTimeout(run: () => void, milliseconds: number): unknown;
}

const platform = globalThis as unknown as Platform;

/** What an `AbortSignal` does here. */
export interface Aborting {
  throwIfAborted(): void;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** What is iterated until a signal is aborted, which is not waited for: a source that hangs is left behind. Throws why it is. */
export async function* untilAborted<T>(
  values: Iterable<T> | AsyncIterable<T>,
  signal: Aborting | undefined,
): AsyncGenerator<T> {
  if (signal === undefined) {
    yield* values;
    return;
  }
  let abort = (): void => {};
  const aborted = new Promise<void>((resolve) => (abort = resolve));
  signal.addEventListener("abort", abort);
  const iterator = Symbol.asyncIterator in values ? values[Symbol.asyncIterator]() : values[Symbol.iterator]();
  let isOver = false;
  try {
    while (!isOver) {
      signal.throwIfAborted();
      const next = await Promise.race([iterator.next(), aborted]);
      signal.throwIfAborted();
      if (next === undefined) continue;
      isOver = next.done === true;
      if (!isOver) yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", abort);
    // Where it hangs it does not end either.
    if (!isOver) void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

/** The SHA-256 of a text, or of bytes in parts, in hexadecimal. */
export async function sha256(given: string | readonly Uint8Array[]): Promise<string> {
  const data = typeof given === "string" ? new platform.TextEncoder().encode(given) : joined(given);
  const hash = await platform.crypto.subtle.digest("SHA-256", data);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let next = 0;
  for (const part of parts) {
    whole.set(part, next);
    next += part.length;
  }
  return whole;
}

/** Lets timers and sockets have their turn. */
export async function pause(): Promise<void> {
  await new Promise<void>((resolve) => platform.setTimeout(resolve, 0));
}
