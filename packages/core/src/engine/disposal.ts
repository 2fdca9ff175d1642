/** How does `using` free what has a `dispose()`? By symbols, which not every browser has yet: bundlers stand in others for them. */
import type { MaybePromise } from "../array/promise.ts";

/** `Symbol.dispose`, or the symbol that bundlers make of it. */
export const disposeSymbol: typeof Symbol.dispose = (Symbol.dispose ?? Symbol.for("Symbol.dispose")) as never;

/** `Symbol.asyncDispose`, or the symbol that bundlers make of it. */
export const asyncDisposeSymbol: typeof Symbol.asyncDispose = (Symbol.asyncDispose ??
  Symbol.for("Symbol.asyncDispose")) as never;

/** What `await using` can hold, of how it is freed. */
export function asyncDisposable<Freed extends MaybePromise<void>>(
  dispose: () => Freed,
): { dispose(): Freed; [Symbol.asyncDispose](): Promise<void> } {
  return {
    dispose,
    [asyncDisposeSymbol]: async () => {
      await dispose();
    },
  };
}
