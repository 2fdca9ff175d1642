/** How do loops that were written by hand take part? */
import { type Contender, accurate } from "./contender.ts";

/** Plain JavaScript for one workload alone: what a generated loop is measured by. */
export function handContender(): Contender {
  return {
    name: "hand",
    kind: "by hand",
    device: "plain JavaScript",
    tolerance: accurate,
    enter: ({ byHand }, wanted) => {
      if (byHand === undefined) return { reason: "no loop was written by hand for this" };
      const outputs = wanted.map(({ data }) => new Float32Array(data.length));
      const prepare = () => ({ run: () => byHand(outputs), outputs: () => outputs, dispose: () => {} });
      return [{ prepare }];
    },
    dispose: () => {},
  };
}
