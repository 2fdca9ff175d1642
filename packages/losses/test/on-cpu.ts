/** How do tests see what a loss computes? Its values and gradients, on the engine that defines every operation. */
import { type Tensor, type TensorLike, evaluate, grad, ndarray } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";

export const engine: Awaited<ReturnType<typeof cpu>> = await cpu();

/** The elements, nested as the axes are. Here as below a zero is a zero, whatever its sign. */
export async function valueOf(expression: Tensor): Promise<unknown> {
  const { shape, dtype } = await evaluate(expression, { engine });
  return ndarray(await elementsOf(expression), shape, dtype).toArray();
}

/** The elements in one list. */
export async function elementsOf(expression: Tensor): Promise<number[]> {
  return Array.from((await evaluate(expression, { engine })).data, (value) => value + 0);
}

/** The gradient of the sum of what the function gives, with respect to each argument. */
export async function gradientsOf(
  fn: (...args: Tensor[]) => Tensor,
  ...args: readonly TensorLike[]
): Promise<number[][]> {
  const gradients = grad((...tensors: Tensor[]) => fn(...tensors).sum(), { wrt: args.map((_, position) => position) })(
    ...args,
  );
  return Promise.all(gradients.map(elementsOf));
}
