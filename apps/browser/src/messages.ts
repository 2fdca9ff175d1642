/** Which messages do a page and its test exchange? They are copied: JSON, and also NaN, infinities and typed arrays. */

/** Sends a value from the page to the test's `onReport`. */
export type Report = (value: unknown) => void;

/** How the call of a page's function ended. */
export type Outcome = { readonly value: unknown } | { readonly error: string };

/** What a worker sends to the page that started it. */
export type WorkerMessage =
  /** It waits for its arguments. */
  | { readonly kind: "ready" }
  | { readonly kind: "report"; readonly value: unknown }
  | { readonly kind: "finish"; readonly outcome: Outcome };

/** The result of a case. */
export type CaseResult =
  | { readonly name: string; readonly passed: true }
  | { readonly name: string; readonly passed: false; readonly message: string };

/** What a page tells of a loss that it computed on engine-wasm. */
export interface WasmOutcome {
  readonly loss: number;
  readonly gradient: readonly number[];
  /** The name of the engine. */
  readonly engine: string;
  /** Whether `eval` is allowed there. */
  readonly mayEvaluate: boolean;
  readonly scope: "page" | "worker";
}
