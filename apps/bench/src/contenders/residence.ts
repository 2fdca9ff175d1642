/** Where are arrays while an engine computes: the user's, or on the device? */

/** Where an engine's arrays are. */
export type Residence = "into" | "resident";

/** Every residence. */
export const residences: readonly Residence[] = ["into", "resident"];
