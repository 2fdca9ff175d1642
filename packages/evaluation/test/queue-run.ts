/** What is a run that is killed? Run as a program of its own, bundled. */
import { runOnQueue } from "@symloss/evaluation/bullmq";
import { source, test } from "./constant.ts";

const [connection] = process.argv.slice(2) as [string];
const { digest } = await runOnQueue(test, source, { connection, patience: 30 });
console.log(`digest ${digest}`);
