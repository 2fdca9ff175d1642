/** Which loss is named? */
import { type AnyLoss, losses } from "@symloss/losses";
import { Failure } from "./failure.ts";
import { meantBy } from "./meant.ts";

/** The loss of that name. Throws `Failure` if there is none. */
export function findLoss(name: string): AnyLoss {
  if (Object.hasOwn(losses, name)) return (losses as Readonly<Record<string, AnyLoss>>)[name]!;
  throw new Failure(`The loss must be one that symloss --list shows, got ${JSON.stringify(name)}.${meantBy(name)}`);
}
