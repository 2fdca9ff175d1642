/** Does a loss that is compiled once serve a batch of any length, on engines that can? */
import { type Engine, ShapeError } from "@symloss/core";
import { type LossName, losses } from "@symloss/losses";
import type { CaseContext, ConformanceCase } from "./case.ts";
import { expectThat } from "./compare.ts";
import { type Call, callsOf, compileCall, outcomeOf } from "./families/call.ts";
import { expectSameNumbers } from "./same-numbers.ts";

/** Lengths of a batch: some rows, one, and more than a vector holds. */
const batches = [7, 1, 33];

/** What gives a row more than it takes: a length with a name can't grow. */
const growing: ReadonlySet<string> = new Set<LossName>(["rocCurve", "precisionRecallCurve"]);

/** The cases of losses, with the least and the most that they are given, on engines with the trait `namedDimensions`. */
export function anyBatchCases({ traits, reference }: CaseContext): ConformanceCase[] {
  if (!traits.namedDimensions) return [];
  return (Object.keys(losses) as LossName[]).flatMap((name) => {
    const calls = callsOf(name, "float32");
    return [...new Set([calls[0]!, calls.at(-1)!])].map((call): ConformanceCase => ({
      name: `losses: a batch of any length, ${call.title}`,
      group: "losses",
      run: (engine) =>
        growing.has(name) ? expectRefusal(engine, call) : expectAnyBatch(engine, call, reference ?? engine),
    }));
  });
}

/** Values and gradients at each length, against those of the same call compiled for that length. */
async function expectAnyBatch(engine: Engine, call: Call, reference: Engine): Promise<void> {
  const compiled = compileCall(engine, call, { anyBatch: true });
  try {
    for (const batch of [...batches, batches[0]!]) {
      const same = callsOf(call.name, "float32", batch).find(({ title }) => title === call.title)!;
      const got = await compiled.run(same);
      const want = await outcomeOf(reference, same);
      for (const kind of ["values", "gradients"] as const)
        for (const [name, array] of Object.entries(want[kind]))
          expectSameNumbers(engine, `${kind} of ${name}, ${batch} rows`, got[kind][name]!, array, 1);
    }
  } finally {
    await compiled.dispose();
  }
}

async function expectRefusal(engine: Engine, call: Call): Promise<void> {
  const compiled = compileCall(engine, call, { anyBatch: true });
  const error: unknown = await compiled.run(call).catch((thrown: unknown) => thrown);
  await compiled.dispose();
  expectThat(
    error instanceof ShapeError,
    `a result that is longer than the batch must be refused, got ${String(error)}.`,
  );
}
