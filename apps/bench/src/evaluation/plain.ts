/** How are the same metrics accumulated where order matters? Sums in float64, and all scores kept for the area, as in libraries of Python; loops by hand. */
import { type ShardRows, classCount, languages } from "./rows.ts";
import { oneClass } from "./subject.ts";

/** What is known of some rows. */
export interface PlainReport {
  readonly loss: number;
  readonly accuracy: number;
  readonly area: number;
  readonly expectedError: number;
  readonly meanSquaredError: number;
}

const bins = 15;

/** Sums of some rows. */
class PlainSums {
  rows = 0;
  losses = 0;
  weights = 0;
  squares = 0;
  readonly confusion = new Float64Array(classCount * classCount);
  readonly confidences = new Float64Array(bins);
  readonly right = new Float64Array(bins);
  /** Doubled if it is full. */
  scores = new Float32Array(1024);
  positives = new Uint8Array(1024);

  add(loss: number, weight: number, label: number, prediction: number, score: number, confidence: number): void {
    this.losses += loss * weight;
    this.weights += weight;
    this.confusion[label * classCount + prediction]!++;
    const bin = Math.min(bins - 1, Math.ceil(confidence * bins) - 1);
    this.confidences[bin]! += confidence;
    if (label === prediction) this.right[bin]!++;
    const isOne = label === oneClass ? 1 : 0;
    this.squares += (isOne - score) ** 2;
    if (this.rows === this.scores.length) this.#grow();
    this.scores[this.rows] = score;
    this.positives[this.rows++] = isOne;
  }

  #grow(): void {
    const [scores, positives] = [this.scores, this.positives];
    this.scores = new Float32Array(2 * scores.length);
    this.scores.set(scores);
    this.positives = new Uint8Array(2 * positives.length);
    this.positives.set(positives);
  }

  get report(): PlainReport {
    let [diagonal, apart] = [0, 0];
    for (let index = 0; index < classCount; index++) diagonal += this.confusion[index * classCount + index]!;
    for (let bin = 0; bin < bins; bin++) apart += Math.abs(this.right[bin]! - this.confidences[bin]!);
    return {
      loss: this.losses / this.weights,
      accuracy: diagonal / this.rows,
      area: this.#area(),
      expectedError: apart / this.rows,
      meanSquaredError: this.squares / this.rows,
    };
  }

  #area(): number {
    const order = Uint32Array.from({ length: this.rows }, (_, row) => row).sort(
      (left, right) => this.scores[left]! - this.scores[right]!,
    );
    let [below, positives, pairs] = [0, 0, 0];
    for (let from = 0; from < order.length;) {
      let [tiedNegatives, tiedPositives, to] = [0, 0, from];
      for (; to < order.length && this.scores[order[to]!] === this.scores[order[from]!]; to++) {
        if (this.positives[order[to]!] === 1) tiedPositives++;
        else tiedNegatives++;
      }
      pairs += tiedPositives * (below + tiedNegatives / 2);
      below += tiedNegatives;
      positives += tiedPositives;
      from = to;
    }
    return pairs / (below * positives);
  }
}

/** The reports of all rows and of each group. */
export function evaluatePlainly(shards: readonly ShardRows[]): Readonly<Record<string, PlainReport>> {
  const all = new PlainSums();
  const groups = new Map<string, PlainSums>(languages.map((name) => [name, new PlainSums()]));
  const row = new Float32Array(classCount);
  for (const { label, weight, lang, logits } of shards) {
    for (let index = 0; index < label.length; index++) {
      for (let one = 0; one < classCount; one++) row[one] = logits[one]![index]!;
      addRow(all, groups.get(lang[index]!)!, row, label[index]!, weight[index]!);
    }
  }
  const named = [["all", all] as const, ...groups];
  return Object.fromEntries(named.map(([name, sums]) => [name, sums.report]));
}

function addRow(all: PlainSums, group: PlainSums, row: Float32Array, label: number, weight: number): void {
  let prediction = 0;
  for (let one = 1; one < classCount; one++) if (row[one]! > row[prediction]!) prediction = one;
  const largest = row[prediction]!;
  let sum = 0;
  for (let one = 0; one < classCount; one++) sum += Math.exp(row[one]! - largest);
  const loss = Math.log(sum) + largest - row[label]!;
  const score = Math.exp(row[oneClass]! - largest) / sum;
  all.add(loss, weight, label, prediction, score, 1 / sum);
  group.add(loss, weight, label, prediction, score, 1 / sum);
}
