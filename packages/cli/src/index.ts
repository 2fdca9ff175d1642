/** What may a program import to run the command line itself, or to find losses as it does? */
export { loadLoss } from "./load-loss.ts";
export { type Streams, runProgram } from "./program.ts";
