/** What is connectionist temporal classification with its gradient in plain JavaScript, forward and backward in logarithms, by hand? */

/** The lengths of a batch; blank is class 0. */
export interface CtcSizes {
  readonly rows: number;
  readonly time: number;
  readonly classes: number;
  readonly labels: number;
}

/** The sum of the losses of all rows; fills its gradient. */
export function ctcGradient(labels: Int32Array, logits: Float32Array, sizes: CtcSizes, gradient: Float32Array): number {
  const { rows, time, classes, labels: count } = sizes;
  const states = 2 * count + 1;
  const said = new Float32Array(time * classes);
  const alpha = new Float64Array(time * states);
  const first = new Float64Array(states);
  const second = new Float64Array(states);
  const spoken = new Int32Array(states);
  const skips = new Uint8Array(states);
  const posterior = new Float64Array(classes);
  let total = 0;
  for (let row = 0; row < rows; row++) {
    for (let label = 0; label < count; label++) spoken[2 * label + 1] = labels[row * count + label]!;
    for (let state = 3; state < states; state += 2) skips[state] = spoken[state] === spoken[state - 2] ? 0 : 1;
    const begin = row * time * classes;
    logSoftmax(logits.subarray(begin, begin + time * classes), classes, said);
    const likelihood = goForward(alpha, said, spoken, skips, time, classes);
    total -= likelihood;
    let now = first;
    let next = second;
    now.fill(-Infinity);
    now[states - 1] = 0;
    if (states > 1) now[states - 2] = 0;
    for (let step = time - 1; step >= 0; step--) {
      const at = step * classes;
      posterior.fill(0);
      for (let state = 0; state < states; state++)
        posterior[spoken[state]!]! += Math.exp(alpha[step * states + state]! + now[state]! - likelihood);
      for (let index = 0; index < classes; index++)
        gradient[begin + at + index] = Math.exp(said[at + index]!) - posterior[index]!;
      goBack(now, next, said, at, spoken, skips);
      const before = next;
      next = now;
      now = before;
    }
  }
  return total;
}

function logSoftmax(x: Float32Array, classes: number, out: Float32Array): void {
  for (let begin = 0; begin < x.length; begin += classes) {
    let largest = -Infinity;
    for (let index = begin; index < begin + classes; index++) if (x[index]! > largest) largest = x[index]!;
    let sum = 0;
    for (let index = begin; index < begin + classes; index++) sum += Math.exp(x[index]! - largest);
    const shift = largest + Math.log(sum);
    for (let index = begin; index < begin + classes; index++) out[index] = x[index]! - shift;
  }
}

/** Fills the log probabilities of each state after each step; returns that of the labels. */
function goForward(
  alpha: Float64Array,
  said: Float32Array,
  spoken: Int32Array,
  skips: Uint8Array,
  time: number,
  classes: number,
): number {
  const states = spoken.length;
  alpha.fill(-Infinity, 0, states);
  alpha[0] = said[0]!;
  if (states > 1) alpha[1] = said[spoken[1]!]!;
  for (let step = 1; step < time; step++) {
    const from = (step - 1) * states;
    const to = step * states;
    for (let state = 0; state < states; state++) {
      const x = alpha[from + state]!;
      const y = state > 0 ? alpha[from + state - 1]! : -Infinity;
      const z = skips[state] === 1 ? alpha[from + state - 2]! : -Infinity;
      alpha[to + state] = logAdd(x, y, z) + said[step * classes + spoken[state]!]!;
    }
  }
  const end = time * states;
  return logAdd(alpha[end - 1]!, states > 1 ? alpha[end - 2]! : -Infinity, -Infinity);
}

/** The log probabilities of what is left to say in each state before a step, from those after it. */
function goBack(
  after: Float64Array,
  before: Float64Array,
  said: Float32Array,
  at: number,
  spoken: Int32Array,
  skips: Uint8Array,
): void {
  const states = spoken.length;
  for (let state = 0; state < states; state++) {
    const x = after[state]! + said[at + spoken[state]!]!;
    const y = state + 1 < states ? after[state + 1]! + said[at + spoken[state + 1]!]! : -Infinity;
    const z =
      state + 2 < states && skips[state + 2] === 1 ? after[state + 2]! + said[at + spoken[state + 2]!]! : -Infinity;
    before[state] = logAdd(x, y, z);
  }
}

/** The exponential of the largest is 1. */
function logAdd(x: number, y: number, z: number): number {
  if (y > x) {
    const larger = y;
    y = x;
    x = larger;
  }
  if (z > x) {
    const larger = z;
    z = x;
    x = larger;
  }
  if (x === -Infinity) return x;
  const others = (y === -Infinity ? 0 : Math.exp(y - x)) + (z === -Infinity ? 0 : Math.exp(z - x));
  return others === 0 ? x : x + Math.log(1 + others);
}
