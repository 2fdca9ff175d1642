/** Losses of policies: of agents, and of language models that learn from rewards or preferences. */
export { dpo } from "./dpo.ts";
export { groupAdvantages } from "./group-advantages.ts";
export { grpo } from "./grpo.ts";
export { ppoClip } from "./ppo-clip.ts";
