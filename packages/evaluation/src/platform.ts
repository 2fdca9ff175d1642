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
}

/** The SHA-256 of a text, in hexadecimal. */
export async function sha256(text: string): Promise<string> {
  const bytes = await platform.crypto.subtle.digest("SHA-256", new platform.TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Lets timers and sockets have their turn. */
export async function pause(): Promise<void> {
  await new Promise<void>((resolve) => platform.setTimeout(resolve, 0));
}
