/** Does data stay data, and does misuse throw an error of the library, in every export of every published package? */
import { runInThisContext } from "node:vm";
import { add, evaluate } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { describe, expect, test } from "vitest";
import { type Turns, type Wound, attack, starve } from "./attack.ts";
import { rightCalls } from "./calls.ts";
import { type HostileValue, hasRun, hostileValues, trace } from "./hostile.ts";
import { type Callable, publishedCallables } from "./surface.ts";
import { mayThrowAnything } from "./unnamed.ts";

const engine = await cpu({ mode: "codegen" });
const exported = await publishedCallables();
const calls = rightCalls(engine);
const values = hostileValues();

/** What a call returns, which a user calls in turn. */
const returned = Object.keys(calls)
  .filter((name) => name.includes("()"))
  .map((name): Callable => {
    const apply = (self: unknown, args: readonly unknown[]): unknown =>
      Reflect.apply(self as () => unknown, self, args);
    return { name, kind: "function", call: apply };
  });

const callables = [...exported, ...returned];

/** Whether it waits for a server, which is not here; what it refuses before that has tests beside it. */
const needsServer = ({ name }: Callable): boolean => name.startsWith("@symloss/evaluation/bullmq");

test("every export has right calls, and they are right", async () => {
  expect(exported.map(({ name }) => name).filter((name) => calls[name] === undefined)).toEqual([]);
  const names = new Set(callables.map(({ name }) => name));
  expect(Object.keys(calls).filter((name) => !names.has(name))).toEqual([]);
  for (const { name, call } of callables.filter((one) => !needsServer(one))) {
    // WebGL and canvases are not available here, nor JavaScript for threads.
    if (name.includes("engine-gpu") || name.includes("evaluation/workers")) continue;
    for (const { self, args } of calls[name]!) await call(self?.(), args());
  }
}, 60_000);

describe.each([...new Set(callables.filter((one) => !needsServer(one)).map(({ name }) => name.split(" ")[0]!))])(
  "%s",
  (entry) => {
    const own = callables.filter(({ name }) => name.startsWith(`${entry} `));

    test("runs no text, and refuses by name what it can't take", async () => {
      const wounds: Wound[] = [];
      for (const [index, callable] of own.entries()) {
        if (isSeenAlready(callable)) continue;
        for (const right of calls[callable.name] ?? []) {
          wounds.push(...(await starve(callable, right, engine)));
          for (const [number, value] of values.entries())
            wounds.push(...(await attack(callable, right, value, engine, turnsOf(callable, index + number))));
        }
      }
      // Otherwise everything after it would be refused for the wrong reason.
      expect((await evaluate(add([1, 2], 1), { engine })).toArray()).toEqual([2, 3]);
      expect(told(wounds.filter(({ fault }) => fault === "a text ran as code"))).toEqual([]);
      const unnamed = wounds.filter(({ fault }) => fault === "an error without a name");
      expect(told(unnamed.filter(({ callable }) => mayThrowAnything(callable) === undefined))).toEqual([]);
    }, 240_000);
  },
);

/** Whether it is a loss in the list of all, which is also an export. */
function isSeenAlready({ name }: Callable): boolean {
  return name.startsWith("@symloss/losses losses.");
}

/** Losses read their arguments by one function, from declarations: each value meets a part of the places of each of them. */
function turnsOf({ name }: Callable, first: number): Turns | undefined {
  return name.startsWith("@symloss/losses ") ? { of: 4, first } : undefined;
}

/** A line for each callable: how often, and the last fault. */
function told(wounds: readonly Wound[]): string[] {
  return [...new Set(wounds.map(({ callable }) => callable))].map((name) => {
    const own = wounds.filter(({ callable }) => callable === name);
    const { place, error } = own.at(-1)!;
    return `${name}: ${own.length}, as ${place} -> ${error}`;
  });
}

describe("an attack", () => {
  const text: HostileValue = { name: "a text", make: () => `(globalThis.${trace}=1)` };
  const careless = (call: Callable["call"]) =>
    attack({ name: "careless", kind: "function", call }, { args: () => [{ length: 1 }] }, text, engine);

  test("notices where a text runs, at any place", async () => {
    const wounds = await careless((_, [options]) => runInThisContext(String((options as { length: string }).length)));
    expect(wounds).toEqual([{ callable: "careless", place: "argument 0.length: a text", fault: "a text ran as code" }]);
    expect(hasRun()).toBe(false);
  });

  test("notices errors without a name", async () => {
    const wounds = await careless((_, [, second]) => {
      if (second !== undefined) throw new TypeError("it is not a function");
    });
    expect(wounds).toEqual([
      {
        callable: "careless",
        place: "argument 1: a text",
        fault: "an error without a name",
        error: "TypeError: it is not a function",
      },
    ]);
  });
});
