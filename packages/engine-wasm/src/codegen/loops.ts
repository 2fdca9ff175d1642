/** Which loop programs does the engine take? Those whose lengths are all numbers: the addresses in its memory follow from them. */
import type * as loops from "@symloss/loops";

export {
  allStatements,
  buffersOf,
  describePlan,
  digitBits,
  operandsOf,
  planLoops,
  shortRow,
  sortScratch,
} from "@symloss/loops";
export type { Register, ScalarOperation } from "@symloss/loops";

export type Length = number;
export type Address = loops.Address<Length>;
export type Buffer = loops.Buffer<Length>;
export type Expression = loops.Expression<Length>;
export type LoopPlan = loops.LoopPlan<Length>;
export type Operand = loops.Operand<Length>;
export type Panel = loops.Panel<Length>;
export type Part = loops.Part<Length>;
export type Program = loops.Program<Length>;
export type Repetition = loops.Repetition<Length>;
export type Rows = loops.Rows<Length>;
export type Statement = loops.Statement<Length>;
export type StatementOf<K extends loops.Statement["kind"]> = loops.StatementOf<K, Length>;
