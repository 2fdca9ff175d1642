/** What may a program import that wants the command line within itself? */
export { type Streams, runProgram } from "./program.ts";
