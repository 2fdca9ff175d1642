/** What can be drawn beside a loss of targets and predictions though it is no loss of the catalogue? */

/** Every reference, with what the legend calls it. */
export const referenceTitles = { square: "x²", zeroOne: "0-1 loss" } as const;

/** The name of a reference. */
export type ReferenceName = keyof typeof referenceTitles;

/** Whether it is the name of a reference. */
export function isReference(name: string): name is ReferenceName {
  return Object.hasOwn(referenceTitles, name);
}
