/** What does a thread load when it begins? Nothing: what it needs comes with its first task. */
import type { Outcome, Task } from "./task.ts";

/** What a worker gives for a task. A thread that is ended while piscina requires a module with imports can take the whole process with it, in Node.js 20. */
export default async function runTask(task: Task): Promise<Outcome> {
  const { perform } = await import("./task.ts");
  return perform(task);
}
