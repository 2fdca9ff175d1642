/**
 * At which places in the arguments of a call can another value stand? At each position, in each list and record among them, and after
 * them all.
 */

/** Arguments with one of their values replaced. */
export interface Replaced {
  /** `argument 1.axis` */
  readonly place: string;
  readonly args: readonly unknown[];
}

/** The arguments with the value at each place in turn; they are created anew for each. */
export function replacedEverywhere(makeArgs: () => readonly unknown[], make: () => unknown): Replaced[] {
  return [...placesOf(makeArgs()), [makeArgs().length]].map((path) => ({
    place: formatPath(path),
    args: replaceAt(makeArgs(), path, make) as readonly unknown[],
  }));
}

/** The arguments without the last, without the last two ... and none at all. */
export function shortened(makeArgs: () => readonly unknown[]): Replaced[] {
  return makeArgs().map((_, count) => ({ place: `the first ${count} arguments`, args: makeArgs().slice(0, count) }));
}

type Path = readonly (string | number)[];

/** Every place in lists and records, including those that hold others. */
function placesOf(tree: unknown): Path[] {
  return entriesOf(tree).flatMap(([key, item]) => [[key], ...placesOf(item).map((path) => [key, ...path])]);
}

function entriesOf(tree: unknown): [string | number, unknown][] {
  if (Array.isArray(tree)) return tree.length > 8 ? [] : [...tree.entries()];
  // An engine counts as one value: what another engine does is not tested here.
  return isPlainRecord(tree) && !("compile" in tree) ? Object.entries(tree) : [];
}

function isPlainRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function replaceAt(tree: unknown, [key, ...rest]: Path, make: () => unknown): unknown {
  if (key === undefined) return make();
  if (Array.isArray(tree))
    return Object.assign([...(tree as unknown[])], { [key]: replaceAt(tree[key as number], rest, make) });
  return { ...(tree as object), [key]: replaceAt((tree as Readonly<Record<string, unknown>>)[key], rest, make) };
}

function formatPath([first, ...rest]: Path): string {
  return `argument ${first}${rest.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("")}`;
}
