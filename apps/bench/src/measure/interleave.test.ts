import { expect, test } from "vitest";
import { interleave, ratios, runRounds, timeOf } from "./interleave.ts";

function recorders(names: readonly string[]) {
  const calls: string[] = [];
  return { calls, runners: names.map((name) => ({ run: () => void calls.push(name), repeats: 1 })) };
}

test("every runner runs once in each round, and each is first in turn", async () => {
  const { calls, runners } = recorders(["a", "b", "c"]);
  const times = await runRounds(runners, { rounds: 4 });
  expect(calls.join("")).toBe("abcbcacababc");
  expect(times.map(({ length }) => length)).toEqual([4, 4, 4]);
});

test("without a budget left there are the fewest rounds", async () => {
  const { runners } = recorders(["a"]);
  let between = 0;
  const [times] = await runRounds(runners, { rounds: 50, budget: -1, fewest: 3, afterRound: () => between++ });
  expect([times!.length, between]).toEqual([3, 3]);
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

test("a contender beside itself has about its own time", async () => {
  const run = () => {};
  const { a, b } = await interleave({ a: run, b: run }, { baseline: "a", rounds: 3, repeats: 10 });
  expect(a.ratio).toBe(1);
  expect(b.nanoseconds).toBeGreaterThanOrEqual(0);
});
