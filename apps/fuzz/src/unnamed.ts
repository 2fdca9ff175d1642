/** Which exports may throw errors that are not of this library, and why? */

/** Why an export may throw any error; undefined if it may not. */
export function mayThrowAnything(name: string): string | undefined {
  return contracts.find(([pattern]) => pattern.test(name))?.[1];
}

const contracts: readonly (readonly [RegExp, string])[] = [
  [/^@symloss\/core\/engine /, "engines call it, with graphs and arrays that core made and checked"],
  [/^@symloss\/loops /, "engines call it, with graphs that core made and checked"],
  [/runInWorkers$/, "it loads a module of the user's, which throws what it likes"],
  [/Error$/, "JavaScript itself turns the message of an error into a text"],
];
