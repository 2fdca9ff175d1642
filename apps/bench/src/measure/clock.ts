/** How fine is the clock? Node counts nanoseconds; browsers round to steps from 5 microseconds to a millisecond, for safety. */

const tries = 5;

let known: number | undefined;

/** The clock's step, in milliseconds. */
export function clockStep(): number {
  known ??= Math.min(...Array.from({ length: tries }, nextStep));
  return known;
}

/** How far the clock goes when it next goes on. */
function nextStep(): number {
  const start = performance.now();
  let now = start;
  while (now === start) now = performance.now();
  return now - start;
}
