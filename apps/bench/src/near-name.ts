/** Which name was meant by one that does not exist? */

/** The name that the fewest edits lead to, if these are at most half of its letters. */
export function nearName(got: string, names: readonly string[]): string | undefined {
  const distances = names.map((name) => editDistance(got.toLowerCase(), name.toLowerCase()));
  const index = distances.indexOf(Math.min(...distances));
  return index !== -1 && distances[index]! <= names[index]!.length / 2 ? names[index] : undefined;
}

/** ` Did you mean cpu?`, or nothing. */
export function suggestion(got: string, names: readonly string[]): string {
  const near = nearName(got, names);
  return near === undefined ? "" : ` Did you mean ${near}?`;
}

/** How many letters must be put in, left out or changed to come from one word to the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, letter] of from.split("").entries()) {
    const next = [line + 1];
    for (let column = 0; column < to.length; column++) {
      next.push(Math.min(next[column]! + 1, row[column + 1]! + 1, row[column]! + (to[column] === letter ? 0 : 1)));
    }
    row = next;
  }
  return row[to.length]!;
}
