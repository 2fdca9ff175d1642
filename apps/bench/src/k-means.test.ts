import { ndarray } from "@symloss/core";
import { expect, test } from "vitest";
import { kMeans } from "./k-means.ts";
import { createRandom } from "./random.ts";

const corners = [
  [0, 0],
  [10, 0],
  [0, 10],
  [10, 10],
] as const;

/** Points around each corner, in turn. */
function scatter(count: number): { points: ReturnType<typeof ndarray>; corner: number[] } {
  const random = createRandom(1);
  const corner = Array.from({ length: count }, (_, index) => index % corners.length);
  return { points: ndarray(corner.map((at) => corners[at]!.map((value) => value + random.normal()))), corner };
}

test.for([1, 2, 3, 4, 5])("points around four corners are told apart, whatever the seed: %i", (seed) => {
  const { points, corner } = scatter(400);
  const { centres, nearest, inertia } = kMeans(points, 4, createRandom(seed));
  const clusterOf = corners.map((_, at) => nearest[corner.indexOf(at)]!);
  expect(new Set(clusterOf).size).toBe(4);
  expect([...nearest]).toEqual(corner.map((at) => clusterOf[at]));
  for (const [at, [x, y]] of corners.entries()) {
    const [centreX, centreY] = centres.data.subarray(2 * clusterOf[at]!);
    expect(Math.hypot(centreX! - x, centreY! - y)).toBeLessThan(0.3);
  }
  // Two dimensions of variance 1.
  expect(Math.abs(inertia / 800 - 1)).toBeLessThan(0.15);
});

test("a single centre is the mean, and the inertia the scatter around it", () => {
  const { centres, nearest, inertia } = kMeans(ndarray([[0], [2], [7]]), 1, createRandom(1));
  expect([...centres.data]).toEqual([3]);
  expect([...nearest]).toEqual([0, 0, 0]);
  expect(inertia).toBe(26);
});

test("points in fewer places than there are centres lie on theirs", () => {
  const { centres, nearest, inertia } = kMeans(ndarray([[1], [1], [5], [5]]), 3, createRandom(1));
  expect(inertia).toBe(0);
  expect(Array.from(nearest, (cluster) => centres.data[cluster])).toEqual([1, 1, 5, 5]);
});

test("the same seed gives the same division", () => {
  const { points } = scatter(50);
  expect(kMeans(points, 7, createRandom(3))).toEqual(kMeans(points, 7, createRandom(3)));
});
