/** Is an output of a model as expected, within the accuracy of float32? */

/** Elements, and their shape. */
interface Elements {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/**
 * A description of the difference, if shapes differ, or elements by more than 1e-5 of themselves and 1e-6 of the largest, times `leeway`.
 * Where all are nearly 0, numbers near 1 have cancelled, of which 1e-6 may be left.
 */
export function compareArrays(name: string, got: Elements, want: Elements, leeway = 1): string[] {
  if (got.shape.join() !== want.shape.join() || got.data.length !== want.data.length) {
    return [`${name}: a shape of [${got.shape.join()}] for [${want.shape.join()}]`];
  }
  const values = Array.from(want.data);
  const largest = values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
  const absolute = 1e-6 * (largest < 1e-5 ? 1 : largest);
  const allowed = (value: number): number => leeway * (absolute + 1e-5 * Math.abs(value));
  return values.flatMap((value, index) => {
    const other = got.data[index]!;
    const same = Object.is(other, value) || other === value || Math.abs(other - value) <= allowed(value);
    return same ? [] : [`${name} at ${index}: ${other} for ${value}`];
  });
}
