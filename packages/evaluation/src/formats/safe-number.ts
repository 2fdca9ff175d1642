/** Which number is an integer of 64 bits? */

/** The number, or the integer itself if no number is exactly it. */
export function safeNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
