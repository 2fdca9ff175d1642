/** Which functions return their operand and only tell the passes something about it? */
import { type CheckKind, isCheckKind } from "./check.ts";
import { describe } from "../array/describe.ts";
import { DTypeError, ShapeError } from "../array/errors.ts";
import { type TensorLike, type Tensor, isTensor, makeTensor, requireTensor } from "./tensor.ts";
import { asTensor, toDType } from "./operand.ts";
import { functionRule, isRecord, requireRule } from "../array/options.ts";
import { sameShape } from "../array/broadcast.ts";

/** Returns x, which gradients treat as a constant. */
export function stopGradient(x: TensorLike): Tensor {
  return makeTensor("stopGradient", [asTensor(x, "stopGradient", "x")], {});
}

/** What a function with a custom gradient returns: its value, and how to compute the gradient. */
export interface CustomGradient {
  readonly value: Tensor;
  /** From the gradient of the result, of the value's shape, to one gradient for each input, of the input's shape. */
  readonly gradient: (cotangent: Tensor) => readonly TensorLike[];
}

/**
 * Makes a function whose gradient is the given one instead of the derivative of its value.
 * Taking the gradient throws `ShapeError` if it does not have its input's shape.
 * @example const straightThrough = customGradient((x) => ({ value: x.sign(), gradient: (cotangent) => [cotangent] }));
 */
export function customGradient<Inputs extends readonly Tensor[] = Tensor[]>(
  fn: (...inputs: Inputs) => CustomGradient,
): (...inputs: { [K in keyof Inputs]: TensorLike }) => Tensor {
  requireRule("customGradient", "fn", functionRule, fn);
  return (...inputs) => {
    const tensors = inputs.map((input, index) => asTensor(input, "customGradient", `input ${index}`));
    const { value, gradient } = requireResult(fn(...(tensors as unknown as Inputs)));
    const checked = (cotangent: Tensor) => matchInputs(tensors, gradient(cotangent));
    return makeTensor("customGradient", [value, ...tensors], { gradient: checked });
  };
}

/**
 * Returns x, which is checked before anything runs if it comes from the host; computed values are not checked. A message ends with
 * `help`, a sentence, if the kind has none of its own.
 */
export function check(
  caller: string,
  argument: string,
  x: Tensor,
  kind: CheckKind & { readonly help?: string },
): Tensor {
  requireTensor(caller, argument, x);
  if (!isCheckKind(kind)) {
    throw new DTypeError(`check: kind must be a known kind of check, got ${describe(kind)}.`);
  }
  return makeTensor("check", [x], { check: { caller, argument, ...kind } });
}

function requireResult(result: CustomGradient): CustomGradient {
  if (isRecord(result) && isTensor(result.value) && typeof result.gradient === "function") return result;
  throw new DTypeError(
    `customGradient: the function must return { value, gradient }, a Tensor and a function, got ${describe(result)}.`,
  );
}

function matchInputs(inputs: readonly Tensor[], gradients: readonly TensorLike[]): Tensor[] {
  if (!Array.isArray(gradients)) {
    throw new DTypeError(`customGradient: gradient must return a list of gradients, got ${describe(gradients)}.`);
  }
  if (gradients.length !== inputs.length) {
    throw new ShapeError(
      `customGradient: there must be one gradient for each of the ${inputs.length} inputs, got ${gradients.length}.`,
    );
  }
  return inputs.map((input, index) => {
    const gradient = asTensor(gradients[index]!, "customGradient", `gradient ${index}`);
    if (!sameShape(gradient.shape, input.shape)) {
      throw new ShapeError(
        `customGradient: gradient ${index} must have its input's shape, got ${gradient} for ${input}.`,
      );
    }
    return toDType(gradient, input.dtype);
  });
}
