/** Is what a run takes kept for the next one if it is small, and given back if it is large? */
import { expect, test } from "vitest";
import { Heap } from "./heap.ts";

const megabyte = 2 ** 20;

function takeAndRelease({ workspace }: Heap, bytes: number): number {
  const address = workspace.take(bytes);
  workspace.release(address);
  return address;
}

test("what is small has the same place again", () => {
  const heap = new Heap({ initial: megabyte, maximum: 8 * megabyte });
  const address = takeAndRelease(heap, 1000);
  const { bytesInUse } = heap;
  for (const bytes of [1, 500, 2000]) expect(takeAndRelease(heap, bytes)).toBe(address);
  expect(heap.bytesInUse).toBe(bytesInUse);
});

test("what is larger takes the place of what was kept", () => {
  const [grown, direct] = [1, 2].map(() => new Heap({ initial: megabyte, maximum: 8 * megabyte })) as [Heap, Heap];
  takeAndRelease(grown, 100_000);
  takeAndRelease(grown, 300_000);
  takeAndRelease(direct, 300_000);
  expect(grown.bytesInUse).toBe(direct.bytesInUse);
});

test("what is large is given back", () => {
  const heap = new Heap({ initial: megabyte, maximum: 8 * megabyte });
  takeAndRelease(heap, 1000);
  const { bytesInUse } = heap;
  for (let run = 0; run < 20; run++) takeAndRelease(heap, 3 * megabyte);
  expect(heap.bytesInUse).toBe(bytesInUse);
});

test("if there is no room, what comes next works", () => {
  const heap = new Heap({ initial: megabyte, maximum: 2 * megabyte });
  takeAndRelease(heap, 1000);
  expect(() => heap.workspace.take(3 * megabyte)).toThrow("ran out of memory while allocating 3145728 bytes for a run");
  expect(() => heap.workspace.take(1_048_576)).toThrow("ran out of memory");
  expect(takeAndRelease(heap, 1000)).toBeGreaterThan(0);
});

test("what takes the place of what was lost is given back too", () => {
  const heap = new Heap({ initial: megabyte, maximum: 3 * megabyte });
  takeAndRelease(heap, 400_000);
  const other = heap.allocate(1_300_000, "another array");
  expect(() => heap.workspace.take(megabyte)).toThrow("ran out of memory");
  heap.free(other);
  const { bytesInUse } = heap;
  takeAndRelease(heap, 1.5 * megabyte);
  expect(heap.bytesInUse).toBe(bytesInUse);
});
