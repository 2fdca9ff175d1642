/** Does a value have to be waited for? */

/** A value, or a promise of it: what users see is always a promise. */
export type MaybePromise<T> = T | Promise<T>;

/** Whether a value is a promise, also one of another realm. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === "function";
}

/** What `next` makes of a value, at once if it is there. */
export function andThen<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return isPromise(value) ? value.then(next) : next(value);
}
