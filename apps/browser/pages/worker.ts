/** How does a worker run the module? */
import run from "virtual:entry";
import type { WorkerMessage } from "../src/messages.ts";
import { outcomeOf } from "./outcome.ts";

addEventListener("message", async ({ data }: MessageEvent<unknown[]>) => {
  const outcome = await outcomeOf(run, data, (value) => send({ kind: "report", value }));
  send({ kind: "finish", outcome });
});
// A worker's error reaches the page that started it; a rejection only as one.
addEventListener("unhandledrejection", ({ reason }) => reportError(reason));
// Nothing is sent before there is someone to hear it.
send({ kind: "ready" });

function send(message: WorkerMessage): void {
  postMessage(message);
}
