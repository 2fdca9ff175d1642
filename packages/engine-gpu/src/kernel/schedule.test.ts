import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Expression,
  type Name,
  binary,
  call,
  element,
  integer,
  less,
  number,
  scaled,
  sumOf,
} from "./expression.ts";
import { makeNumbering } from "./numbering.ts";
import { printExpression, printStatements } from "./print.ts";
import { type Schedule, schedule as scheduleWith } from "./schedule.ts";
import { type Loop, type Statement, priceOf } from "./statement.ts";

const names = new Map<string, Name>();

/** The name with this spelling, always the same object. */
function n(text: string): Name {
  const name: Name = names.get(text) ?? {
    kind: "name",
    letter: text[0] as Name["letter"],
    number: Number(text.slice(1)),
  };
  names.set(text, name);
  return name;
}

const define = (name: string, expression: Expression): Statement => ({
  kind: "definition",
  name: n(name),
  expression,
  cost: 1,
});
const accumulate = (name: string): Statement => ({ kind: "accumulator", name: n(name), initial: integer(0) });
const add = (name: string, term: Expression): Statement => ({
  kind: "update",
  name: n(name),
  reducer: "sum",
  term,
  cost: 1,
});
const loop = (variable: string, count: number, body: readonly Statement[], condition?: Expression): Loop => ({
  kind: "loop",
  variable: n(variable),
  count,
  condition,
  body,
});
const read = (array: string, index: Expression): Expression => element(n(array), index);
const times = (left: Expression, right: Expression): Expression => binary("*", left, right);

function schedule(statements: readonly Statement[]): Schedule {
  return scheduleWith(statements, makeNumbering());
}

function linesOf(statements: readonly Statement[]): string[] {
  return printStatements(schedule(statements).statements);
}

describe("a schedule", () => {
  test("joins loops of equally many turns, which then share what they compute", () => {
    const lines = linesOf([
      accumulate("s0"),
      loop("i1", 8, [define("t2", read("a0", n("i1"))), define("v3", call("Math.exp", n("t2"))), add("s0", n("v3"))]),
      accumulate("s4"),
      loop("i5", 8, [
        define("t6", read("a0", n("i5"))),
        define("v7", call("Math.exp", n("t6"))),
        define("v8", scaled(n("v7"), 2)),
        add("s4", n("v8")),
      ]),
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
      loop("i1", 8, [add("s0", read("a0", n("i1")))]),
      define("t2", read("a1", call("column"))),
      define("v3", times(n("t2"), n("s0"))),
      accumulate("s4"),
      loop("i5", 8, [add("s4", times(read("a0", n("i5")), n("t2")))]),
      accumulate("s6"),
      loop("i7", 8, [add("s6", times(read("a0", n("i7")), n("v3")))]),
    ]);
    expect(lines).toEqual([
      "let s0 = 0;",
      "const t2 = a1[column()];",
      "let s4 = 0;",
      "let s6 = 0;",
      "for (let i1 = 0; i1 < 8; i1++) {",
      "s0 += a0[i1];",
      "s4 += (a0[i1] * t2);",
      "}",
      "const v3 = (t2 * s0);",
      "for (let i7 = 0; i7 < 8; i7++) {",
      "s6 += (a0[i7] * v3);",
      "}",
    ]);
  });

  test.each<[string, Loop]>([
    ["other turns", loop("i2", 4, [add("s3", read("a0", n("i2")))])],
    ["another condition", loop("i2", 8, [add("s3", read("a0", n("i2")))], less(n("i2"), integer(5)))],
    ["a need of its result", loop("i2", 8, [add("s3", times(read("a0", n("i2")), n("s0")))])],
  ])("keeps a loop apart that has %s", (_, second) => {
    const { statements } = schedule([
      accumulate("s0"),
      loop("i1", 8, [add("s0", read("a0", n("i1")))]),
      accumulate("s3"),
      second,
    ]);
    expect(statements.filter(({ kind }) => kind === "loop").length).toBe(2);
  });

  test("joins the loops in loops that it joined", () => {
    const sums = (first: number): Statement[] => [
      accumulate(`s${first}`),
      loop(`i${first + 1}`, 4, [
        accumulate(`s${first + 2}`),
        loop(`i${first + 3}`, 32, [
          add(`s${first + 2}`, read("a0", sumOf([scaled(n(`i${first + 1}`), 32), n(`i${first + 3}`)], 0))),
        ]),
        add(`s${first}`, n(`s${first + 2}`)),
      ]),
    ];
    const lines = linesOf([...sums(0), ...sums(4)]);
    expect(lines.filter((line) => line.startsWith("for"))).toHaveLength(2);
  });

  test("says what has become of a name", () => {
    const { rename } = schedule([
      define("v0", read("a0", integer(1))),
      define("v1", read("a0", integer(1))),
      define("v2", n("v1")),
    ]);
    expect(printExpression(rename(binary("+", n("v1"), n("v2"))))).toBe("(v0 + v2)");
  });

  test("counts what is left once", () => {
    const body = (variable: string): Statement[] => [define(`v${variable.slice(1)}`, read("a0", n(variable)))];
    const { statements } = schedule([loop("i0", 8, body("i0")), loop("i1", 8, body("i1"))]);
    expect(priceOf(statements)).toEqual({ statements: 1, work: 8 });
  });

  test("leaves every value as it was, of whatever statements", () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat(1000)), (choices) => {
        const next = (below: number): number => choices.next().value % below;
        const { statements, visible } = randomProgram(next);
        const { statements: scheduled, rename } = schedule(statements);
        expect(run(scheduled, visible.map(rename))).toEqual(run(statements, visible));
        expect(priceOf(scheduled).work).toBeLessThanOrEqual(priceOf(statements).work);
      }),
      { numRuns: 1000 },
    );
  });
});

interface RandomProgram {
  readonly statements: Statement[];
  readonly visible: Expression[];
}

/** Statements as a kernel has them, and what can be read after them. */
function randomProgram(next: (below: number) => number): RandomProgram {
  let count = 0;
  const fill = (outer: readonly Expression[], depth: number): RandomProgram => {
    const statements: Statement[] = [];
    const visible = [...outer];
    const pick = (): Expression => visible[next(visible.length)]!;
    for (let rest = 1 + next(5); rest > 0; rest--) {
      if (depth === 2 || next(2) === 0) {
        const name = `v${count++}`;
        statements.push(define(name, call("Math.sin", binary("+", pick(), times(integer(2), pick())))));
        visible.push(n(name));
        continue;
      }
      const sums = Array.from({ length: 1 + next(2) }, () => `s${count++}`);
      const variable = `i${count++}`;
      const inner = fill([...visible, n(variable)], depth + 1);
      const terms = sums.map((name) => add(name, inner.visible[next(inner.visible.length)]!));
      const condition = next(4) === 0 ? less(n(variable), integer(2)) : undefined;
      statements.push(...sums.map(accumulate), loop(variable, 2 + next(2), [...inner.statements, ...terms], condition));
      visible.push(...sums.map(n));
    }
    return { statements, visible };
  };
  return fill([number(1.5)], 0);
}

function run(statements: readonly Statement[], results: readonly Expression[]): number[] {
  const lines = [...printStatements(statements), `return [${results.map(printExpression).join()}];`];
  // oxlint-disable-next-line no-implied-eval -- Kernel source is JavaScript.
  return new Function(lines.join("\n"))() as number[];
}
