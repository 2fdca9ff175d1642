/** How are lengths printed? Numbers as they are; others have a name, whose number each run is given. */
import { type Length, type NamedLength, isNamedLength, lengthKey } from "@symloss/loops";
import { integer, name } from "./text.ts";

/** The lengths that the programs of a plan are given, each once. */
export interface LengthNames {
  readonly list: readonly NamedLength[];
  /** Its position in the list, to which it is added if it is new. */
  readonly positionOf: (length: NamedLength) => number;
}

export function makeLengthNames(): LengthNames {
  const list: NamedLength[] = [];
  const positions = new Map<string, number>();
  return {
    list,
    positionOf(length) {
      const key = lengthKey(length);
      if (!positions.has(key)) positions.set(key, list.push(length) - 1);
      return positions.get(key)!;
    },
  };
}

/** Prints lengths; `use` is told the position of each that is given to a run. */
export function lengthPrinter(
  { positionOf }: LengthNames,
  use: (position: number) => void,
): (length: Length) => string {
  return (length) => {
    // Refuses what is neither, or not whole.
    if (!isNamedLength(length)) return integer(length);
    for (const { factor } of length.terms) integer(factor);
    const position = positionOf(length);
    use(position);
    return name("n", position);
  };
}
