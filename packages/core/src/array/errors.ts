/** Which errors are thrown? Every message reads `<function>: <what must hold>, got <what came>.` and a sentence of help. */

/** What every error of this library is; `name` tells the kind, also across two copies of the package. */
export abstract class SymlossError extends Error {
  abstract override readonly name: string;
}

/** Shapes, ranks or the structure of arguments do not fit. */
export class ShapeError extends SymlossError {
  override readonly name = "ShapeError" as const;
}

/** An element type, or the type of an argument, does not fit. */
export class DTypeError extends SymlossError {
  override readonly name = "DTypeError" as const;
}

/** A class index, an axis or an option lies outside of what is allowed. */
export class OutOfRangeError extends SymlossError {
  override readonly name = "OutOfRangeError" as const;
}

/** An engine has no way to run an operation. */
export class UnsupportedOperationError extends SymlossError {
  override readonly name = "UnsupportedOperationError" as const;
}

/** An engine can't run in this environment; the message says why. */
export class EngineUnavailableError extends SymlossError {
  override readonly name = "EngineUnavailableError" as const;
}

/** An engine failed while it compiled or ran a graph; `cause` holds what it threw. */
export class EngineError extends SymlossError {
  override readonly name = "EngineError" as const;
}

/** Something was used after its `dispose()`. */
export class DisposedError extends SymlossError {
  override readonly name = "DisposedError" as const;
}

const names: ReadonlySet<string> = new Set([
  "ShapeError",
  "DTypeError",
  "OutOfRangeError",
  "UnsupportedOperationError",
  "EngineUnavailableError",
  "EngineError",
  "DisposedError",
]);

/** Whether an error is one of this library's, made by this copy of it or another. */
export function isSymlossError(error: unknown): error is SymlossError {
  return error instanceof Error && names.has(error.name);
}
