import { expect, test } from "vitest";
import { type RunnerOutcome, ratios, runRounds, timeOf } from "./interleave.ts";

function recorders(names: readonly string[]) {
  const calls: string[] = [];
  return { calls, runners: names.map((name) => ({ run: () => void calls.push(name), repeats: 1 })) };
}

function roundsOf(outcome: RunnerOutcome): number | undefined {
  return "times" in outcome ? outcome.times.length : undefined;
}

test("every runner runs once in each round, and each is first in turn", async () => {
  const { calls, runners } = recorders(["a", "b", "c"]);
  const outcomes = await runRounds(runners, { rounds: 4 });
  expect(calls.join("")).toBe("abcbcacababc");
  expect(outcomes.map(roundsOf)).toEqual([4, 4, 4]);
});

test("without a budget left there are the fewest rounds", async () => {
  const { runners } = recorders(["a"]);
  let between = 0;
  const [outcome] = await runRounds(runners, { rounds: 50, budget: -1, fewest: 3, afterRound: () => between++ });
  expect([roundsOf(outcome!), between]).toEqual([3, 3]);
});

test("whoever fails runs no more, and the others go on", async () => {
  const { calls, runners } = recorders(["a", "b"]);
  const lost = new Error("the device was lost");
  const failing = {
    run: () => {
      calls.push("!");
      throw lost;
    },
    repeats: 1,
  };
  const outcomes = await runRounds([runners[0]!, failing, runners[1]!], { rounds: 3 });
  expect(calls.join("")).toBe("a!bbaba");
  expect(outcomes.map((outcome) => ("failure" in outcome ? outcome.failure : roundsOf(outcome)))).toEqual([3, lost, 3]);
});

test("what comes before a run is done once for all of its repeats, which are awaited", async () => {
  const calls: string[] = [];
  const run = async () => {
    await Promise.resolve();
    calls.push("run");
  };
  await timeOf({ run, before: () => calls.push("before"), repeats: 3 });
  expect(calls).toEqual(["before", "run", "run", "run"]);
});

test("ratios are taken within a round", () => {
  expect(ratios([2, 40, 6], [1, 20, 3])).toEqual([2, 2, 2]);
});
