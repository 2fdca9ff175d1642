/** How do numbers that are learned follow their gradient? */
import { type NDArray, ndarray } from "@symloss/core";

/** Moves a record of arrays against its gradient. */
export interface Optimizer<Name extends string> {
  /** Where the gradient is written before each update, an array for each that is learned. */
  readonly gradient: Readonly<Record<Name, NDArray>>;
  /** Takes a step: changes the arrays that are learned. */
  update(): void;
}

/** Adam (D. P. Kingma, J. Ba, 2015) with the authors' decays, for float32 arrays. */
export function adam<Name extends string>(
  parameters: Readonly<Record<Name, NDArray>>,
  learningRate: number,
): Optimizer<Name> {
  const gradient = {} as Record<Name, NDArray>;
  const moments: Moments[] = [];
  for (const name of Object.keys(parameters) as Name[]) {
    const values = parameters[name];
    gradient[name] = ndarray(new Float32Array(values.size), values.shape);
    moments.push({
      values: values.data,
      slopes: gradient[name].data,
      means: new Float32Array(values.size),
      squares: new Float32Array(values.size),
    });
  }
  let steps = 0;
  return {
    gradient,
    update() {
      steps++;
      // The averages begin at 0, which their weight so far makes up for.
      const spread = Math.sqrt(1 - squareDecay ** steps);
      const pace = (learningRate * spread) / (1 - meanDecay ** steps);
      for (const one of moments) move(one, pace, epsilon * spread);
    },
  };
}

/** An array that is learned, its gradient, and running averages of that and of its square. */
interface Moments {
  readonly values: NDArray["data"];
  readonly slopes: NDArray["data"];
  readonly means: Float32Array;
  readonly squares: Float32Array;
}

function move({ values, slopes, means, squares }: Moments, pace: number, least: number): void {
  for (let index = 0; index < values.length; index++) {
    const slope = slopes[index]!;
    const mean = means[index]! + (1 - meanDecay) * (slope - means[index]!);
    const square = squares[index]! + (1 - squareDecay) * (slope * slope - squares[index]!);
    means[index] = mean;
    squares[index] = square;
    values[index]! -= (pace * mean) / (Math.sqrt(square) + least);
  }
}

const meanDecay = 0.9;
const squareDecay = 0.999;
const epsilon = 1e-8;
