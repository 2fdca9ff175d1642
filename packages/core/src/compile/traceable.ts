/** Which functions can be traced, and which differentiated, as far as their types say? */
import type { Tree } from "../array/tree.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import type { Opaque, Refused, ResultOf, Signature, SignaturesOf, TensorTree } from "./signature.ts";

/** A function, traceable or not. The parameters of one written in place, without types, are tensors. */
export type AnyFunction = ((...args: Tensor[]) => unknown) | CallableFunction;

/** A function, differentiable or not. A list that one written in place returns is read as a pair. */
export type AnyLossFunction = ((...args: Tensor[]) => AnyLoss) | CallableFunction;
type AnyLoss = TensorLike | readonly [TensorLike, unknown];

/** Anything, if this function can be traced. What depends on a type parameter is left to the run. */
export type Traceable<F, Static extends number = never> = Verdict<
  FirstOf<ComplaintOfResult<ResultOf<F>>, ComplaintOfParameters<SignaturesOf<F>, Static>>
>;

/** Anything, if this function can be traced and differentiated. */
export type Differentiable<F, Auxiliary, Static extends number> = Verdict<
  FirstOf<ComplaintOfLoss<ResultOf<F>, Auxiliary>, ComplaintOfParameters<SignaturesOf<F>, Static>>
>;

/** Anything, if this consists of tensors, or of arrays that become tensors. */
export type OfTensors<T, Name extends string> = Verdict<
  IsResult<T> extends true ? Fine : `${Name} must be a Tensor, or lists and records of them`
>;

/** No complaint. */
type Fine = "fine";

// As long as a type parameter is not known, TypeScript lets a function of it pass only if `any` in its place is certain not to be refused:
// so a complaint is a string, there is none about `any`, and the check is not done one by one.
type Verdict<Complaint extends string> = [Complaint] extends [`${string} must ${string}`]
  ? Refused<Complaint>
  : unknown;

type FirstOf<Complaint, Next> = Complaint extends Fine ? Next : Complaint;

type ComplaintOfResult<R> =
  IsResult<R> extends true ? Fine : "the function must return a Tensor, or lists and records of them";

type ComplaintOfLoss<R, Auxiliary> = [AnyLoss] extends [R]
  ? Fine
  : Auxiliary extends true
    ? [R] extends [readonly [Tensor | number, unknown]]
      ? Fine
      : "with auxiliary: true the function must return [loss, anything]"
    : [R] extends [Tensor | number]
      ? Fine
      : "the function must return a scalar Tensor";

/** The complaints of all signatures: one that is fine is enough. */
type ComplaintOfParameters<S, Static> = [unknown] extends [S]
  ? Fine
  : S extends Signature<infer Parameters, unknown>
    ? ComplaintOfFirst<Parameters, Static>
    : Fine;
type ComplaintOfFirst<Parameters, Static, Before extends readonly unknown[] = []> = [unknown[]] extends [Parameters]
  ? Fine
  : Parameters extends readonly [infer First, ...infer Rest]
    ? true extends IsAmong<Before["length"], Static> | IsParameter<First>
      ? ComplaintOfFirst<Rest, Static, [...Before, First]>
      : `argument ${Before["length"]} must be a Tensor, or lists and records of them, or static`
    : Fine;
type IsAmong<Position, Static> = Position extends Static ? true : false;

// Types may contain themselves. What is deeper than this holds no tensors, as an argument, and is not looked at, in a result.
type IsDeep<Above extends readonly unknown[]> = Above["length"] extends 6 ? true : false;

/** Whether a tensor, or a tree of them, can be given for a parameter of this type. */
type IsParameter<T, Above extends readonly unknown[] = []> = [Tree<Tensor>] extends [T]
  ? true
  : IsDeep<Above> extends true
    ? false
    : true extends IsOneParameter<T, [...Above, T]>
      ? true
      : false;
type IsOneParameter<T, Above extends readonly unknown[]> = T extends unknown
  ? [Tensor] extends [T]
    ? true
    : T extends TensorLike | Opaque
      ? false
      : false extends (T extends readonly unknown[] ? AreItems<T, Above> : AreProperties<T, Above>)
        ? false
        : true
  : never;
type AreItems<T extends readonly unknown[], Above extends readonly unknown[]> = {
  [K in keyof T]: IsParameter<T[K], Above>;
}[number];
/** An optional property needs not be given. */
type AreProperties<T, Above extends readonly unknown[]> = {
  [K in keyof T]: Pick<T, K> extends Required<Pick<T, K>> ? IsParameter<T[K], Above> : true;
}[keyof T];

/** Whether all of a result are tensors, arrays, or trees of them. */
type IsResult<T, Above extends readonly unknown[] = []> = [unknown] extends [T]
  ? true
  : [T] extends [TensorTree]
    ? true
    : IsDeep<Above> extends true
      ? true
      : false extends IsOneResult<T, [...Above, T]>
        ? false
        : true;
type IsOneResult<T, Above extends readonly unknown[]> = T extends TensorLike
  ? true
  : T extends Opaque
    ? false
    : T extends readonly unknown[]
      ? { [K in keyof T]: IsResult<T[K], Above> }[number]
      : { [K in keyof T]-?: IsResult<Required<T>[K], Above> }[keyof T];
