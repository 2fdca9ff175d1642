/** What do a yes and a no cost at a logit, each with a weight of its own? */
import { type Tensor, broadcastTogether, customGradient, weightedBy } from "@symloss/core";

/**
 * yes softplus(-x) + no softplus(x) of the logit x, element by element. Both logarithms come from one, and the gradient by x is
 * no sigmoid(x) - yes sigmoid(-x), also where a form with |x| has a kink. A weight of 0 drops an infinity.
 */
export function surprise(yes: Tensor, no: Tensor, logits: Tensor): Tensor {
  return weighed(...(broadcastTogether("surprise", ["yes", "no", "logits"], [yes, no, logits]) as Operands));
}

type Operands = [yes: Tensor, no: Tensor, logits: Tensor];

const weighed = /* @__PURE__ */ customGradient<Operands>((yes, no, x) => {
  const rest = x.abs().neg().softplus();
  const [ofYes, ofNo] = [rest.add(x.neg().relu()), rest.add(x.relu())];
  return {
    value: weightedBy(ofYes, yes).add(weightedBy(ofNo, no)),
    gradient: (g) => [
      weightedBy(x.neg().softplus(), g),
      weightedBy(x.softplus(), g),
      g.mul(no.mul(x.sigmoid()).sub(yes.mul(x.neg().sigmoid()))),
    ],
  };
});
