/** What is one element of a tensor, as an expression of loop indices? Equal expressions are one object. */
import type { DType } from "@symloss/core/engine";
import type { Length, NamedLength } from "../program/length.ts";
import type { Buffer, Reduction } from "../program/program.ts";
import type { ScalarOperation } from "../program/scalar-operation.ts";

/** A future loop index: an axis, or several axes of tensors that are always traversed together. */
export interface Label {
  readonly id: number;
  readonly extent: Length;
  /** Whether it may be a batch, whose length must decide nothing. */
  readonly mayBeBatch: boolean;
  /** The extent that decisions reckon with: for a batch, or one that has a name, an assumed one. */
  readonly weight: number;
}

/** An affine function of labels and of integers that are known when the program runs. */
export interface Affine {
  readonly constant: Length;
  readonly terms: readonly { readonly label: Label; readonly stride: Length }[];
  readonly others: readonly { readonly element: Element; readonly stride: Length }[];
}

interface Common {
  readonly id: number;
  /** The elements that it is computed from directly. */
  readonly parts: readonly Element[];
  /** The labels that it depends on, by id. */
  readonly labels: readonly Label[];
  readonly dtype: DType;
  /** Whether the number is exactly representable in its dtype: float32 is computed in float64 and rounded when stored. */
  readonly exact: boolean;
  /** Roughly what computing it from its parts costs, in additions. */
  readonly ownCost: number;
  /** The same from loads and reductions. */
  readonly cost: number;
}

/** A number for each index of its labels: an element of a tensor, or a subexpression of one. */
export type Element = Common &
  (
    | { readonly kind: "constant"; readonly value: number }
    | { readonly kind: "length"; readonly length: NamedLength }
    | { readonly kind: "index"; readonly label: Label }
    | { readonly kind: "load"; readonly buffer: Buffer; readonly offset: Affine }
    | { readonly kind: "apply"; readonly operation: ScalarOperation; readonly operands: readonly Element[] }
    | {
        readonly kind: "reduce";
        readonly reduction: Reduction;
        readonly operand: Element;
        readonly over: readonly Label[];
      }
  );

/** An element of one kind. */
export type ElementOf<K extends Element["kind"]> = Extract<Element, { readonly kind: K }>;
