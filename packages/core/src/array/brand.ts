/** How does one copy of this library recognise the objects of another? By a symbol, which no JSON can carry. */
import { DTypeError } from "./errors.ts";

/** The same in every copy of the library, and in every realm of a process. */
const brand: unique symbol = Symbol.for("@symloss/core") as never;

/** Raised whenever the fields that copies read of each other's objects change. */
const layout = 1;

/** The kinds of branded objects. */
type Kind = "NDArray" | "Tensor";

interface Brand {
  readonly kind: Kind;
  readonly layout: number;
}

/** Marks the objects of a class. */
export function brandClass(prototype: object, kind: Kind): void {
  Object.defineProperty(prototype, brand, { value: Object.freeze({ kind, layout } satisfies Brand) });
}

/** Whether a value is of this kind. Throws `DTypeError` if it comes from a copy of the library with an incompatible layout. */
export function isBranded(value: unknown, kind: Kind): boolean {
  if (typeof value !== "object" || value === null) return false;
  const mark = (value as { readonly [brand]?: Brand })[brand];
  if (mark?.kind !== kind) return false;
  if (mark.layout === layout) return true;
  throw new DTypeError(
    `@symloss/core: the ${kind} from another copy must have this copy's layout ${layout}, got layout ${mark.layout}. ` +
      "Two versions of the package are installed that can't share arrays: `npm ls @symloss/core` shows them.",
  );
}
