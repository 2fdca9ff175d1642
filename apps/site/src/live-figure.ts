/** How does the live loss look before the page has loaded it? As it will look then: computed and drawn by the same code. */
import { drawCurve } from "../web/curve.ts";
import { liveLossNames, liveLosses } from "../web/live-choice.ts";
import { openLiveLoss, points } from "../web/live-loss.ts";
import { resultOf } from "../web/live.ts";

/** The point that is looked at first. */
const start = 190;

/** The figure with its controls, which do nothing yet. */
export async function makeLiveFigure(): Promise<string> {
  const compute = await openLiveLoss();
  const [name] = liveLossNames as readonly ["huber"];
  const { option, min, max, start: usual } = liveLosses[name];
  const { values, slopes } = await compute(name, usual);
  const drawing = drawCurve({ xs: points, values, slopes, at: start });
  const names = liveLossNames.map((one) => `<option>${one}</option>`).join("");
  return `<p><label>Loss <select disabled>${names}</select></label></p>
<div class="curve">${drawing}</div>
<p class="result">${resultOf(values[start]!, slopes[start]!, `${points.length} points and their gradient`)}</p>
<label class="slider"><span class="option-name">${option}</span><input type="range" min="${min}" max="${max}" step="0.01" value="${usual}" disabled><output>${usual.toFixed(2)}</output></label>
<label class="slider"><span>prediction</span><input type="range" min="0" max="${points.length - 1}" step="1" value="${start}" disabled><output>${points[start]!.toFixed(2)}</output></label>`;
}
