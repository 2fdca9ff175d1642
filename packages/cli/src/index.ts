/** What may a program import to run the command line itself? */
export { type Streams, runProgram } from "./program.ts";
