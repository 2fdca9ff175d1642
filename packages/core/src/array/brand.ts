/** How is an object of this library known, also by another copy of it? By a symbol, which no JSON can carry. */
import { DTypeError } from "./errors.ts";

/** The same in every copy of the library, and in every realm of a process. */
const brand: unique symbol = Symbol.for("@symloss/core") as never;

/** Raised when what one copy reads of another's objects changes. */
const layout = 1;

/** What a branded object is. */
type Kind = "NDArray" | "Tensor";

interface Brand {
  readonly kind: Kind;
  readonly layout: number;
}

/** Marks the objects of a class. */
export function brandClass(prototype: object, kind: Kind): void {
  Object.defineProperty(prototype, brand, { value: Object.freeze({ kind, layout } satisfies Brand) });
}

/** Whether a value is of this kind; throws `DTypeError` if it is that of a copy of the library that lays it out otherwise. */
export function isBranded(value: unknown, kind: Kind): boolean {
  if (typeof value !== "object" || value === null) return false;
  const mark = (value as { readonly [brand]?: Brand })[brand];
  if (mark?.kind !== kind) return false;
  if (mark.layout === layout) return true;
  throw new DTypeError(
    `@symloss/core: the ${kind} of another copy must have layout ${layout}, as this one's, got layout ${mark.layout}. ` +
      "Two versions of the package are installed that can't share arrays: `npm ls @symloss/core` shows them.",
  );
}
