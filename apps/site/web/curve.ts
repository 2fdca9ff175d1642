/** How is the live loss drawn? As text, when the site is built and in the page alike. */

/** What is drawn: a loss along a line, and a point on it. */
export interface Curve {
  readonly xs: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly slopes: ArrayLike<number>;
  /** Which of the points is looked at. */
  readonly at: number;
}

const [width, height] = [480, 300];
/** The part of the plane that is shown. */
const shown = { left: -3, right: 3, bottom: -2, top: 4 };

/** The drawing: the loss, its gradient, and the tangent whose slope is the gradient. */
export function drawCurve({ xs, values, slopes, at }: Curve): string {
  const [x, value, slope] = [xs[at]!, values[at]!, slopes[at]!];
  // As long on every slope.
  const reach = 0.9 / Math.hypot(1, slope);
  const tangent = `M${across(x - reach)} ${up(value - reach * slope)}L${across(x + reach)} ${up(value + reach * slope)}`;
  const [zeroX, zeroY] = [across(0), up(0)];
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="The loss, its gradient, and the tangent at the prediction"><path class="axis" d="M0 ${zeroY}H${width}M${zeroX} 0V${height}"/>${ticks()}<path class="slope" d="${pathOf(xs, slopes)}"/><path class="value" d="${pathOf(xs, values)}"/><path class="tangent" d="${tangent}"/><circle class="value" cx="${across(x)}" cy="${up(value)}" r="5"/><circle class="slope" cx="${across(x)}" cy="${up(slope)}" r="5"/></svg>`;
}

function ticks(): string {
  const along = [-2, -1, 1, 2].map((x) => `<text x="${across(x)}" y="${Number(up(0)) + 16}">${x}</text>`);
  const upwards = [-1, 1, 2, 3].map((y) => `<text x="${Number(across(0)) - 10}" y="${Number(up(y)) + 4}">${y}</text>`);
  return [...along, ...upwards].join("");
}

function pathOf(xs: ArrayLike<number>, ys: ArrayLike<number>): string {
  return `M${Array.from(xs, (x, index) => `${across(x)} ${up(ys[index]!)}`).join("L")}`;
}

function across(x: number): string {
  return (((x - shown.left) / (shown.right - shown.left)) * width).toFixed(1);
}

function up(y: number): string {
  return (((shown.top - y) / (shown.top - shown.bottom)) * height).toFixed(1);
}
