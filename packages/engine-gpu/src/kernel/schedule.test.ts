import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { schedule } from "./schedule.ts";
import type { Source } from "./source.ts";
import { type Loop, type Statement, measureStatements, writeStatements } from "./statement.ts";

const text = (source: string): Source => source as Source;
const define = (name: string, source: string): Statement => ({
  kind: "definition",
  name: text(name),
  source: text(source),
  cost: 1,
});
const accumulate = (name: string): Statement => ({ kind: "accumulator", name: text(name), source: text("0") });
const add = (name: string, source: string): Statement => ({
  kind: "update",
  name: text(name),
  reducer: "sum",
  source: text(source),
  cost: 1,
});
const loop = (variable: string, count: number, body: readonly Statement[], condition?: string): Loop => ({
  kind: "loop",
  variable: text(variable),
  count,
  condition: condition === undefined ? undefined : text(condition),
  body,
});

function linesOf(statements: readonly Statement[]): string[] {
  return writeStatements(schedule(statements).statements);
}

describe("a schedule", () => {
  test("joins loops of equally many turns, which then share what they compute", () => {
    const lines = linesOf([
      accumulate("s0"),
      loop("i1", 8, [define("t2", "a0[i1]"), define("v3", "Math.exp(t2)"), add("s0", "v3")]),
      accumulate("s4"),
      loop("i5", 8, [define("t6", "a0[i5]"), define("v7", "Math.exp(t6)"), define("v8", "v7*2"), add("s4", "v8")]),
    ]);
    expect(lines).toEqual([
      "let s0 = 0;",
      "let s4 = 0;",
      "for (let i1 = 0; i1 < 8; i1++) {",
      "const t2 = a0[i1];",
      "const v3 = Math.exp(t2);",
      "s0 += v3;",
      "const v8 = v3*2;",
      "s4 += v8;",
      "}",
    ]);
  });

  test("moves before a loop what does not need it, for a loop that joins it", () => {
    const lines = linesOf([
      accumulate("s0"),
      loop("i1", 8, [add("s0", "a0[i1]")]),
      define("t2", "a1[column()]"),
      define("v3", "t2*s0"),
      accumulate("s4"),
      loop("i5", 8, [add("s4", "a0[i5]*t2")]),
      accumulate("s6"),
      loop("i7", 8, [add("s6", "a0[i7]*v3")]),
    ]);
    expect(lines).toEqual([
      "let s0 = 0;",
      "const t2 = a1[column()];",
      "let s4 = 0;",
      "let s6 = 0;",
      "for (let i1 = 0; i1 < 8; i1++) {",
      "s0 += a0[i1];",
      "s4 += a0[i1]*t2;",
      "}",
      "const v3 = t2*s0;",
      "for (let i7 = 0; i7 < 8; i7++) {",
      "s6 += a0[i7]*v3;",
      "}",
    ]);
  });

  test.each<[string, Loop]>([
    ["other turns", loop("i2", 4, [add("s3", "a0[i2]")])],
    ["another condition", loop("i2", 8, [add("s3", "a0[i2]")], "i2 < 5")],
    ["a need of its result", loop("i2", 8, [add("s3", "a0[i2]*s0")])],
  ])("keeps a loop apart that has %s", (_, second) => {
    const { statements } = schedule([accumulate("s0"), loop("i1", 8, [add("s0", "a0[i1]")]), accumulate("s3"), second]);
    expect(statements.filter(({ kind }) => kind === "loop").length).toBe(2);
  });

  test("joins the loops in loops that it joined", () => {
    const sums = (first: number): Statement[] => [
      accumulate(`s${first}`),
      loop(`i${first + 1}`, 4, [
        accumulate(`s${first + 2}`),
        loop(`i${first + 3}`, 32, [add(`s${first + 2}`, `a0[i${first + 1}*32+i${first + 3}]`)]),
        add(`s${first}`, `s${first + 2}`),
      ]),
    ];
    const lines = linesOf([...sums(0), ...sums(4)]);
    expect(lines.filter((line) => line.startsWith("for"))).toHaveLength(2);
  });

  test("says what has become of a name", () => {
    const { rename } = schedule([define("v0", "a0[1]"), define("v1", "a0[1]"), define("v2", "v1")]);
    expect(rename(text("v1+v2"))).toBe("v0+v2");
  });

  test("counts what is left once", () => {
    const body = (variable: string): Statement[] => [define(`v${variable}`, `a0[${variable}]`)];
    const { statements } = schedule([loop("i0", 8, body("i0")), loop("i1", 8, body("i1"))]);
    expect(measureStatements(statements)).toEqual({ count: 1, work: 8 });
  });

  test("leaves every value as it was, of whatever statements", () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat(1000)), (choices) => {
        const next = (below: number): number => choices.next().value % below;
        const { statements, names } = randomProgram(next);
        const { statements: scheduled, rename } = schedule(statements);
        expect(
          run(
            scheduled,
            names.map((name) => rename(text(name))),
          ),
        ).toEqual(run(statements, names));
        expect(measureStatements(scheduled).work).toBeLessThanOrEqual(measureStatements(statements).work);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Statements as a kernel has them, and the names that can be read after them. */
function randomProgram(next: (below: number) => number): { statements: Statement[]; names: string[] } {
  let count = 0;
  const fill = (visible: readonly string[], depth: number): { statements: Statement[]; names: string[] } => {
    const statements: Statement[] = [];
    const names = [...visible];
    const pick = (): string => names[next(names.length)]!;
    for (let rest = 1 + next(5); rest > 0; rest--) {
      if (depth === 2 || next(2) === 0) {
        const name = `v${count++}`;
        statements.push(define(name, `Math.sin(${pick()} + 2 * ${pick()})`));
        names.push(name);
        continue;
      }
      const sums = Array.from({ length: 1 + next(2) }, () => `s${count++}`);
      const variable = `i${count++}`;
      const inner = fill([...names, variable], depth + 1);
      const terms = sums.map((name) => add(name, inner.names[next(inner.names.length)]!));
      const condition = next(4) === 0 ? `${variable} < 2` : undefined;
      statements.push(...sums.map(accumulate), loop(variable, 2 + next(2), [...inner.statements, ...terms], condition));
      names.push(...sums);
    }
    return { statements, names };
  };
  return fill(["1.5"], 0);
}

function run(statements: readonly Statement[], names: readonly string[]): number[] {
  // oxlint-disable-next-line no-implied-eval -- Kernel source is JavaScript.
  return new Function([...writeStatements(statements), `return [${names.join()}];`].join("\n"))() as number[];
}
