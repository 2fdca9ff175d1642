/** What is the best that plain JavaScript does for each workload, written by hand? The baseline of generated loops. */

const powers = Float64Array.from({ length: 5120 }, (_, m) => 2 ** ((m - 2560) / 16));
const scale = 23.083120654223414;
const step = 0.04332169878499658;
const logTwoPi = Math.log(2 * Math.PI);

/** W1: the Huber loss of each element. */
export function huber(y: Float32Array, p: Float32Array, out: Float32Array): void {
  for (let i = 0; i < y.length; i++) {
    const a = Math.abs(y[i]! - p[i]!);
    let b = a;
    if (b > 1e8) b = 1e8;
    const t = b - 1;
    const q = b - 0.5 * (t + Math.abs(t));
    out[i] = q * (a - 0.5 * q);
  }
}

/** W2: its mean; for an even number of elements. */
export function meanHuber(y: Float32Array, p: Float32Array): number {
  let first = 0;
  let second = 0;
  for (let i = 0; i < y.length; i += 2) {
    const a = Math.abs(y[i]! - p[i]!);
    const c = Math.abs(y[i + 1]! - p[i + 1]!);
    let b = a;
    let d = c;
    if (b > 1e8) b = 1e8;
    if (d > 1e8) d = 1e8;
    const t = b - 1;
    const u = d - 1;
    const q = b - 0.5 * (t + Math.abs(t));
    const r = d - 0.5 * (u + Math.abs(u));
    first += q * (a - 0.5 * q);
    second += r * (c - 0.5 * r);
  }
  return (first + second) / y.length;
}

function largest(x: Float32Array, begin: number, end: number): number {
  let m = x[begin]!;
  let p = m;
  let q = m;
  let r = m;
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    const s = x[i]!;
    const t = x[i + 1]!;
    const u = x[i + 2]!;
    const v = x[i + 3]!;
    if (s > m) m = s;
    if (t > p) p = t;
    if (u > q) q = u;
    if (v > r) r = v;
  }
  for (; i < end; i++) if (x[i]! > m) m = x[i]!;
  return Math.max(m, p, q, r);
}

/** W3: softmax cross entropy of each row. */
export function crossEntropy(x: Float32Array, labels: Int32Array, out: Float32Array): void {
  const classes = x.length / labels.length;
  for (let n = 0; n < labels.length; n++) {
    const begin = n * classes;
    const end = begin + classes;
    const m = largest(x, begin, end);
    let sum = 0;
    for (let i = begin; i < end; i++) {
      let v = x[i]! - m;
      if (v < -100) v = -100;
      const k = (v * scale + 2560.5) | 0;
      const r = v - (k - 2560) * step;
      sum += powers[k]! * (1 + r * (1 + r * (0.5 + r * 0.16666666666666666)));
    }
    out[n] = Math.log(sum) + m - x[begin + labels[n]!]!;
  }
}

/** Writes the exponentials of what lies below m, and returns their sum. */
function exponentials(x: Float32Array, begin: number, end: number, m: number, out: Float32Array): number {
  let sum = 0;
  for (let i = begin; i < end; i++) {
    let v = x[i]! - m;
    if (v < -100) v = -100;
    const k = (v * scale + 2560.5) | 0;
    const r = v - (k - 2560) * step;
    const e = powers[k]! * (1 + r * (1 + r * (0.5 + r * 0.16666666666666666)));
    out[i] = e;
    sum += e;
  }
  return sum;
}

/** W4: the mean of W3, and its gradient with respect to the logits. */
export function crossEntropyGradient(x: Float32Array, labels: Int32Array, gradient: Float32Array): number {
  const classes = x.length / labels.length;
  const share = 1 / labels.length;
  let total = 0;
  for (let n = 0; n < labels.length; n++) {
    const begin = n * classes;
    const end = begin + classes;
    const m = largest(x, begin, end);
    const sum = exponentials(x, begin, end, m, gradient);
    const q = share / sum;
    const t = begin + labels[n]!;
    for (let i = begin; i < end; i++) gradient[i]! *= q;
    gradient[t]! -= share;
    total += Math.log(sum) + m - x[t]!;
  }
  return total * share;
}

/** F1: the mean softmax focal cross entropy with gamma 2, and its gradient. */
export function softmaxFocalGradient(x: Float32Array, labels: Int32Array, gradient: Float32Array): number {
  const classes = x.length / labels.length;
  const share = 1 / labels.length;
  let total = 0;
  for (let n = 0; n < labels.length; n++) {
    const begin = n * classes;
    const end = begin + classes;
    const m = largest(x, begin, end);
    const sum = exponentials(x, begin, end, m, gradient);
    const t = begin + labels[n]!;
    const l = x[t]! - m - Math.log(sum);
    const rest = -Math.expm1(l);
    const slope = share * rest * (rest - 2 * (1 - rest) * l);
    const q = slope / sum;
    for (let i = begin; i < end; i++) gradient[i]! *= q;
    gradient[t]! -= slope;
    total -= rest * rest * l;
  }
  return total * share;
}

/** W5: the mean sigmoid cross entropy and its gradient, one logarithm for 64 elements; for a multiple of 64 of them. */
export function sigmoidCrossEntropyGradient(x: Float32Array, y: Float32Array, gradient: Float32Array): number {
  const share = 1 / x.length;
  let sum = 0;
  let logs = 0;
  for (let j = 0; j < x.length; j += 64) {
    let product = 1;
    // Two at a time: one division need not wait for the other.
    for (let i = j; i < j + 64; i += 2) {
      const v = x[i]!;
      const w = x[i + 1]!;
      const t = y[i]!;
      const u = y[i + 1]!;
      const a = Math.abs(v);
      const b = Math.abs(w);
      let c = a;
      let f = b;
      if (c > 100) c = 100;
      if (f > 100) f = 100;
      const k = (2560.5 - c * scale) | 0;
      const k2 = (2560.5 - f * scale) | 0;
      const r = -c - (k - 2560) * step;
      const r2 = -f - (k2 - 2560) * step;
      const e = powers[k]! * (1 + r * (1 + r * (0.5 + r * 0.16666666666666666)));
      const e2 = powers[k2]! * (1 + r2 * (1 + r2 * (0.5 + r2 * 0.16666666666666666)));
      const d = 1 + e;
      const d2 = 1 + e2;
      product *= d;
      product *= d2;
      sum += 0.5 * (v + a) - v * t + (0.5 * (w + b) - w * u);
      const h = (0.5 - 0.5 * e) / d;
      const h2 = (0.5 - 0.5 * e2) / d2;
      const s = (v + c) / (c + c + 1e-300);
      const s2 = (w + f) / (f + f + 1e-300);
      gradient[i] = (0.5 + (s + s - 1) * h - t) * share;
      gradient[i + 1] = (0.5 + (s2 + s2 - 1) * h2 - u) * share;
    }
    logs += Math.log(product);
  }
  return (sum + logs) * share;
}

/** W6: the mean ELBO of a normal auto-encoder, and its gradients; for a multiple of 4 elements of x. */
export function elbo(
  x: Float32Array,
  xHat: Float32Array,
  mean: Float32Array,
  logVariance: Float32Array,
  rows: number,
  gradients: readonly [Float32Array, Float32Array, Float32Array],
): number {
  const share = 1 / rows;
  const [xGradient, meanGradient, logVarianceGradient] = gradients;
  const squares = halfSquares(x, xHat, share, xGradient);
  let divergence = 0;
  for (let i = 0; i < mean.length; i++) {
    let v = logVariance[i]!;
    const u = mean[i]!;
    if (v < -100) v = -100;
    if (v > 88) v = 88;
    const k = (v * scale + 2560.5) | 0;
    const r = v - (k - 2560) * step;
    const e = powers[k]! * (1 + r * (1 + r * (0.5 + r * 0.16666666666666666)));
    divergence += e + u * u - 1 - v;
    meanGradient[i] = u * share;
    logVarianceGradient[i] = 0.5 * (e - 1) * share;
  }
  return (squares + 0.5 * divergence) * share;
}

/** What W7 works in. */
export interface MixtureScratch {
  readonly inverse: Float64Array;
  readonly constants: Float64Array;
  readonly scores: Float64Array;
}

/** W7: the responsibilities of a mixture of normals, their entropies, the expected log densities, and the mean of both sums; for even K and C. */
export function mixture(
  z: Float32Array,
  mu: Float32Array,
  logVariance: Float32Array,
  logPi: Float32Array,
  dimensions: number,
  outputs: readonly [gamma: Float32Array, entropy: Float32Array, expected: Float32Array],
  { inverse, constants, scores }: MixtureScratch,
): number {
  const [K, C] = [dimensions, logPi.length];
  const [gamma, entropy, expected] = outputs;
  for (let c = 0; c < C; c++) {
    let s = 0;
    for (let k = 0; k < K; k++) {
      const v = logVariance[c * K + k]!;
      s += 1.8378770664093453 + v;
      inverse[c * K + k] = -0.5 * Math.exp(-v);
    }
    constants[c] = -0.5 * s;
  }
  const rows = z.length / K;
  let total = 0;
  for (let n = 0; n < rows; n++) {
    const zb = n * K;
    const gb = n * C;
    for (let c = 0; c < C; c += 2) {
      let s = constants[c]!;
      let s2 = 0;
      let t = constants[c + 1]!;
      let t2 = 0;
      const cb = c * K;
      const db = cb + K;
      for (let k = 0; k < K; k += 2) {
        const u = z[zb + k]!;
        const v = z[zb + k + 1]!;
        const d = u - mu[cb + k]!;
        const d2 = v - mu[cb + k + 1]!;
        const f = u - mu[db + k]!;
        const f2 = v - mu[db + k + 1]!;
        s += d * d * inverse[cb + k]!;
        s2 += d2 * d2 * inverse[cb + k + 1]!;
        t += f * f * inverse[db + k]!;
        t2 += f2 * f2 * inverse[db + k + 1]!;
      }
      scores[c] = s + s2;
      scores[c + 1] = t + t2;
    }
    let m = -Infinity;
    for (let c = 0; c < C; c++) {
      const v = scores[c]! + logPi[c]!;
      if (v > m) m = v;
    }
    let sum = 0;
    for (let c = 0; c < C; c++) {
      let v = scores[c]! + logPi[c]! - m;
      if (v < -100) v = -100;
      const k = (v * scale + 2560.5) | 0;
      const r = v - (k - 2560) * step;
      const e = powers[k]! * (1 + r * (1 + r * (0.5 + r * 0.16666666666666666)));
      gamma[gb + c] = e;
      sum += e;
    }
    const q = 1 / sum;
    const logSum = Math.log(sum);
    let H = 0;
    let E = 0;
    for (let c = 0; c < C; c++) {
      const g = gamma[gb + c]! * q;
      gamma[gb + c] = g;
      H -= g * (scores[c]! + logPi[c]! - m - logSum);
      E += g * scores[c]!;
    }
    entropy[n] = H;
    expected[n] = E;
    total += H + E;
  }
  return total / rows;
}

/** V1: the mean negative ELBO of a normal auto-encoder with a standard normal prior, and its gradients; for multiples of 4 elements. */
export function vae(
  x: Float32Array,
  xHat: Float32Array,
  mean: Float32Array,
  variance: Float32Array,
  rows: number,
  [xGradient, meanGradient, varianceGradient]: readonly [Float32Array, Float32Array, Float32Array],
): number {
  const share = 1 / rows;
  const squares = halfSquares(x, xHat, share, xGradient);
  let divergence = 0;
  for (let i = 0; i < mean.length; i += 4) {
    const v = variance[i]!;
    const v2 = variance[i + 1]!;
    const v3 = variance[i + 2]!;
    const v4 = variance[i + 3]!;
    const u = mean[i]!;
    const u2 = mean[i + 1]!;
    const u3 = mean[i + 2]!;
    const u4 = mean[i + 3]!;
    // The product of four is far inside the range of float64.
    divergence += v + u * u + (v2 + u2 * u2) + (v3 + u3 * u3) + (v4 + u4 * u4) - 4 - Math.log(v * v2 * v3 * v4);
    meanGradient[i] = u * share;
    meanGradient[i + 1] = u2 * share;
    meanGradient[i + 2] = u3 * share;
    meanGradient[i + 3] = u4 * share;
    const half = 0.5 * share;
    varianceGradient[i] = half - half / v;
    varianceGradient[i + 1] = half - half / v2;
    varianceGradient[i + 2] = half - half / v3;
    varianceGradient[i + 3] = half - half / v4;
  }
  return (squares + 0.5 * divergence) * share + (0.5 * logTwoPi * x.length) / rows;
}

/** Half the squared distance, and its gradient with respect to xHat times a share; for a multiple of 4 elements. */
function halfSquares(x: Float32Array, xHat: Float32Array, share: number, gradient: Float32Array): number {
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let i = 0; i < x.length; i += 4) {
    const a = xHat[i]! - x[i]!;
    const b = xHat[i + 1]! - x[i + 1]!;
    const c = xHat[i + 2]! - x[i + 2]!;
    const d = xHat[i + 3]! - x[i + 3]!;
    first += a * a;
    second += b * b;
    third += c * c;
    fourth += d * d;
    gradient[i] = a * share;
    gradient[i + 1] = b * share;
    gradient[i + 2] = c * share;
    gradient[i + 3] = d * share;
  }
  return 0.5 * (first + second + third + fourth);
}

/** The parameters of a mixture auto-encoder: of the posterior, and of the prior's clusters. */
export interface MixtureParameters {
  readonly zMean: Float32Array;
  readonly zLogVariance: Float32Array;
  readonly mean: Float32Array;
  readonly logVariance: Float32Array;
  readonly logPi: Float32Array;
}

/**
 * V2: the mean negative ELBO of an auto-encoder whose prior is a mixture of normals, and its gradients. With s the joint
 * log densities of clusters and posterior means, t half the posterior variances by those of the clusters and gamma
 * softmax(s), the prior's term is logsumexp(s) - sum(gamma t): its gradient with respect to s is
 * gamma (1 - t + sum(gamma t)).
 */
export function vaeGmm(
  x: Float32Array,
  xHat: Float32Array,
  { zMean, zLogVariance, mean, logVariance, logPi }: MixtureParameters,
  rows: number,
  xGradient: Float32Array,
  gradients: MixtureParameters,
): number {
  const share = 1 / rows;
  const C = logPi.length;
  const K = mean.length / C;
  const inverse = new Float64Array(C * K);
  const constants = new Float64Array(C);
  for (let c = 0; c < C; c++) {
    let s = logPi[c]!;
    for (let i = c * K; i < c * K + K; i++) {
      s -= 0.5 * (logTwoPi + logVariance[i]!);
      inverse[i] = Math.exp(-logVariance[i]!);
    }
    constants[c] = s;
  }
  const meanSums = new Float64Array(C * K);
  const logVarianceSums = new Float64Array(C * K);
  const logPiSums = new Float64Array(C);
  const joint = new Float64Array(C);
  const spread = new Float64Array(C);
  const ratios = new Float64Array(C * K);
  const zSums = new Float64Array(K);
  const zVarianceSums = new Float64Array(K);
  let total = halfSquares(x, xHat, share, xGradient);

  for (let n = 0; n < rows; n++) {
    const z = n * K;
    for (let k = 0; k < K; k++) {
      const v = zLogVariance[z + k]!;
      total -= 0.5 * (logTwoPi + 1 + v);
      zSums[k] = 0;
      zVarianceSums[k] = 0;
    }
    let m = -Infinity;
    for (let c = 0, i = 0; c < C; c++) {
      let distance = 0;
      let t = 0;
      for (let k = 0; k < K; k++, i++) {
        const d = zMean[z + k]! - mean[i]!;
        distance += d * d * inverse[i]!;
        // Of the difference, for the product of two exponentials can be infinity times 0.
        let v = zLogVariance[z + k]! - logVariance[i]!;
        if (v < -100) v = -100;
        if (v > 88) v = 88;
        const j = (v * scale + 2560.5) | 0;
        const r = v - (j - 2560) * step;
        const e = powers[j]! * (1 + r * (1 + r * (0.5 + r * 0.16666666666666666)));
        ratios[i] = e;
        t += e;
      }
      const s = constants[c]! - 0.5 * distance;
      joint[c] = s;
      spread[c] = 0.5 * t;
      if (s > m) m = s;
    }
    let sum = 0;
    let spreads = 0;
    for (let c = 0; c < C; c++) {
      const e = Math.exp(joint[c]! - m);
      joint[c] = e;
      sum += e;
      spreads += e * spread[c]!;
    }
    spreads /= sum;
    total += spreads - m - Math.log(sum);
    for (let c = 0, i = 0; c < C; c++) {
      const gamma = (joint[c]! / sum) * share;
      const half = 0.5 * gamma;
      const g = gamma * (spread[c]! - spreads - 1);
      logPiSums[c]! += g;
      for (let k = 0; k < K; k++, i++) {
        const d = zMean[z + k]! - mean[i]!;
        const slope = g * d * inverse[i]!;
        const part = half * ratios[i]!;
        zSums[k]! -= slope;
        zVarianceSums[k]! += part;
        meanSums[i]! += slope;
        logVarianceSums[i]! += 0.5 * (slope * d - g) - part;
      }
    }
    for (let k = 0; k < K; k++) {
      gradients.zMean[z + k] = zSums[k]!;
      gradients.zLogVariance[z + k] = zVarianceSums[k]! - 0.5 * share;
    }
  }
  gradients.mean.set(meanSums);
  gradients.logVariance.set(logVarianceSums);
  gradients.logPi.set(logPiSums);
  return total * share;
}

/** W8: the share of rows whose first largest element is the label's, with an early end of each row that is wrong. */
export function accuracy(x: Float32Array, labels: Int32Array): number {
  const classes = x.length / labels.length;
  let hits = 0;
  for (let n = 0; n < labels.length; n++) {
    const begin = n * classes;
    const t = begin + labels[n]!;
    const v = x[t]!;
    const end = begin + classes;
    let i = begin;
    for (; i < t; i++) if (x[i]! >= v) break;
    if (i === t) {
      for (i = t + 1; i < end; i++) if (x[i]! > v) break;
      if (i === end) hits++;
    }
  }
  return hits / labels.length;
}

/** W10: explained variance in one pass over elements that are shifted by the first; for an even number of them. */
export function explainedVariance(y: Float32Array, p: Float32Array): number {
  let A = 0;
  let B = 0;
  let C = 0;
  let D = 0;
  let a2 = 0;
  let b2 = 0;
  let c2 = 0;
  let d2 = 0;
  const y0 = y[0]!;
  const r0 = y0 - p[0]!;
  const n = y.length;
  for (let i = 0; i < n; i += 2) {
    const u = y[i]! - y0;
    const v = u + y0 - p[i]! - r0;
    const u2 = y[i + 1]! - y0;
    const v2 = u2 + y0 - p[i + 1]! - r0;
    A += u;
    B += u * u;
    C += v;
    D += v * v;
    a2 += u2;
    b2 += u2 * u2;
    c2 += v2;
    d2 += v2 * v2;
  }
  A += a2;
  B += b2;
  C += c2;
  D += d2;
  return 1 - (D - (C * C) / n) / (B - (A * A) / n);
}

/** D1: relu(x w + b) in tiles of 4 x 4 whose sums stay in registers; for whole tiles. */
export function dense(
  x: Float32Array,
  w: Float32Array,
  b: Float32Array,
  out: Float32Array,
  scratch: { readonly rows: Float64Array; readonly columns: Float64Array; readonly sums: Float64Array },
): void {
  const { rows, columns, sums } = scratch;
  const depth = rows.length / 4;
  const width = b.length;
  for (let j = 0; j < width; j++) {
    for (let k = 0; k < depth; k++) columns[(j & ~3) * depth + 4 * k + (j & 3)] = w[k * width + j]!;
  }
  for (let i = 0; i < x.length / depth; i += 4) {
    for (let r = 0; r < 4; r++) for (let k = 0; k < depth; k++) rows[4 * k + r] = x[(i + r) * depth + k]!;
    for (let j = 0; j < width; j += 4) {
      multiplyTile(rows, columns, j * depth, depth, sums);
      for (let t = 0; t < 16; t++) {
        const at = j + (t & 3);
        out[(i + (t >> 2)) * width + at] = Math.max(sums[t]! + b[at]!, 0);
      }
    }
  }
}

function multiplyTile(
  rows: Float64Array,
  columns: Float64Array,
  begin: number,
  depth: number,
  sums: Float64Array,
): void {
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  let s20 = 0;
  let s21 = 0;
  let s22 = 0;
  let s23 = 0;
  let s30 = 0;
  let s31 = 0;
  let s32 = 0;
  let s33 = 0;
  let c = begin;
  for (let k = 0; k < 4 * depth; k += 4) {
    const x0 = rows[k]!;
    const x1 = rows[k + 1]!;
    const x2 = rows[k + 2]!;
    const x3 = rows[k + 3]!;
    const y0 = columns[c]!;
    const y1 = columns[c + 1]!;
    const y2 = columns[c + 2]!;
    const y3 = columns[c + 3]!;
    s00 += x0 * y0;
    s01 += x0 * y1;
    s02 += x0 * y2;
    s03 += x0 * y3;
    s10 += x1 * y0;
    s11 += x1 * y1;
    s12 += x1 * y2;
    s13 += x1 * y3;
    s20 += x2 * y0;
    s21 += x2 * y1;
    s22 += x2 * y2;
    s23 += x2 * y3;
    s30 += x3 * y0;
    s31 += x3 * y1;
    s32 += x3 * y2;
    s33 += x3 * y3;
    c += 4;
  }
  sums[0] = s00;
  sums[1] = s01;
  sums[2] = s02;
  sums[3] = s03;
  sums[4] = s10;
  sums[5] = s11;
  sums[6] = s12;
  sums[7] = s13;
  sums[8] = s20;
  sums[9] = s21;
  sums[10] = s22;
  sums[11] = s23;
  sums[12] = s30;
  sums[13] = s31;
  sums[14] = s32;
  sums[15] = s33;
}

/** S2 and S3: each row sorted by the method of typed arrays. */
export function sortRows(x: Float32Array, length: number, out: Float32Array): void {
  out.set(x);
  for (let begin = 0; begin < out.length; begin += length) out.subarray(begin, begin + length).sort();
}
