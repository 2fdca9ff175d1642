/** Which calls does a function take that is made from a function of tensors, and what do they give? Its type follows from theirs. */
import type { ArrayInput } from "../array/convert.ts";
import type { TypedArray } from "../array/dtype.ts";
import type { NDArray } from "../array/ndarray.ts";
import type { Tree } from "../array/tree.ts";
import type { DeviceArray } from "../engine/contract.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import type { StaticValue } from "./static.ts";

/** What is given for a tensor in a call of a compiled function. */
export type ArrayArgument = ArrayInput | DeviceArray;
/** An argument or result of a function of tensors: a tree of tensors. */
export type TensorTree = Tree<TensorLike>;

/** The arrays that stand for tensors in arguments. */
export type Arrays<T> = InPlace<T, ArrayArgument>;
/** Anything accepted in place of a tensor, or of a tree of tensors. */
export type Like<T> = InPlace<T, TensorLike>;
/** The arrays that stand for tensors in results. */
export type Results<T, A> = [Tree<Tensor>] extends [T]
  ? Tree<A>
  : T extends TensorLike
    ? A
    : { -readonly [K in keyof T]: Results<T[K], A> };
/** The arrays into which results are written. */
export type Outputs<T> = [Tree<Tensor>] extends [T]
  ? Tree<NDArray | TypedArray>
  : T extends TensorLike
    ? NDArray | TypedArray
    : { readonly [K in keyof T]: Outputs<T[K]> };

/** `A` in place of what accepts a tensor, within lists and records too. What accepts none can't be given. */
export type InPlace<T, A> = [Tree<Tensor>] extends [T]
  ? Tree<A>
  : [Choice<T, A>] extends [never]
    ? Refused<"the function takes no Tensor here">
    : Choice<T, A>;
type Choice<T, A> = T extends unknown
  ? [Tensor] extends [T]
    ? A
    : T extends TensorLike | Opaque
      ? never
      : { readonly [K in keyof T]: InPlace<T[K], A> }
  : never;

/** What is neither an array nor a tree of tensors. */
export type Opaque =
  | string
  | bigint
  | symbol
  | null
  | undefined
  | void
  | readonly StaticValue[]
  | CallableFunction
  | PromiseLike<unknown>;

/** What is refused. No value has this type: the reason is there for TypeScript to print. */
export interface Refused<Reason extends string> {
  readonly refused: Reason;
}

/** The parameters and the result of a function. */
export interface Signature<Parameters extends readonly unknown[], Result> {
  readonly parameters: Parameters;
  readonly result: Result;
}

/** The signatures of a function, the last two if it has more. Of what was cast to `never` nothing is known. */
export type SignaturesOf<F> = [F] extends [never]
  ? Signature<unknown[], never>
  : F extends (...args: infer Last) => infer Result
    ? // Most have one. It is found without a look at the parameters, which may be those of a generic function.
      ((...args: Last) => Result) extends F
      ? Signature<Last, Result>
      : LastTwo<F>
    : never;
type LastTwo<F> = F extends { (...args: infer First): infer FirstResult; (...args: infer Last): infer LastResult }
  ? unknown[] extends First
    ? Signature<Last, LastResult>
    : Signature<First, FirstResult> | Signature<Last, LastResult>
  : F extends (...args: infer Only) => infer Result
    ? Signature<Only, Result>
    : never;

/** The arrays that stand for the tensors in arguments; those at static positions are values. */
export type ArraysFor<Arguments, Static extends number = never> = {
  [K in keyof Arguments]: K extends `${Static}` ? Fixed<Arguments[K]> : Arrays<Arguments[K]>;
};
/** Anything accepted in place of the tensors in arguments; those at static positions stay as they are. */
export type Likes<Arguments, Static extends number = never> = {
  [K in keyof Arguments]: K extends `${Static}` ? Arguments[K] : Like<Arguments[K]>;
};

/** What may be given where an argument is static. */
export type Fixed<T> = [StaticValue] extends [T]
  ? StaticValue
  : [Plain<T>] extends [never]
    ? Refused<"arrays and functions can't be static">
    : Plain<T>;
type Plain<T> = T extends StaticValue
  ? T
  : T extends TensorLike | Opaque
    ? never
    : { readonly [K in keyof T]: Fixed<T[K]> };

/** What a function returns. */
export type ResultOf<F> = SignaturesOf<F>["result"];

/** The positions of a function's parameters. */
export type PositionOf<F> = PositionIn<SignaturesOf<F>["parameters"]>;
type PositionIn<Parameters extends readonly unknown[]> = Parameters extends unknown
  ? number extends Parameters["length"]
    ? number
    : Extract<keyof Parameters, `${number}`> extends `${infer Position extends number}`
      ? Position
      : never
  : never;

/** One function that takes the calls of each of these. */
export type Together<Functions> = (Functions extends unknown ? (given: Functions) => void : never) extends (
  given: infer All,
) => void
  ? All
  : never;
