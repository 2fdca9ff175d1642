import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { createReport } from "../report/report.ts";
import { showRace } from "./show-race.ts";

test("after each event whatever waits has its turn: a bar, and Ctrl-C", async () => {
  const contenders = [{ name: "cpu", kind: "engine", device: "loops" } as const];
  let turns = 0;
  const count = (): void => void setImmediate(() => turns++);
  await showRace(createReport(new PassThrough()), async (tell) => {
    count();
    await tell({ kind: "opened", contenders, unavailable: [] });
    expect(turns).toBe(1);
    count();
    await tell({ kind: "progress", done: 1, total: 2, note: "W1" });
    expect(turns).toBe(2);
  });
});
