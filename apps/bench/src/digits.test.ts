import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadDigits, readDigitSet, sliceDigits } from "./digits.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "digits-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Three images of 2 x 2 pixels. */
const images = idx(3, [3, 2, 2], [0, 51, 102, 153, 204, 255, 0, 255, 1, 2, 3, 4]);
const labels = idx(1, [3], [7, 0, 9]);

function idx(rank: number, lengths: readonly number[], elements: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * lengths.length);
  header.set([0, 0, 8, rank]);
  lengths.forEach((length, axis) => header.writeUInt32BE(length, 4 + 4 * axis));
  return Buffer.concat([header, Buffer.from(elements)]);
}

async function write(imageBytes: Buffer | undefined, labelBytes: Buffer | undefined): Promise<void> {
  if (imageBytes) await writeFile(join(folder, "small-images-idx3-ubyte"), imageBytes);
  if (labelBytes) await writeFile(join(folder, "small-labels-idx1-ubyte"), labelBytes);
}

test("bytes become shares of ink, with their labels", async () => {
  await write(images, labels);
  const set = await readDigitSet(folder, "small");
  expect([set.images.dtype, set.images.shape]).toEqual(["float32", [3, 4]]);
  expect([...set.images.data]).toEqual(
    [0, 51, 102, 153, 204, 255, 0, 255, 1, 2, 3, 4].map((ink) => Math.fround(ink / 255)),
  );
  expect([set.labels.dtype, set.labels.shape]).toEqual(["int32", [3]]);
  expect([...set.labels.data]).toEqual([7, 0, 9]);
});

test("a slice is a view", async () => {
  await write(images, labels);
  const set = await readDigitSet(folder, "small");
  const slice = sliceDigits(set, 1, 2);
  expect(slice.images.shape).toEqual([2, 4]);
  expect([...slice.labels.data]).toEqual([0, 9]);
  expect(slice.images.data[0]).toBe(set.images.data[4]);
  expect(slice.images.data.buffer).toBe(set.images.data.buffer);
  expect(slice.labels.data.buffer).toBe(set.labels.data.buffer);
});

describe("a file that is missing or damaged is named, with what is wrong", () => {
  test.for([
    [
      "no images",
      undefined,
      labels,
      /small-images-idx3-ubyte must be readable, got ENOENT\. npm ci installs the digits anew\.$/,
    ],
    ["no labels", images, undefined, /small-labels-idx1-ubyte must be readable, got ENOENT\./],
    ["empty", Buffer.alloc(0), labels, /images-idx3-ubyte must begin with the bytes 00000803, got an empty file\./],
    ["labels for images", labels, labels, /images-idx3-ubyte must begin with the bytes 00000803, got 00000801\./],
    ["compressed", Buffer.from("1f8b0800", "hex"), labels, /must begin with the bytes 00000803, got 1f8b0800\./],
    ["a cut header", images.subarray(0, 10), labels, /must have a header of 16 bytes, got a file of 10\./],
    ["cut short", images.subarray(0, -1), labels, /images-idx3-ubyte must have 28 bytes for 3 x 2 x 2, got 27\./],
    ["too long", Buffer.concat([images, Buffer.alloc(1)]), labels, /must have 28 bytes for 3 x 2 x 2, got 29\./],
    [
      "too few labels",
      images,
      idx(1, [2], [7, 0]),
      /labels-idx1-ubyte must hold a label for each of 3 images, got 2\./,
    ],
    ["no digit", images, idx(1, [3], [7, 0, 10]), /labels-idx1-ubyte must hold digits, got 10 at \[2\]\./],
  ] as const)("%s", async ([, imageBytes, labelBytes, message]) => {
    await write(imageBytes, labelBytes);
    await expect(readDigitSet(folder, "small")).rejects.toThrow(message);
    await expect(readDigitSet(folder, "small")).rejects.toHaveProperty("name", "Failure");
  });
});

test("the installed files hold 70,000 digits", async () => {
  const { train, test: held } = await loadDigits();
  expect(train.images.shape).toEqual([60000, 784]);
  expect(held.images.shape).toEqual([10000, 784]);
  expect([...train.labels.data.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
  expect([...held.labels.data.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
  expect(Math.max(...train.images.data.subarray(0, 784))).toBe(1);
});
