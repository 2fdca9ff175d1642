/** How does the worker run the module? */
import run from "virtual:entry";
import type { WorkerMessage } from "../src/messages.ts";
import { outcomeOf } from "./outcome.ts";

addEventListener("message", async ({ data }: MessageEvent<unknown[]>) => {
  const outcome = await outcomeOf(run, data, (value) => send({ kind: "report", value }));
  send({ kind: "finish", outcome });
});
// A worker's error reaches the page that started it; a rejection does so only if it is reported as an error.
addEventListener("unhandledrejection", ({ reason }) => reportError(reason));
// Sent last, once there is a listener for the answer.
send({ kind: "ready" });

function send(message: WorkerMessage): void {
  postMessage(message);
}
