import type { TypedArray } from "@symloss/core/engine";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { Heap } from "./heap.ts";

const page = 2 ** 16;

describe("a heap", () => {
  test("begins with whole pages, and with nothing in use", () => {
    const heap = new Heap({ initial: page + 1, maximum: 4 * page - 1 });
    expect(heap.bytesHeld).toBe(2 * page);
    expect(heap.bytesInUse).toBe(0);
    expect(heap.memory.buffer.byteLength).toBe(2 * page);
    expect(() => heap.allocate(4 * page, "an array")).toThrow(`memory.maximum is ${4 * page}`);
  });

  test("gives addresses that are multiples of 64, from 1024 on, with 64 bytes after the last allocation", () => {
    const heap = new Heap({ initial: page, maximum: page });
    const room = page - 1024 - 64 - 64;
    const address = heap.allocate(room, "everything");
    expect(address).toBe(1024 + 64);
    expect(address + room + 64).toBe(heap.bytesHeld);
    expect(heap.bytesHeld).toBe(page);
    expect(() => heap.allocate(0, "nothing")).toThrow("ran out of memory");
    heap.free(address);
    expect(heap.allocate(room, "everything again")).toBe(address);
  });

  test("tells arrays without elements apart", () => {
    const heap = new Heap({ initial: page, maximum: page });
    const [left, right] = [heap.allocate(0, "left"), heap.allocate(0, "right")];
    expect(left).not.toBe(right);
    heap.free(left);
    heap.free(right);
    expect(heap.bytesInUse).toBe(0);
  });

  test("grows by half, by what is needed if that is more, and never beyond the maximum", () => {
    const heap = new Heap({ initial: 4 * page, maximum: 80 * page });
    heap.allocate(4 * page, "more than is left");
    expect(heap.bytesHeld).toBe(6 * page);
    heap.allocate(50 * page, "more than half");
    expect(heap.bytesHeld).toBe(55 * page);
    heap.allocate(20 * page, "so much that half more is not allowed");
    expect(heap.bytesHeld).toBe(80 * page);
  });

  test("grows by what is missing after the free chunk at its end", () => {
    const heap = new Heap({ initial: 10 * page, maximum: 11 * page });
    expect(heap.allocate(11 * page - 1024 - 128, "everything")).toBe(1024 + 64);
  });

  test("reaches addresses beyond 2^31", () => {
    const heap = new Heap({ initial: page, maximum: 2 ** 32 });
    const low = heap.allocate(2 ** 31, "the lower half");
    const address = heap.allocate(2 ** 20, "an array");
    expect(address).toBeGreaterThan(2 ** 31);
    for (const given of [address, address | 0]) {
      for (const array of [
        Float32Array.of(1.5, 2, 3),
        Float64Array.of(1.5, 2, 3),
        Int32Array.of(1, 2, 3),
        Uint8Array.of(1, 2, 3),
      ]) {
        heap.write(given, array);
        const target = array.slice().fill(0);
        heap.read(address, target);
        expect(target).toEqual(array);
        heap.read(given, target.fill(0));
        expect(target).toEqual(array);
      }
    }
    expect([...heap.bytes.subarray(address, address + 3)]).toEqual([1, 2, 3]);
    heap.free(low);
    heap.free(address | 0);
    expect(heap.bytesInUse).toBe(0);
  });

  test("refuses to free what is not allocated", () => {
    const heap = new Heap({ initial: page, maximum: page });
    const address = heap.allocate(100, "an array");
    const wrong = [0, 64, 1024, address + 64, address + 1, -64, 2 ** 32, NaN];
    for (const other of wrong) expect(() => heap.free(other)).toThrow(`got ${other}.`);
    heap.free(address);
    expect(() => heap.free(address)).toThrow(
      `free: the address must be one that is allocated in the memory, got ${address}.`,
    );
  });
});

/** What a test does with a heap: allocates bytes, or frees one of the allocations that there are. */
type Step = { readonly bytes: number } | { readonly free: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    // The last ones are of similar sizes, one of which may be free but too small for another.
    fc.record({ bytes: fc.oneof(fc.nat(200), fc.nat(5000), fc.nat(300_000), fc.integer({ min: 4096, max: 4544 })) }),
    fc.record({ free: fc.nat(1000) }),
  ),
  { maxLength: 200 },
);

interface Allocation {
  readonly address: number;
  readonly bytes: number;
  readonly mark: number;
}

/** Takes the steps, and checks after each that every allocation is where it was, and holds what it did. */
function take(heap: Heap, list: readonly Step[]): Allocation[] {
  const live: Allocation[] = [];
  for (const [turn, step] of list.entries()) {
    if ("free" in step) {
      const [gone] = live.splice(step.free % Math.max(1, live.length), 1);
      if (gone === undefined) continue;
      expectIntact(heap, gone);
      heap.free(gone.address);
      continue;
    }
    const address = tryToAllocate(heap, step.bytes);
    if (address === undefined) continue;
    const one = { address, bytes: step.bytes, mark: 1 + (turn % 255) };
    heap.bytes.fill(one.mark, address, address + step.bytes);
    live.push(one);
  }
  return live;
}

function tryToAllocate(heap: Heap, bytes: number): number | undefined {
  const before = [heap.bytesHeld, heap.bytesInUse];
  try {
    return heap.allocate(bytes, "an array");
  } catch (error) {
    expect(error).toMatchObject({ name: "EngineError" });
    expect([heap.bytesHeld, heap.bytesInUse]).toEqual(before);
    return undefined;
  }
}

function expectIntact(heap: Heap, { address, bytes, mark }: Allocation): void {
  const wrong = heap.bytes.subarray(address, address + bytes).findIndex((byte) => byte !== mark);
  expect(wrong).toBe(-1);
}

function expectApart(heap: Heap, live: readonly Allocation[]): void {
  let end = 1024;
  for (const { address, bytes } of live.toSorted((left, right) => left.address - right.address)) {
    expect(address % 64).toBe(0);
    expect(address).toBeGreaterThanOrEqual(end);
    end = address + bytes;
  }
  expect(end + 64).toBeLessThanOrEqual(heap.bytesHeld);
}

describe("for any allocations", () => {
  const limits = { initial: page, maximum: 16 * page };

  test("none overlap, all keep what they hold, though the memory grows and runs out", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const heap = new Heap(limits);
        const live = take(heap, list);
        expectApart(heap, live);
        for (const one of live) expectIntact(heap, one);
        const least = live.reduce((sum, { bytes }) => sum + bytes + 64, 0);
        expect(heap.bytesInUse).toBeGreaterThanOrEqual(least);
      }),
    );
  });

  test("what is freed, in any order, is one piece again", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const heap = new Heap(limits);
        for (const { address } of take(heap, list)) heap.free(address);
        expect(heap.bytesInUse).toBe(0);
        const held = heap.bytesHeld;
        expect(heap.allocate(held - 1024 - 128, "everything")).toBe(1024 + 64);
        expect(heap.bytesHeld).toBe(held);
      }),
    );
  });
});

describe("many allocations", () => {
  /** Numbers from 0 to 1, the same in each run. */
  function randomNumbers(): () => number {
    let state = 1;
    return () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
  }

  test("leave the memory after 100,000 as it was after 100", () => {
    const heap = new Heap({ initial: page, maximum: 2 ** 30 });
    const next = randomNumbers();
    const sizes = Array.from({ length: 100 }, () => 2 ** (20 * next()));
    const kept = sizes.map((bytes) => heap.allocate(bytes, "kept"));
    for (const address of kept.filter((_, index) => index % 2 === 0)) heap.free(address);
    const held = heap.bytesHeld;
    const inUse = heap.bytesInUse;
    for (let turn = 0; turn < 100_000; turn++) heap.free(heap.allocate(sizes[turn % 100]!, "a result"));
    expect([heap.bytesHeld, heap.bytesInUse]).toEqual([held, inUse]);
  });

  test("of mixed lifetimes and sizes stay within twice of what is in use at most", () => {
    const heap = new Heap({ initial: page, maximum: 2 ** 30 });
    const next = randomNumbers();
    const live = Array.from({ length: 200 }, () => heap.allocate(64, "one"));
    let most = 0;
    for (let turn = 0; turn < 100_000; turn++) {
      const place = Math.floor(200 * next());
      heap.free(live[place]!);
      live[place] = heap.allocate(2 ** (16 * next()), "one");
      most = Math.max(most, heap.bytesInUse);
    }
    expect(heap.bytesHeld).toBeLessThan(2 * most);
  });
});

describe("a free chunk", () => {
  test("is used for what is as large, however large", () => {
    const heap = new Heap({ initial: page, maximum: 2 ** 30 });
    const fence = (): number => heap.allocate(1, "what keeps chunks apart");
    for (const bytes of [1, 1000, 4321, 70_001, 12_345_678]) {
      const address = heap.allocate(bytes, "an array");
      fence();
      heap.free(address);
      expect(heap.allocate(bytes, "another")).toBe(address);
    }
  });

  test("is found behind many that are a little too small, before the memory grows", () => {
    const heap = new Heap({ initial: 4 * page, maximum: 4 * page });
    const fence = (): number => heap.allocate(1, "what keeps chunks apart");
    const small: number[] = [];
    const large = heap.allocate(4480, "the large one");
    fence();
    for (let count = 0; count < 30; count++) {
      small.push(heap.allocate(4096, "a small one"));
      fence();
    }
    for (;;) {
      try {
        heap.allocate(64, "the rest");
      } catch {
        break;
      }
    }
    for (const address of [large, ...small]) heap.free(address);
    expect(heap.allocate(4400, "what fits only there")).toBe(large);
    expect(() => heap.allocate(4400, "another")).toThrow("ran out of memory");
  });
});

describe("out of memory", () => {
  test("says how much is held, what is allowed, and the way out", () => {
    const heap = new Heap({ initial: page, maximum: 2 * page });
    heap.allocate(1000, "one");
    expect(() => heap.allocate(200_000, "the device array f32[50000]")).toThrow(
      "wasm: ran out of memory while allocating 200000 bytes for the device array f32[50000]: of 65536 bytes, 1088 are in use, " +
        "and no more are allowed (memory.maximum is 131072). Dispose of device arrays and compiled functions, or use smaller " +
        "batches. Or raise memory.maximum.",
    );
    expect(heap.bytesHeld).toBe(page);
    expect(heap.allocate(100_000, "what fits")).toBeGreaterThan(0);
  });

  test.each([2 ** 32 - 1, 2 ** 32, 2 ** 40, Infinity])("of %d bytes at once", (bytes) => {
    const heap = new Heap({ initial: page, maximum: 2 ** 32 });
    expect(() => heap.allocate(bytes, "an array")).toThrow(/memory.maximum is 4294967296\).*smaller batches\.$/);
    expect(heap.bytesHeld).toBe(page);
  });

  test("if the host refuses, with what it threw; the heap can be used afterwards", () => {
    const heap = new Heap({ initial: page, maximum: 100 * page });
    const first = heap.allocate(100, "one");
    heap.write(first, Float32Array.of(1, 2, 3));
    const refusal = new RangeError("WebAssembly.Memory.grow(): Unable to grow instance memory");
    const grow = vi.spyOn(heap.memory, "grow").mockImplementation(() => {
      throw refusal;
    });
    expect(() => heap.allocate(10 * page, "an array")).toThrow(
      expect.objectContaining({
        name: "EngineError",
        message: expect.stringContaining("and the host gives no more (memory.maximum is 6553600)") as string,
        cause: refusal,
      }),
    );
    expect(heap.bytesHeld).toBe(page);
    expect(heap.allocate(100, "what fits")).toBeGreaterThan(first);
    grow.mockRestore();
    expect(heap.allocate(10 * page, "an array")).toBeGreaterThan(first);
    expect([...heap.floats.subarray(first / 4, first / 4 + 3)]).toEqual([1, 2, 3]);
  });

  test("is not reached as long as the host gives what is needed, though not ample", () => {
    const heap = new Heap({ initial: 10 * page, maximum: 100 * page });
    const grow = heap.memory.grow.bind(heap.memory);
    vi.spyOn(heap.memory, "grow").mockImplementation((pages) => {
      if (pages > 2) throw new RangeError("no");
      return grow(pages);
    });
    heap.allocate(11 * page, "an array");
    expect(heap.bytesHeld).toBe(12 * page);
  });
});

describe("elements", () => {
  const makers: readonly ((length: number) => TypedArray)[] = [
    (length) => Float32Array.from({ length }, (_, index) => index - 0.5),
    (length) => Float64Array.from({ length }, (_, index) => index - Math.PI),
    (length) => Int32Array.from({ length }, (_, index) => index * -1_000_003),
    (length) => Uint8Array.from({ length }, (_, index) => index % 2),
  ];

  test.each([0, 1, 7, 8, 9, 24, 25, 1000])("%d of each type come out as they went in", (length) => {
    const heap = new Heap({ initial: page, maximum: page });
    for (const make of makers) {
      const source = make(length);
      const address = heap.allocate(source.byteLength, "an array");
      heap.write(address, source);
      const target = source.slice().fill(1);
      heap.read(address, target);
      expect(target).toEqual(source);
      const bytes = new Uint8Array(source.buffer);
      expect(heap.bytes.subarray(address, address + source.byteLength)).toEqual(bytes);
    }
  });

  test.each([
    [0, 3],
    [5, 5],
    [5, 6],
    [90, 100],
    [3, 63],
    [0, 100],
  ])("a part of each type, from %d to %d", (start, end) => {
    const heap = new Heap({ initial: page, maximum: page });
    for (const make of makers) {
      const source = make(100);
      const address = heap.allocate(source.byteLength, "an array");
      heap.write(address, source.slice().fill(0));
      heap.writePart(address, source, start, end);
      const inMemory = source.slice();
      heap.read(address, inMemory);
      const expected = source.slice().fill(0);
      expected.set(source.subarray(start, end));
      expect(inMemory).toEqual(expected);
      const target = source.slice().fill(1);
      heap.read(address, target, start, end);
      const whole = source.slice().fill(1);
      whole.set(source.subarray(start, end), start);
      expect(target).toEqual(whole);
    }
  });

  test("survive growth, and are seen through the views made after it", () => {
    const heap = new Heap({ initial: page, maximum: 100 * page });
    const source = Float32Array.from({ length: 1000 }, (_, index) => index);
    const address = heap.allocate(4000, "an array");
    heap.write(address, source);
    const { floats } = heap;
    heap.allocate(10 * page, "more");
    expect(floats.length).toBe(0);
    expect(heap.floats.length).toBe(heap.bytesHeld / 4);
    expect(heap.doubles.length).toBe(heap.bytesHeld / 8);
    expect(heap.integers.length).toBe(heap.bytesHeld / 4);
    expect(heap.bytes.length).toBe(heap.bytesHeld);
    expect(heap.floats.subarray(address / 4, address / 4 + 1000)).toEqual(source);
  });
});
