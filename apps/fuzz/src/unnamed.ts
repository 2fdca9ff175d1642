/** Which exports may throw errors that are not of this library, and why? */

/** Why an export may throw anything. */
export interface Excuse {
  readonly reason: string;
  /** Whether it is for a fault that is to be mended: it goes with it. */
  readonly needed: boolean;
}

/** The excuse of an export, if it has one. */
export function mayThrowAnything(name: string): Excuse | undefined {
  const contract = contracts.find(([pattern]) => pattern.test(name));
  if (contract !== undefined) return { reason: contract[1], needed: false };
  const open = openFaults[name];
  return open === undefined ? undefined : { reason: open, needed: true };
}

const contracts: readonly (readonly [RegExp, string])[] = [
  [/^@symloss\/core\/engine /, "engines call it, with graphs and arrays that core made and checked"],
  [/^@symloss\/loops /, "engines call it, with graphs that core made and checked"],
  [/Error$/, "JavaScript itself turns the message of an error into a text"],
];

/** What is still to be mended, by export. */
const openFaults: Readonly<Record<string, string>> = {
  "@symloss/core Tensor": "its arguments are not checked",
  "@symloss/core Tensor#slice": "starts that are not given",
  "@symloss/core slice": "starts that are not given",
  "@symloss/core asTensors": "what is no record of tensors",
  "@symloss/core broadcastTogether": "tensors that are none",
  "@symloss/core broadcastShapes": "shapes that are none",
  "@symloss/core normalizeAxes": "a rank that is no number",
  "@symloss/core sameShape": "shapes that are none",
  "@symloss/core toFloat": "a tensor that is none",
  "@symloss/core checkClassIndices": "indices that are no tensor",
  "@symloss/core check": "a kind that is none, and a tensor that is none",
  "@symloss/engine-cpu cpu": "options that JSON can't print",
};
