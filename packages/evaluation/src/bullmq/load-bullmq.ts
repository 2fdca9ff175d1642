/** What if BullMQ is not installed? A file of its own, for its types need those of Node.js, which a reader of our declarations may not have. */
import { optionalPackage } from "../optional-package.ts";

/** BullMQ. Throws `EngineUnavailableError` if it is not installed. */
export function loadBullmq(caller: string): Promise<typeof import("bullmq")> {
  return optionalPackage(caller, "bullmq ioredis", "to evaluate on a queue", () => import("bullmq"));
}
