/** What do a page and its test say to each other? What crosses is copied: JSON, and NaN, infinities and typed arrays as well. */

/** Sends a value from the page to the test's `onReport`. */
export type Report = (value: unknown) => void;

/** How the call of a page's function ended. */
export type Outcome = { readonly value: unknown } | { readonly error: string };

/** What a worker sends to the page that started it. */
export type WorkerMessage =
  /** It awaits the arguments. */
  | { readonly kind: "ready" }
  | { readonly kind: "report"; readonly value: unknown }
  | { readonly kind: "finish"; readonly outcome: Outcome };

/** What became of a case. */
export type CaseResult =
  | { readonly name: string; readonly passed: true }
  | { readonly name: string; readonly passed: false; readonly message: string };
