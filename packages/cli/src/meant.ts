/** Which loss was meant by a name that none has? */
import { nearestName } from "@symloss/core/engine";
import { losses } from "@symloss/losses";
import { type PeerFunction, peers } from "@symloss/losses/peers";

/** A sentence of help: what a function of that name in other libraries is here, or the loss whose name is nearest; empty if there is none. */
export function meantBy(name: string): string {
  const theirs = peers.flatMap(({ name: library, functions }) =>
    Object.entries(functions)
      .filter(([names]) => names.split(" ").some((one) => one.toLowerCase() === name.toLowerCase()))
      .map(([, one]) => `${name} of ${library} is ${counterpart(one)}.`),
  );
  if (theirs.length > 0) return ` ${theirs.join(" ")}`;
  const near = nearestName(name, Object.keys(losses));
  return near === undefined ? "" : ` Did you mean ${near}?`;
}

function counterpart(one: PeerFunction): string {
  if ("none" in one) return `not here: ${one.none}`;
  return one.differences === undefined
    ? one.ours
    : `${one.ours}, with differences: ${one.differences.replace(/\.$/, "")}`;
}
