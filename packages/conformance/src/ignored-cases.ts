/** Has what a loss ignores no influence on this engine, whatever it holds? */
import type { Engine } from "@symloss/core";
import { type LossName, losses } from "@symloss/losses";
import type { CaseContext, ConformanceCase } from "./case.ts";
import { type Call, callsOf, outcomeOf } from "./families/call.ts";
import { ignoringRows, maskingPlaces, spoil, spoilers } from "./families/ignored.ts";
import { expectSameNumbers } from "./same-numbers.ts";

/** The cases of labels that are ignored and of masked items, on engines that carry NaN and infinities. */
export function ignoredCases({ traits }: CaseContext): ConformanceCase[] {
  if (traits.nonFinite !== "strict") return [];
  const withOption = (option: string) =>
    (Object.keys(losses) as LossName[]).filter((name) => Object.hasOwn(losses[name].definition.options, option));
  return [
    ...withOption("ignoreIndex").map((name) => makeCase(name, "rows that are ignored", ignoredRowsOf)),
    ...withOption("mask").map((name) => makeCase(name, "items that are masked", maskingPlaces)),
  ];
}

interface Ignoring {
  readonly call: Call;
  readonly axis: string;
}

function ignoredRowsOf(call: Call): Ignoring | undefined {
  const ignoring = ignoringRows(call);
  return ignoring && { call: ignoring, axis: ".." };
}

function makeCase(name: LossName, what: string, ignore: (call: Call) => Ignoring | undefined): ConformanceCase {
  return {
    name: `losses: ${name} float32, ${what} have no influence`,
    group: "losses",
    run: (engine) => expectNoInfluence(engine, ignore(callsOf(name, "float32")[0]!)!),
  };
}

/** Values and gradients with each spoiler, against those of the call as it is. */
async function expectNoInfluence(engine: Engine, { call, axis }: Ignoring): Promise<void> {
  const want = await outcomeOf(engine, call);
  for (const value of spoilers) {
    const got = await outcomeOf(engine, spoil(call, axis, value));
    for (const kind of ["values", "gradients"] as const)
      for (const [name, array] of Object.entries(want[kind]))
        expectSameNumbers(engine, `${kind} of ${name} beside ${value}`, got[kind][name]!, array);
  }
}
