/** How far are two float32 numbers apart, in units in the last place? */

const float = new Float32Array(2);
const bits = new Int32Array(float.buffer);

/** The signed number of float32 numbers from the second to the first: 0 where both are equal, or NaN; NaN where one of them is. */
export function ulpsBetween(first: number, second: number): number {
  float[0] = first;
  float[1] = second;
  if (Number.isNaN(first) || Number.isNaN(second)) return Object.is(first, second) ? 0 : Number.NaN;
  return ordinal(bits[0]!) - ordinal(bits[1]!);
}

/** The place of a float among all floats, by its bits. */
function ordinal(of: number): number {
  return of < 0 ? 0 - (of & 0x7fffffff) : of;
}
