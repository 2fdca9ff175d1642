/** Which errors are thrown? A message reads `<function>: <what must hold>, got <what came>.`, then a sentence of help. */

/** The base class of every error of this library; `name` identifies the kind, even across two copies of the package. */
export abstract class SymlossError extends Error {
  abstract override readonly name: string;
}

/** Shapes, ranks or the structure of arguments do not match. */
export class ShapeError extends SymlossError {
  override readonly name = "ShapeError" as const;
}

/** An element type, or the type of an argument, is not allowed. */
export class DTypeError extends SymlossError {
  override readonly name = "DTypeError" as const;
}

/** A class index, an axis or an option is outside the allowed range. */
export class OutOfRangeError extends SymlossError {
  override readonly name = "OutOfRangeError" as const;
}

/** An engine can't run an operation, nor a rewriting of it. */
export class UnsupportedOperationError extends SymlossError {
  override readonly name = "UnsupportedOperationError" as const;
}

/** An engine can't run in this environment; the message says why. */
export class EngineUnavailableError extends SymlossError {
  override readonly name = "EngineUnavailableError" as const;
}

/** An engine failed while compiling or running a graph; `cause` holds what it threw. */
export class EngineError extends SymlossError {
  override readonly name = "EngineError" as const;
}

/** Something was used after its `dispose()`. */
export class DisposedError extends SymlossError {
  override readonly name = "DisposedError" as const;
}

/** A gradient is not the slope of its function, or no slope is there to compare it with. */
export class GradientError extends SymlossError {
  override readonly name = "GradientError" as const;
}

const names: ReadonlySet<string> = new Set([
  "ShapeError",
  "DTypeError",
  "OutOfRangeError",
  "UnsupportedOperationError",
  "EngineUnavailableError",
  "EngineError",
  "DisposedError",
  "GradientError",
]);

/** Whether an error was thrown by this library, by this copy or another. */
export function isSymlossError(error: unknown): error is SymlossError {
  return error instanceof Error && names.has(error.name);
}
