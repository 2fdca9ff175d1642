/** The losses of sequences. */
export { ctc } from "./ctc.ts";
