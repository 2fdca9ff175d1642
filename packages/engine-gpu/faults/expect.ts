/** What must hold? Written without a test runner, because these cases run in pages. */

export function expectThat(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

export function expectValues(
  { data }: { readonly data: ArrayLike<number> },
  want: readonly number[],
  place = "",
): void {
  expectThat(data.length === want.length, `${place}${want.length} elements are expected, got ${data.length}`);
  const index = want.findIndex((value, position) => data[position] !== value);
  expectThat(index === -1, `${place}${want[index]} is expected at ${index}, got ${data[index]}`);
}

/** Returns the error's message. */
export async function expectError(run: () => unknown, name: string, word: string): Promise<string> {
  let thrown: unknown;
  try {
    await run();
  } catch (error) {
    thrown = error;
  }
  const { name: got, message } = thrown instanceof Error ? thrown : { name: typeof thrown, message: String(thrown) };
  expectThat(got === name && message.includes(word), `a ${name} about "${word}" is expected, got ${got}: ${message}`);
  return message;
}

/** Compares with a relative error, or one of `floor`; subnormal numbers may be 0. */
export function expectClose(
  got: ArrayLike<number>,
  want: readonly number[],
  where: (index: number) => string,
  relative: number,
  floor = 2 ** -126,
): void {
  for (const [index, value] of want.entries()) {
    const close =
      Object.is(got[index], value) ||
      got[index] === value ||
      (Number.isFinite(value) && Math.abs(got[index]! - value) <= Math.max(relative * Math.abs(value), floor));
    expectThat(close, `${value} is expected of ${where(index)}, got ${got[index]}`);
  }
}
