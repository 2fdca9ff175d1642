/** How unlikely is each count under a negative binomial distribution of the predicted mean? */
import { type Tensor, broadcastTogether, customGradient, div, log1p, where } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";
import { excessQuotient } from "../distribution/excess.ts";
import { digammaRest, digammaRestFall, factorialRest, stirlingRest } from "../distribution/gamma.ts";

const declaration = {
  name: "negativeBinomialNll",
  arguments: {
    /** [..] the counts that came, 0 or above. */
    targets: { shape: "[..]", elements: "nonNegative" },
    /** [..] the mean of each count, 0 or above. */
    means: { shape: "[..]", elements: "positive", check: "nonNegative" },
    /** [..] by how much each variance, mean + dispersion mean^2, exceeds that of a Poisson distribution, 0 or above. */
    dispersions: { shape: "[..]", elements: "positive", check: "nonNegative" },
  },
  broadcasts: "oneSided",
  options: {},
  results: { loss: "[..]" },
} as const;

/**
 * The negative log likelihood of targets [..] under negative binomial distributions of the given means [..] and dispersions [..]; of any
 * two, one has the shape of the result.
 *
 * In nats, with r = 1 / dispersions successes of probability 1 / (1 + dispersions means). Dispersion 0 is the Poisson distribution,
 * `poissonNll` with full; near it, and of large counts, value and gradients keep their digits. Targets may be fractions.
 * Throws `ShapeError` if of two neither has the shape of both together and `OutOfRangeError` if a target, mean or dispersion from the host
 * is below 0.
 *
 * @formula \log \frac{\Gamma(r) \, \Gamma(y + 1)}{\Gamma(y + r)} + r \log(1 + \alpha \mu) - y \log \frac{\alpha \mu}{1 + \alpha \mu}, \quad r = \frac{1}{\alpha}
 * @source A. C. Cameron, P. K. Trivedi, Econometric models based on count data, Journal of Applied Econometrics 1 (1986).
 * @peers PyTorch and TensorFlow Probability have total_count r and logits log(dispersions means); GluonTS has means and dispersions; scvi-tools
 *   has means and r. They subtract values of lgamma, of which no digit is left near the Poisson distribution.
 * @example await evaluate(negativeBinomialNll([0, 2], [1, 1], [1, 0]), { engine }) // [0.6931472, 1.693147]
 */
export const negativeBinomialNll: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, means: Tensor, dispersions: Tensor): Tensor {
  const names = ["targets", "means", "dispersions"];
  return likelihood(...(broadcastTogether(declaration.name, names, [targets, means, dispersions]) as Operands));
}

type Operands = [counts: Tensor, means: Tensor, dispersions: Tensor];

/** As Loader has it for the binomial distribution: the cost at the mean, and half the deviance from it; nothing large cancels. */
const likelihood = /* @__PURE__ */ customGradient<Operands>((counts, means, dispersions) => {
  const deviation = deviationOf(counts, means, dispersions);
  const { gap, above, lower } = deviation;
  return {
    value: costAtMean(counts, dispersions, deviation).add(halfDeviance(counts, deviation)),
    gradient: (g) => {
      const curvature = excessQuotient(deviation.shift, deviation.logShift);
      const byMean = where(counts.equal(0), 1, means.sub(counts).div(deviation.safeMeans)).div(above);
      const byDispersion = digammaRestFall(dispersions, counts).sub(gap.mul(gap.mul(curvature)));
      const byCount = slopeByCount(counts, deviation, means).sub(digammaRest(lower));
      return [byCount, byMean, byDispersion].map((slope) => g.mul(slope));
    },
  };
});

/** How far counts are from means, in several units. */
interface Deviation {
  /** Means, and counts, but 1 where no count came: it has no logarithm. */
  readonly safeMeans: Tensor;
  readonly safeCounts: Tensor;
  /** 1 + dispersions means. */
  readonly above: Tensor;
  /** 1 / (r + counts) */
  readonly lower: Tensor;
  /** (counts - means) / above */
  readonly gap: Tensor;
  /** (r + counts) / (r + means) - 1, and the logarithm of the quotient. */
  readonly shift: Tensor;
  readonly logShift: Tensor;
  /** log(counts / means) - logShift. */
  readonly logOdds: Tensor;
}

function deviationOf(counts: Tensor, means: Tensor, dispersions: Tensor): Deviation {
  const isNone = counts.equal(0);
  const [safeCounts, safeMeans] = [where(isNone, 1, counts), where(isNone, 1, means)];
  const [below, above] = [dispersions.mul(counts).add(1), dispersions.mul(means).add(1)];
  const gap = counts.sub(means).div(above);
  const shift = dispersions.mul(gap);
  const logShift = logOfRatio(shift, dispersions.mul(counts), dispersions.mul(means));
  const excess = safeCounts.sub(safeMeans).div(safeMeans).div(below);
  const isNear = excess.abs().less(0.5);
  const apart = safeCounts.log().sub(safeMeans.log()).sub(logShift);
  const logOdds = where(isNear, log1p(where(isNear, excess, 0)), apart);
  return { safeMeans, safeCounts, above, lower: dispersions.div(below), gap, shift, logShift, logOdds };
}

/** log((1 + upper) / (1 + lower)), where shift is that quotient less 1; of nearly equal numbers no logarithms are subtracted. */
function logOfRatio(shift: Tensor, upper: Tensor, lower: Tensor): Tensor {
  const isNear = shift.abs().less(0.5);
  return log1p(where(isNear, shift, upper)).sub(log1p(where(isNear, 0, lower)));
}

/** What a count costs that is the mean. */
function costAtMean(counts: Tensor, dispersions: Tensor, { lower }: Deviation): Tensor {
  const spread = dispersions.mul(counts).log1p().mul(0.5);
  return factorialRest(counts)
    .add(spread)
    .add(stirlingRest(dispersions).sub(stirlingRest(lower)));
}

function halfDeviance(counts: Tensor, { logOdds, gap, shift, logShift }: Deviation): Tensor {
  const isSmall = shift.equal(0);
  const quotient = where(isSmall, 1, logShift.div(where(isSmall, 1, shift)));
  return counts.mul(logOdds).sub(gap.mul(quotient));
}

/** digamma(counts + 1) - log(r + counts) + log((r + means) / means): of large counts the logarithms are taken together. */
function slopeByCount(counts: Tensor, { safeCounts, logOdds, logShift }: Deviation, means: Tensor): Tensor {
  const isLarge = counts.greaterEqual(8);
  const inverse = div(1, where(isLarge, safeCounts, 8));
  const small = where(isLarge, 1, counts)
    .add(1)
    .digamma()
    .sub(where(isLarge, 1, means).log())
    .sub(logShift);
  return where(isLarge, logOdds.add(inverse).add(digammaRest(inverse)), small);
}
