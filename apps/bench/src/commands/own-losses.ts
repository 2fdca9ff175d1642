/** Which losses are the user's own, by the file and the name of the export? */
import { loadLoss } from "@symloss/cli";
import { isSymlossError } from "@symloss/core";
import type { AnyLoss } from "@symloss/losses";
import { Failure } from "../failure.ts";

/** Whether a word that names nothing else is the place of a loss in a file: `./wing.js#wing`. */
export function isPlace(word: string): boolean {
  return /[./\\#]/.test(word);
}

/** The loss at a place; throws `Failure` if there is none. */
export async function lossAt(place: string): Promise<AnyLoss> {
  try {
    return await loadLoss(place);
  } catch (error) {
    if (!isSymlossError(error)) throw error;
    throw new Failure(error.message.replace(/^loadLoss: /, ""), { cause: error });
  }
}

/** The axes of a loss whose lengths can be said, and its counts. */
export function axesOf({ definition }: AnyLoss): readonly string[] {
  const names = definition.arguments.flatMap(({ name, elements, forms }) =>
    elements === "count" ? [name] : forms.flatMap(({ axes }) => axes),
  );
  return [...new Set(names)].filter((name) => !/^\d+$/.test(name));
}
