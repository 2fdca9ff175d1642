/** Which loss teaches a student the softened distribution of a teacher? */
import { type Tensor, stopGradient } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { jensenShannonDivergence } from "../divergence/jensen-shannon-divergence.ts";
import { klDivergenceLogits } from "../divergence/kl-divergence-logits.ts";

const declaration = {
  name: "distillation",
  arguments: {
    /** [.., classes] the unnormalised log probabilities of the teacher, without a gradient. */
    teacherLogits: { shape: "[.., classes]", differentiable: false },
    /** [.., classes] those of the student. */
    studentLogits: "[.., classes]",
  },
  broadcasts: "oneSided",
  options: {
    /** What logits are divided by, above 0; a tensor has a gradient. Default 2. */
    temperature: { kind: "tensor", shape: "[]", must: "positive", default: 2 },
    /** Which divergence: "forward" of the student from the teacher, "reverse", or "jensenShannon". Default "forward". */
    variant: { kind: "choice", choices: ["forward", "reverse", "jensenShannon"], default: "forward" },
  },
  results: { loss: "[..]" },
} as const;

type Variant = (typeof declaration)["options"]["variant"]["choices"][number];

/**
 * The divergence of the softened distributions of teacherLogits [.., classes] and studentLogits [.., classes]; the result is [..].
 *
 * In nats, from 0, times the square of the temperature, so that gradients keep their size whatever it is.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if the variant is unknown or the temperature is not above 0.
 *
 * @formula T^2 \, \mathrm{KL}(\mathrm{softmax}(t / T) \,\|\, \mathrm{softmax}(s / T))
 * @source G. Hinton, O. Vinyals, J. Dean, Distilling the knowledge in a neural network (2015).
 * @peers many published codes leave T^2 out; DeiT divides by classes too; TRL `GKDTrainer` interpolates between the variants.
 * @example await evaluate(distillation([[0, 0]], [[0, Math.log(3)]], { temperature: 1 }), { engine }) // [0.1438410]
 */
export const distillation: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(
  teacherLogits: Tensor,
  studentLogits: Tensor,
  { temperature, variant }: OptionsFor<typeof declaration>,
): Tensor {
  const teacher = stopGradient(teacherLogits).div(temperature);
  return divergences[variant](teacher, studentLogits.div(temperature)).mul(temperature.square());
}

const divergences: { readonly [V in Variant]: (teacher: Tensor, student: Tensor) => Tensor } = {
  forward: (teacher, student) => klDivergenceLogits(teacher, student),
  reverse: (teacher, student) => klDivergenceLogits(student, teacher),
  jensenShannon: (teacher, student) => jensenShannonDivergence(teacher.logSoftmax(), student.logSoftmax()),
};
