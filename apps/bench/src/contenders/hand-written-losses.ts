/** What is the best that plain JavaScript does for losses of the catalogue, written by hand? */
/** M1: the mean triplet loss with margin 1, and its gradients with respect to anchors, positives and negatives. */
export function tripletMargin(
  [a, p, n]: readonly [Float32Array, Float32Array, Float32Array],
  dimensions: number,
  [ga, gp, gn]: readonly [Float32Array, Float32Array, Float32Array],
): number {
  const rows = a.length / dimensions;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const begin = row * dimensions;
    const end = begin + dimensions;
    let near = 0;
    let far = 0;
    for (let i = begin; i < end; i++) {
      const [u, v] = [a[i]! - p[i]!, a[i]! - n[i]!];
      near += u * u;
      far += v * v;
    }
    near = Math.sqrt(near);
    far = Math.sqrt(far);
    const excess = near - far + 1;
    if (excess > 0) total += excess;
    const share = excess > 0 ? 1 / rows : 0;
    const nearShare = near === 0 ? 0 : share / near;
    const farShare = far === 0 ? 0 : share / far;
    for (let i = begin; i < end; i++) {
      const u = (a[i]! - p[i]!) * nearShare;
      const v = (a[i]! - n[i]!) * farShare;
      ga[i] = u - v;
      gp[i] = -u;
      gn[i] = v;
    }
  }
  return total / rows;
}

/** What M2 works in. */
export interface PairScratch {
  /** [batch, d] */
  readonly unit: Float64Array;
  /** [batch] */
  readonly lengths: Float64Array;
  /** [batch, batch] */
  readonly similarity: Float64Array;
  /** [batch, batch] */
  readonly slopes: Float64Array;
}

/** M2: the sum of ntXent's losses against negatives, and its gradient with respect to the embeddings. */
export function ntXent(
  x: Float32Array,
  labels: Int32Array,
  temperature: number,
  gradient: Float32Array,
  scratch: PairScratch,
): number {
  const batch = labels.length;
  const dimensions = x.length / batch;
  normalizeRows(x, dimensions, scratch);
  multiplyByTranspose(scratch.unit, batch, dimensions, 1 / temperature, scratch.similarity);
  let total = 0;
  for (let row = 0; row < batch; row++) total += lossOfRow(row, labels, scratch);
  gradientOfRows(dimensions, 1 / temperature, scratch, gradient);
  return total;
}

function normalizeRows(x: Float32Array, dimensions: number, { unit, lengths }: PairScratch): void {
  for (let row = 0; row < lengths.length; row++) {
    let square = 0;
    for (let i = row * dimensions; i < (row + 1) * dimensions; i++) square += x[i]! * x[i]!;
    const length = Math.sqrt(square);
    lengths[row] = length;
    for (let i = row * dimensions; i < (row + 1) * dimensions; i++) unit[i] = x[i]! / length;
  }
}

/** Rows times rows, for an even number of them, of which half is computed and the rest mirrored. */
function multiplyByTranspose(u: Float64Array, rows: number, depth: number, scale: number, out: Float64Array): void {
  for (let i = 0; i < rows; i += 2) {
    for (let j = i; j < rows; j += 2) {
      let s00 = 0;
      let s01 = 0;
      let s10 = 0;
      let s11 = 0;
      for (let k = 0; k < depth; k++) {
        const [a, b, c, d] = [
          u[i * depth + k]!,
          u[i * depth + depth + k]!,
          u[j * depth + k]!,
          u[j * depth + depth + k]!,
        ];
        s00 += a * c;
        s01 += a * d;
        s10 += b * c;
        s11 += b * d;
      }
      out[i * rows + j] = out[j * rows + i] = s00 * scale;
      out[i * rows + j + 1] = out[(j + 1) * rows + i] = s01 * scale;
      out[(i + 1) * rows + j] = out[j * rows + i + 1] = s10 * scale;
      out[(i + 1) * rows + j + 1] = out[(j + 1) * rows + i + 1] = s11 * scale;
    }
  }
}

/** The loss of a row, and its slopes by the row's similarities. */
function lossOfRow(row: number, labels: Int32Array, { similarity, slopes }: PairScratch): number {
  const batch = labels.length;
  const begin = row * batch;
  const own = labels[row]!;
  let largestOther = -Infinity;
  let count = 0;
  for (let j = 0; j < batch; j++) {
    if (labels[j] !== own) largestOther = Math.max(largestOther, similarity[begin + j]!);
    else if (j !== row) count++;
  }
  let sum = 0;
  for (let j = 0; j < batch; j++) {
    const power = labels[j] === own ? 0 : Math.exp(similarity[begin + j]! - largestOther);
    slopes[begin + j] = power;
    sum += power;
  }
  const against = largestOther + Math.log(sum);
  let [loss, pull] = [0, 0];
  for (let j = 0; j < batch; j++) {
    if (labels[j] !== own || j === row || count === 0) continue;
    const lead = against - similarity[begin + j]!;
    loss += Math.max(lead, 0) + Math.log1p(Math.exp(-Math.abs(lead)));
    const slope = 1 / (1 + Math.exp(-lead)) / count;
    slopes[begin + j] = -slope;
    pull += slope;
  }
  const share = sum === 0 ? 0 : pull / sum;
  for (let j = 0; j < batch; j++) if (labels[j] !== own) slopes[begin + j]! *= share;
  return count === 0 ? 0 : loss / count;
}

/** (S + S^T) U, of which what lies along each row of U is taken away, divided by the rows' lengths. */
function gradientOfRows(
  dimensions: number,
  scale: number,
  { unit, lengths, slopes }: PairScratch,
  gradient: Float32Array,
): void {
  const batch = lengths.length;
  const flow = new Float64Array(dimensions);
  for (let row = 0; row < batch; row++) {
    flow.fill(0);
    for (let j = 0; j < batch; j++) {
      const weight = slopes[row * batch + j]! + slopes[j * batch + row]!;
      for (let k = 0; k < dimensions; k++) flow[k]! += weight * unit[j * dimensions + k]!;
    }
    let along = 0;
    for (let k = 0; k < dimensions; k++) along += flow[k]! * unit[row * dimensions + k]!;
    const share = scale / lengths[row]!;
    for (let k = 0; k < dimensions; k++) {
      gradient[row * dimensions + k] = (flow[k]! - along * unit[row * dimensions + k]!) * share;
    }
  }
}

/** R1: the sum over images and 4 classes of the Dice loss with smooth 1, and its gradient with respect to the probabilities. */
export function dice(y: Float32Array, p: Float32Array, positions: number, gradient: Float32Array): number {
  const size = 4 * positions;
  let total = 0;
  for (let begin = 0; begin < y.length; begin += size) {
    const shared = [0, 0, 0, 0];
    const whole = [1, 1, 1, 1];
    for (let c = 0; c < 4; c++) {
      let [both, sum] = [0, 0];
      for (let i = begin + c; i < begin + size; i += 4) {
        both += p[i]! * y[i]!;
        sum += p[i]! + y[i]!;
      }
      shared[c] = 2 * both + 1;
      whole[c]! += sum;
      total += 1 - shared[c]! / whole[c]!;
    }
    const [q0, q1, q2, q3] = whole.map((sum) => -2 / sum) as [number, number, number, number];
    const [r0, r1, r2, r3] = whole.map((sum, c) => shared[c]! / (sum * sum)) as [number, number, number, number];
    for (let i = begin; i < begin + size; i += 4) {
      gradient[i] = y[i]! * q0 + r0;
      gradient[i + 1] = y[i + 1]! * q1 + r1;
      gradient[i + 2] = y[i + 2]! * q2 + r2;
      gradient[i + 3] = y[i + 3]! * q3 + r3;
    }
  }
  return total;
}
