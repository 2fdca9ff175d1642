/** How does a page run its module in a worker? It passes on what test and worker say to each other. */
import type { WorkerMessage } from "../src/messages.ts";
import { finish, receiveArguments, report } from "./test-end.ts";

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

worker.addEventListener("message", ({ data }: MessageEvent<WorkerMessage>) => receive(data));
// Where the browser refuses to load the worker, the event says nothing more.
worker.addEventListener("error", ({ message }) => reportError(new Error(message || "The worker did not load.")));

async function receive(message: WorkerMessage): Promise<void> {
  if (message.kind === "ready") worker.postMessage(await receiveArguments());
  else if (message.kind === "report") report(message.value);
  else await finish(message.outcome);
}
