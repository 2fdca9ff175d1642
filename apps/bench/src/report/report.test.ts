import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { type Output, createReport, formatCount, formatEpoch, formatPercent, formatSeconds } from "./report.ts";

function open(terminal?: { colours: boolean }): { output: Output; written: () => string } {
  const stream = new PassThrough({ encoding: "utf8" });
  const output: Output = Object.assign(
    stream,
    terminal && { isTTY: true, columns: 80, hasColors: () => terminal.colours },
  );
  return { output, written: () => (stream.read() as string | null) ?? "" };
}

const escape = "\u001b";

test("into a pipe go plain lines, and no bar", () => {
  const { output, written } = open();
  const report = createReport(output);
  report.heading("Learning");
  const progress = report.progress(2);
  progress.advance("half");
  report.line("in between");
  progress.advance("all");
  progress.stop();
  report.table(
    ["digit", "right"],
    [
      ["0", "98.00 %"],
      ["1", "5.00 %"],
    ],
  );
  report.close();
  expect(written()).toBe("\nLearning\nin between\ndigit    right\n0      98.00 %\n1       5.00 %\n");
});

test("a terminal shows a bar with the time left, and lines above it", () => {
  const { output, written } = open({ colours: true });
  const report = createReport(output);
  const progress = report.progress(2);
  progress.advance("half");
  report.line("in between");
  const shown = written();
  expect(shown).toMatch(/ 50 % {2}\d+s left {2}half/);
  expect(shown.indexOf("in between\n")).toBeLessThan(shown.indexOf(" 50 %"));
  progress.stop();
  report.line("after");
  expect(written()).toMatch(/after\n$/);
});

describe("close leaves a terminal as it was", () => {
  test.for(["after stop", "in the middle"])("%s", (when) => {
    const { output, written } = open({ colours: true });
    const report = createReport(output);
    const progress = report.progress(2);
    progress.advance("half");
    if (when === "after stop") progress.stop();
    report.close();
    report.close();
    const shown = written();
    const [on, off] = ["h", "l"].map((letter) => shown.lastIndexOf(`${escape}[?7${letter}`));
    expect(off).toBeGreaterThan(-1);
    expect(on).toBeGreaterThan(off!);
    expect(shown).not.toContain(`${escape}[?25l`);
    report.line("after");
    expect(written()).toBe("after\n");
  });
});

test.for([
  [true, `\n${escape}[1mLearning${escape}[22m\n`],
  [false, "\nLearning\n"],
] as const)("a terminal with colours: %j", ([colours, wanted]) => {
  const { output, written } = open({ colours });
  createReport(output).heading("Learning");
  expect(written()).toBe(wanted);
});

test("numbers read as people write them", () => {
  expect(formatCount(60000)).toBe("60,000");
  expect(formatPercent(0.9152)).toBe("91.52 %");
  expect(formatSeconds(1260)).toBe("1.3 s");
  expect(formatEpoch(3, 10)).toBe("epoch  3/10");
});
