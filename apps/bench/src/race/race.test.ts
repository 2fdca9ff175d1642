import { expect, test } from "vitest";
import { handContender } from "../contenders/hand.ts";
import { formatResult, parseResult } from "../measure/result.ts";
import { workloadKinds } from "../measure/workloads.ts";
import { type Opening, type RaceEvent, race } from "./race.ts";
import { addEvent, emptyRecord, resultOf } from "./record.ts";

const hand: Opening = { name: "hand", open: handContender };
const absent: Opening = {
  name: "absent",
  open: () => {
    throw new Error("it is not here");
  },
};

async function eventsOf(
  openings: readonly Opening[],
  sizes: readonly number[],
  names: readonly string[] = ["W1", "W9"],
): Promise<RaceEvent[]> {
  const kinds = workloadKinds.filter(({ name }) => names.includes(name));
  const events: RaceEvent[] = [];
  await race(openings, { kinds, sizes, rounds: 2, seconds: 1 }, (event) => events.push(event));
  return events;
}

test("a race tells who takes part, each round, and each measurement", async () => {
  // Rows of W9 are even: its two sizes are one.
  const events = await eventsOf([hand, absent], [3, 4]);
  expect(events[0]).toEqual({
    kind: "opened",
    contenders: [{ name: "hand", kind: "by hand", device: "plain JavaScript" }],
    unavailable: [{ name: "absent", reason: "it is not here" }],
  });
  const measured = events.flatMap((event) => (event.kind === "measured" ? [event] : []));
  expect(
    measured.map(({ measurement: { workload, elements }, isLastSize }) => [workload, elements, isLastSize]),
  ).toEqual([
    ["W1", 3, false],
    ["W1", 4, true],
    ["W9", 4, true],
  ]);
  const rounds = events.flatMap((event) => (event.kind === "progress" ? [event] : []));
  expect(rounds.every(({ total }) => total === 8)).toBe(true);
  expect(rounds.at(-1)).toMatchObject({ done: 6, note: "W9, 4" });
});

test("sizes that differ in nothing but a smaller input are one", async () => {
  // Four rows and twelve; the weights of D1 are larger than both.
  const events = await eventsOf([hand], [32, 3200], ["D1"]);
  const measured = events.flatMap((event) => (event.kind === "measured" ? [event] : []));
  expect(measured.map(({ measurement: { elements }, isLastSize }) => [elements, isLastSize])).toEqual([[65_536, true]]);
});

test("what was recorded is a result, at any time after the first measurement", async () => {
  const events = await eventsOf([hand], [8]);
  const first = events.findIndex(({ kind }) => kind === "measured");
  const machine = { processor: "one", cores: 2, system: "a", runtime: "b", javascript: "c" };
  const result = resultOf(events.slice(0, first + 1).reduce(addEvent, emptyRecord), {
    date: "2030-01-02T03:04:05.000Z",
    command: "here",
    machine,
  });
  expect(result.measurements.map(({ workload }) => workload)).toEqual(["W1"]);
  expect(parseResult(formatResult(result))).toEqual(result);
});

test("where nobody works nothing is measured", async () => {
  const events = await eventsOf([absent], [8]);
  expect(events.map(({ kind }) => kind)).toEqual(["opened"]);
});
