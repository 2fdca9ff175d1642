/** What does a message say about an unknown name, and which name was probably meant? */
import { print } from "./describe.ts";

/** `huber: options must be among delta, got "dleta". Did you mean delta?` */
export function unknownName(caller: string, kind: string, got: string, names: readonly string[]): string {
  if (names.length === 0) return `${caller}: ${kind} must not be given, got ${print(got)}. There are none.`;
  const near = nearestName(got, names);
  const help = near === undefined ? "" : ` Did you mean ${near}?`;
  return `${caller}: ${kind} must be among ${names.join(", ")}, got ${print(got)}.${help}`;
}

/** The name with the smallest edit distance, if that is at most half of its length. */
export function nearestName(got: string, names: readonly string[]): string | undefined {
  const plain = (name: string) => name.toLowerCase().replaceAll("_", "");
  const distances = names.map((name) => editDistance(plain(got), plain(name)));
  const index = distances.indexOf(Math.min(...distances));
  return index !== -1 && distances[index]! <= names[index]!.length / 2 ? names[index] : undefined;
}

/** The edit distance: how many letters must be inserted, deleted, replaced or swapped with the next to turn one word into the other. */
function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, letter] of from.split("").entries()) {
    const next = [line + 1];
    for (let column = 0; column < to.length; column++) {
      const isSwapped = letter === to[column - 1] && from[line - 1] === to[column];
      const kept = row[column]! + (to[column] === letter ? 0 : 1);
      const swapped = isSwapped ? before[column - 1]! + 1 : Infinity;
      next.push(Math.min(next[column]! + 1, row[column + 1]! + 1, kept, swapped));
    }
    [before, row] = [row, next];
  }
  return row[to.length]!;
}
