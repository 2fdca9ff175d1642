/** What was meant by a name that nothing has? */
import { nearestName } from "@symloss/core/engine";
import { losses } from "@symloss/losses";
import { type PeerFunction, peers } from "@symloss/losses/peers";

/** A sentence of help: the nearest of the names, as it is typed; empty if none is near. */
export function didYouMean(got: string, names: readonly string[], typed = (name: string): string => name): string {
  const near = nearestName(got, names);
  return near === undefined ? "" : ` Did you mean ${typed(near)}?`;
}

/** The name of an option as it is typed. */
export function asOption(name: string): string {
  return `--${name}`;
}

/**
 * Sentences of help: the loss whose name is nearest, as it is typed, or what a function of that name in other libraries is here; empty if
 * there is none.
 */
export function meantBy(name: string, typed?: (loss: string) => string): string {
  const theirs = peers.flatMap(({ name: library, functions }) =>
    Object.entries(functions)
      .filter(([names]) => names.split(" ").some((one) => one.toLowerCase() === name.toLowerCase()))
      .map(([, one]) => ` ${name} of ${library} is ${counterpart(one)}.`),
  );
  const names = Object.keys(losses);
  const isOurs = names.some((one) => one.toLowerCase() === name.toLowerCase());
  return `${isOurs || theirs.length === 0 ? didYouMean(name, names, typed) : ""}${theirs.join("")}`;
}

function counterpart(one: PeerFunction): string {
  if ("none" in one) return `not here: ${one.none}`;
  return one.differences === undefined
    ? one.ours
    : `${one.ours}, with differences: ${one.differences.replace(/\.$/, "")}`;
}
