/** Which points lie together? */
import { type NDArray, ndarray } from "@symloss/core";
import type { Random } from "./random.ts";

/** Points divided among centres. */
export interface Clustering {
  /** [clusters, dimensions] */
  readonly centres: NDArray;
  /** [count] the centre that is nearest to each point. */
  readonly nearest: Int32Array;
  /** The sum of the squared distances of the points from their centres. */
  readonly inertia: number;
}

/** Divides points [count, dimensions] among centres: the tightest of several divisions, each from other first centres. */
export function kMeans(points: NDArray, clusters: number, random: Random): Clustering {
  let best = divide(points, clusters, random);
  for (let attempt = 1; attempt < attempts; attempt++) {
    const other = divide(points, clusters, random);
    if (other.inertia < best.inertia) best = other;
  }
  return best;
}

/** Points join their nearest centre and centres move to the mean of their points, until no point changes (Lloyd, 1982). */
function divide(points: NDArray, clusters: number, random: Random): Clustering {
  const centres = chooseCentres(points, clusters, random);
  const nearest = new Int32Array(points.shape[0]!).fill(-1);
  let joined = join(points, centres, nearest);
  for (let round = 1; round < rounds && joined.changes > 0; round++) {
    moveCentres(points, centres, nearest);
    joined = join(points, centres, nearest);
  }
  return { centres, nearest, inertia: joined.inertia };
}

/**
 * Points as first centres, each by chance in proportion to its squared distance from those chosen before
 * (k-means++: D. Arthur, S. Vassilvitskii, 2007).
 */
function chooseCentres(points: NDArray, clusters: number, random: Random): NDArray {
  const [count, dimensions] = points.shape as [number, number];
  const centres = ndarray(new Float32Array(clusters * dimensions), [clusters, dimensions]);
  const distances = new Float64Array(count).fill(Infinity);
  let chosen = Math.floor(random.uniform() * count);
  for (let cluster = 0; cluster < clusters; cluster++) {
    const centre = points.data.subarray(chosen * dimensions, (chosen + 1) * dimensions) as Float32Array;
    centres.data.set(centre, cluster * dimensions);
    let total = 0;
    for (let point = 0; point < count; point++) {
      distances[point] = Math.min(distances[point]!, squaredDistance(points, point, centres, cluster));
      total += distances[point]!;
    }
    let left = random.uniform() * total;
    // The last point is taken where rounding leaves a rest, or where all points lie on centres.
    for (chosen = 0; chosen < count - 1 && left >= distances[chosen]!; chosen++) left -= distances[chosen]!;
  }
  return centres;
}

/** Finds the nearest centre of each point: how many have changed, and how far all are away. */
function join(points: NDArray, centres: NDArray, nearest: Int32Array): { changes: number; inertia: number } {
  let changes = 0;
  let inertia = 0;
  for (let point = 0; point < nearest.length; point++) {
    let closest = 0;
    let least = Infinity;
    for (let cluster = 0; cluster < centres.shape[0]!; cluster++) {
      const distance = squaredDistance(points, point, centres, cluster);
      if (distance < least) {
        least = distance;
        closest = cluster;
      }
    }
    if (nearest[point] !== closest) changes++;
    nearest[point] = closest;
    inertia += least;
  }
  return { changes, inertia };
}

/** Moves each centre to the mean of its points; one without points stays. */
function moveCentres({ data }: NDArray, centres: NDArray, nearest: Int32Array): void {
  const [clusters, dimensions] = centres.shape as [number, number];
  const totals = new Float64Array(clusters * dimensions);
  const members = new Int32Array(clusters);
  nearest.forEach((cluster, point) => {
    members[cluster]!++;
    for (let axis = 0; axis < dimensions; axis++) {
      totals[cluster * dimensions + axis]! += data[point * dimensions + axis]!;
    }
  });
  totals.forEach((total, index) => {
    const count = members[Math.floor(index / dimensions)]!;
    if (count > 0) centres.data[index] = total / count;
  });
}

function squaredDistance(points: NDArray, point: number, centres: NDArray, cluster: number): number {
  const dimensions = points.shape[1]!;
  let total = 0;
  for (let axis = 0; axis < dimensions; axis++) {
    total += (points.data[point * dimensions + axis]! - centres.data[cluster * dimensions + axis]!) ** 2;
  }
  return total;
}

const attempts = 5;
const rounds = 50;
