import { describe, expect, test } from "vitest";
import { referenceOf, worstError } from "../measure/check.ts";
import { gpuKinds } from "../measure/gpu-workloads.ts";
import { makeSized } from "../measure/workload.ts";
import { workloadKinds } from "../measure/workloads.ts";
import type { Entrant } from "./contender.ts";
import { importPeer, isInstalled } from "./peers.ts";
import { rivalTable } from "./rivals.ts";

test("what is not installed says how to install it", async () => {
  await expect(importPeer("no-such-peer")).rejects.toMatchObject({
    name: "Failure",
    message: "no-such-peer must be installed, got none. Any run with --peers installs it.",
  });
});

test.skipIf(!isInstalled())(
  "jax-js computes, whether or not others make workers global, before it or after",
  async () => {
    Reflect.set(globalThis, "Worker", class {});
    const jax = await rivalTable["jax-js"]!.open();
    Reflect.set(globalThis, "Worker", undefined);
    const workload = makeSized(workloadKinds[0]!, 64);
    const wanted = await referenceOf(workload);
    const [entrant] = jax.enter(workload, wanted) as readonly Entrant[];
    const run = await entrant!.prepare();
    expect(worstError(await run.outputs(), wanted)).toBeLessThan(jax.tolerance);
    await run.dispose();
  },
);

describe.skipIf(!isInstalled())("every formulation of every peer is right", () => {
  const peers = Object.entries(rivalTable).filter(([, { peer }]) => peer);
  const kinds = [...workloadKinds, ...gpuKinds].flatMap((kind) =>
    peers.map(([name, row]) => ({ name, kind, row, workload: kind.name })),
  );
  test.for(kinds)("$name, $workload", async ({ kind, row }) => {
    const contender = await row.open();
    const workload = makeSized(kind, 64);
    const wanted = await referenceOf(workload);
    const entrants = contender.enter(workload, wanted);
    const [ways, reason] = "reason" in entrants ? [[], entrants.reason] : [entrants, "this was not written"];
    expect(reason).toMatch(/^(?:this was not written|no model was built)/);
    for (const { prepare } of ways) {
      const run = await prepare();
      expect(worstError(await run.outputs(), wanted)).toBeLessThan(contender.tolerance);
      await run.dispose();
    }
  });
});
