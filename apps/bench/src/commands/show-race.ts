/** How does a race look in the terminal while it runs? */
import { setImmediate } from "node:timers/promises";
import { Failure } from "../failure.ts";
import type { Measurement } from "../measure/result.ts";
import type { RaceEvent, RaceReport } from "../race/race.ts";
import { type RaceRecord, addEvent, emptyRecord } from "../race/record.ts";
import type { Report } from "../report/report.ts";
import { workloadSections } from "../report/summary.ts";
import { showSection } from "../report/terminal.ts";

/** Shows each workload when it has been measured, and what is known at the end; throws `Failure` if nobody works here. */
export async function showRace(report: Report, run: (tell: RaceReport) => Promise<void>): Promise<RaceRecord> {
  let record = emptyRecord;
  let progress: ReturnType<Report["progress"]> | undefined;
  let roundsShown = 0;
  let sizes: Measurement[] = [];
  const show = (event: RaceEvent): void => {
    switch (event.kind) {
      case "opened":
        for (const { name, reason } of event.unavailable) report.line(`without ${name}: ${reason}`);
        return;
      case "progress":
        progress ??= report.progress(event.total);
        for (; roundsShown < event.done; roundsShown++) progress.advance(event.note);
        return;
      case "measured":
        sizes.push(event.measurement);
        if (!event.isLastSize) return;
        for (const section of workloadSections(sizes, record.contenders)) showSection(section, report);
        sizes = [];
    }
  };
  await run(async (event) => {
    record = addEvent(record, event);
    show(event);
    // Engines that are done when they return leave no turn to timers and signals: neither the bar would move nor Ctrl-C end it.
    await setImmediate();
  });
  progress?.stop();
  if (record.contenders.length === 0) {
    throw new Failure("Somebody must take part, got nobody who works here: the reasons are above.");
  }
  return record;
}
