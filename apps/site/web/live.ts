/** How does the loss on the start page move? What was drawn when the site was built is drawn anew at every move of a slider. */
import { drawCurve } from "./curve.ts";
import { type LiveLossName, liveLosses } from "./live-choice.ts";
import { openLiveLoss, points } from "./live-loss.ts";

/** Brings the drawing to life. */
export async function startLive(place: HTMLElement): Promise<void> {
  const compute = await openLiveLoss();
  const choice = place.querySelector("select")!;
  const [option, prediction] = place.querySelectorAll<HTMLInputElement>("input") as unknown as [
    HTMLInputElement,
    HTMLInputElement,
  ];
  const label = place.querySelector(".option-name")!;
  const drawing = place.querySelector(".curve")!;
  const result = place.querySelector(".result")!;
  let isBusy = false;
  let isWaiting = false;

  // One at a time, and of the moves that come meanwhile only the last.
  async function draw(): Promise<void> {
    isWaiting = isBusy;
    if (isBusy) return;
    isBusy = true;
    const { values, slopes, milliseconds, engine } = await compute(choice.value as LiveLossName, Number(option.value));
    const at = Number(prediction.value);
    drawing.innerHTML = drawCurve({ xs: points, values, slopes, at });
    const took = milliseconds < 0.1 ? "under 0.1" : milliseconds.toPrecision(1);
    result.innerHTML = resultOf(
      values[at]!,
      slopes[at]!,
      `${points.length} points and their gradient in ${took} ms, on ${engine}, here`,
    );
    show(option, Number(option.value));
    show(prediction, points[at]!);
    isBusy = false;
    if (isWaiting) await draw();
  }

  choice.addEventListener("input", () => {
    const { option: name, min, max, start } = liveLosses[choice.value as LiveLossName];
    label.textContent = name;
    Object.assign(option, { min: String(min), max: String(max), value: String(start) });
    void draw();
  });
  for (const slider of [option, prediction]) slider.addEventListener("input", () => void draw());
  for (const control of [choice, option, prediction]) control.disabled = false;
  await draw();
}

function show(slider: HTMLInputElement, value: number): void {
  const text = value.toFixed(2);
  slider.nextElementSibling!.textContent = text;
  slider.setAttribute("aria-valuetext", text);
}

/** The numbers at the point, and what is said of them. */
export function resultOf(value: number, slope: number, remark: string): string {
  return `<span class="value">loss ${value.toFixed(3)}</span> <span class="slope">gradient ${slope.toFixed(3)}</span> <small>${remark}</small>`;
}
