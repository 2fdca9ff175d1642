/** How are numbers written for a person? */

/** 0.123457, 12,345.7, 1.23457e-9: six digits, but for integers. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && size < 1e9) return formatCount(value);
  if (size < 1e-4 || size >= 1e9) return value.toExponential(5);
  return value.toLocaleString("en-US", { minimumSignificantDigits: 6, maximumSignificantDigits: 6 });
}

/** 1,000,000 */
export function formatCount(value: number): string {
  return value.toLocaleString("en-US");
}

/** 0.0008, 3e-9: one digit, not below the value. */
export function formatBound(value: number): string {
  const unit = 10 ** Math.floor(Math.log10(value));
  return String(Number((Math.ceil(value / unit) * unit).toPrecision(1)));
}
