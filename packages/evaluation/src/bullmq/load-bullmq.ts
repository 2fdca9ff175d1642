/** What if BullMQ is not installed? A file of its own, for its types need those of Node.js, which a reader of our declarations may not have. */
import { loadPeer } from "../peer.ts";

/** BullMQ. Throws `EngineUnavailableError` if it is not installed. */
export function loadBullmq(caller: string): Promise<typeof import("bullmq")> {
  return loadPeer(caller, ["bullmq", "ioredis"], () => import("bullmq"));
}
