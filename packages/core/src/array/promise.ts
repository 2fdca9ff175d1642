/** How is a value handled that may or may not be a promise? */

/** A value, or a promise of it; public functions always return a promise. */
export type MaybePromise<T> = T | Promise<T>;

/** Whether a value is a promise, of this realm or another. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === "function";
}

/** Applies `next` to a value, synchronously unless the value is a promise. */
export function andThen<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return isPromise(value) ? value.then(next) : next(value);
}
