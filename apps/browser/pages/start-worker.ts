/** How does a page run its module in a worker? It passes messages between the test and the worker. */
import type { WorkerMessage } from "../src/messages.ts";
import { finish, receiveArguments, report } from "./test-end.ts";

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

worker.addEventListener("message", ({ data }: MessageEvent<WorkerMessage>) => receive(data));
// If the browser refuses to load the worker, the event has no details.
worker.addEventListener("error", ({ message }) => reportError(new Error(message || "The worker did not load.")));

async function receive(message: WorkerMessage): Promise<void> {
  if (message.kind === "ready") worker.postMessage(await receiveArguments());
  else if (message.kind === "report") report(message.value);
  else await finish(message.outcome);
}
