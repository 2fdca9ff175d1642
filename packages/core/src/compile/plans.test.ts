import { describe, expect, test } from "vitest";
import { PlanCache } from "./plans.ts";

interface Plan {
  readonly bytes: number;
  released: boolean;
  release(): void;
}

function planOf(bytes: number): Plan {
  return {
    bytes,
    released: false,
    release() {
      this.released = true;
    },
  };
}

/** The plan of a key, made synchronously. */
function planFor(cache: PlanCache<Plan>, key: string, bytes = 1): Plan {
  return cache.use(
    key,
    () => planOf(bytes),
    (plan) => plan,
  ) as Plan;
}

describe("the plans of a function", () => {
  test("are made once for each key", () => {
    const cache = new PlanCache<Plan>();
    const plan = planFor(cache, "a");
    expect(planFor(cache, "a", 2)).toBe(plan);
  });

  test("are as many as were used last, and a few however much they hold", () => {
    const cache = new PlanCache<Plan>();
    const small = Array.from({ length: 300 }, (_, key) => planFor(cache, `${key}`));
    expect(small.filter(({ released }) => released).length).toBe(300 - 256);
    expect(small.findIndex(({ released }) => !released)).toBe(300 - 256);
    const large = Array.from({ length: 20 }, (_, key) => planFor(cache, `large ${key}`, 2 ** 30));
    expect(large.map(({ released }) => released)).toEqual([
      ...Array<boolean>(12).fill(true),
      ...Array<boolean>(8).fill(false),
    ]);
    expect(small.every(({ released }) => released)).toBe(true);
  });

  test("stay while a call is under way with them", async () => {
    const cache = new PlanCache<Plan>();
    const plan = planOf(1);
    let finish = (): void => {};
    const call = cache.use(
      "a",
      () => Promise.resolve(plan),
      async (made) => {
        await made;
        await new Promise<void>((resolve) => (finish = resolve));
      },
    );
    await new Promise((resolve) => setTimeout(resolve));
    const others = (): Plan[] => Array.from({ length: 300 }, (_, key) => planFor(cache, `${key}`));
    others();
    expect(plan.released).toBe(false);
    finish();
    await call;
    others();
    expect(plan.released).toBe(true);
  });

  test("are not kept where making them fails", async () => {
    const cache = new PlanCache<Plan>();
    const fail = (): never => {
      throw new Error("no plan");
    };
    expect(() => cache.use("a", fail, (plan) => plan)).toThrow("no plan");
    await expect(
      cache.use(
        "a",
        () => Promise.reject(new Error("no plan")),
        async (plan) => await plan,
      ),
    ).rejects.toThrow("no plan");
    expect(planFor(cache, "a").bytes).toBe(1);
  });

  test("are released together", async () => {
    const cache = new PlanCache<Plan>();
    const plans = ["a", "b"].map((key) => planFor(cache, key));
    await cache.release();
    expect(plans.every(({ released }) => released)).toBe(true);
  });
});
