import { expect, test } from "vitest";
import type { Contender, Run } from "../contenders/contender.ts";
import { measureWorkload } from "./measurement.ts";
import type { Workload } from "./workload.ts";

const workload: Workload = {
  name: "T1",
  title: "twice",
  inputs: [{ data: Float32Array.of(1, 2, 3), shape: [3] }],
  compute: (x) => [x!.mul(2)],
};

const right = [2, 4, 6];

function contender(
  name: string,
  ways: Readonly<Record<string, () => Run | Promise<Run>>>,
  kind: Contender["kind"] = "engine",
): Contender {
  return {
    name,
    kind,
    device: "test",
    tolerance: 0.01,
    enter: () =>
      Object.entries(ways).map(([variant, prepare]) => ({ ...(variant === "" ? {} : { variant }), prepare })),
    dispose: () => {},
  };
}

const run = (outputs: readonly number[], record: Partial<Run> = {}): Run => ({
  run: () => {},
  outputs: () => [outputs],
  dispose: () => {},
  ...record,
});

const options = { rounds: 2, budget: 1000 };

test("those who are right are timed, by the first unless loops by hand take part", async () => {
  const [a, hand] = [
    contender("a", { "": () => run(right), resident: () => run(right) }),
    contender("hand", { "": () => run(right) }),
  ];
  const measured = await measureWorkload(workload, [a, hand], options);
  expect(measured).toMatchObject({
    workload: "T1",
    shape: "3",
    elements: 3,
    bytes: 24,
    rounds: 2,
    reference: "hand",
    leftOut: [],
  });
  expect(measured.entries.map(({ name, contender: by }) => [name, by])).toEqual([
    ["a", "a"],
    ["a resident", "a"],
    ["hand", "hand"],
  ]);
  expect(measured.entries[2]!.ratio).toEqual({ lower: 1, median: 1, upper: 1 });
  expect((await measureWorkload(workload, [a], options)).reference).toBe("a");
  expect((await measureWorkload(workload, [a, hand], { ...options, against: "a resident" })).reference).toBe(
    "a resident",
  );
});

test("those who are wrong, fail or don't know it are left out; the first two are faults unless they are peers'", async () => {
  const fails = () => Promise.reject(new Error("out of memory"));
  const absent: Contender = { ...contender("absent", {}), enter: () => ({ reason: "never learnt it" }) };
  const measured = await measureWorkload(
    workload,
    [
      contender("wrong", { "": () => run([2, 4, 6.1]) }),
      contender("lazy", { "": () => run([Number.NaN, 4, 6]) }, "peer"),
      contender("broken", { "": fails }),
      absent,
    ],
    options,
  );
  expect(measured).toMatchObject({ rounds: 0, entries: [] });
  expect(measured.reference).toBeUndefined();
  expect(measured.leftOut).toEqual([
    { name: "wrong", fault: true, reason: "its outputs are off by 1.7e-2 of the largest, more than 0.01" },
    { name: "lazy", fault: false, reason: "its outputs are off by NaN of the largest, more than 0.01" },
    { name: "broken", fault: true, reason: "out of memory" },
    { name: "absent", fault: false, reason: "never learnt it" },
  ]);
});

test("what a run holds is freed once, and rounds are told", async () => {
  let [disposed, rounds] = [0, 0];
  const one = contender("one", { "": () => run(right, { dispose: () => disposed++ }) });
  await measureWorkload(workload, [one], { ...options, afterRound: () => rounds++ });
  expect([disposed, rounds]).toEqual([1, 2]);
});

test("who fails while it is timed is left out, with a fault, and the others are compared among themselves", async () => {
  let isLost = false;
  const fragile = run(right, {
    run: () => {
      if (isLost) throw new Error("the device was lost");
    },
  });
  const contenders = [contender("a", { "": () => fragile }), contender("b", { "": () => run(right) })];
  // When b is prepared, a is warm.
  const beforeReady = (name: string): unknown => (isLost = name === "b");
  const measured = await measureWorkload(workload, contenders, { ...options, beforeReady });
  expect(measured).toMatchObject({ reference: "b", rounds: 2, entries: [{ name: "b" }] });
  expect(measured.leftOut).toEqual([{ name: "a", fault: true, reason: "the device was lost" }]);
});
