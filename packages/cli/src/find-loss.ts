/** Which loss is named? One of the catalogue by its name, or one that a file exports: `./wing.js#wing`. */
import { type AnyLoss, losses } from "@symloss/losses";
import { Failure } from "./failure.ts";
import { isPlace, readLoss } from "./load-loss.ts";
import { meantBy } from "./meant.ts";
import { isExportOption, isFlag } from "./own-options.ts";

/** The loss of that name, or at that place in a file. Throws `Failure` if there is none. */
export async function findLoss(name: string): Promise<AnyLoss> {
  if (isPlace(name)) return requireOwnNames(name, await readLoss(name));
  if (Object.hasOwn(losses, name)) return (losses as Readonly<Record<string, AnyLoss>>)[name]!;
  throw new Failure(`The loss must be one that symloss --list shows, got ${JSON.stringify(name)}.${meantBy(name)}`);
}

/** The loss. Throws `Failure` if one of its options or counts can't be told from what every export takes. */
function requireOwnNames(place: string, loss: AnyLoss): AnyLoss {
  const counts = loss.definition.arguments.filter(({ elements }) => elements === "count").map(({ name }) => name);
  const taken = [...counts, ...Object.keys(loss.definition.options)].find((one) => isExportOption(one) || isFlag(one));
  if (taken === undefined) return loss;
  throw new Failure(
    `${place} must have options that the command line has not itself, got ${taken}. Give it another name.`,
  );
}
