/** Which functions of other libraries is a loss the counterpart of? */
import { type LossName, losses } from "@symloss/losses";
import { peers } from "@symloss/losses/peers";

/** A function of another library whose counterpart calls a loss. */
export interface LossCounterpart {
  readonly library: string;
  /** Its names there. */
  readonly names: readonly string[];
  /** The call here. */
  readonly ours: string;
  readonly differences: string | undefined;
}

/** Losses that are written of under a second name, which is exported too. */
export const secondNames: Readonly<Record<string, LossName>> = {
  sigmoidCrossentropyLogits: "sparseSigmoidCrossentropyLogits",
};

const found: ReadonlyMap<string, readonly LossCounterpart[]> = grouped();

/** The counterparts of a loss. */
export function counterpartsOf(name: LossName): readonly LossCounterpart[] {
  return found.get(name) ?? [];
}

function grouped(): ReadonlyMap<string, readonly LossCounterpart[]> {
  const groups = new Map<string, LossCounterpart[]>();
  for (const { name: library, functions } of peers) {
    for (const [theirs, one] of Object.entries(functions)) {
      if (!("ours" in one)) continue;
      const { ours, differences } = one;
      for (const loss of lossesIn(ours)) {
        const entry = { library, names: theirs.split(" "), ours, differences };
        groups.set(loss, [...(groups.get(loss) ?? []), entry]);
      }
    }
  }
  return groups;
}

function lossesIn(call: string): ReadonlySet<string> {
  const called = [...call.matchAll(/\b(\w+)\(/g)].map(([, name]) => secondNames[name!] ?? name!);
  return new Set(called.filter((name) => Object.hasOwn(losses, name)));
}
