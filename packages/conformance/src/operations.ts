/** Which cases does every operation have, in every dtype that the engine declares? */
import type { CaseContext, ConformanceCase } from "./case.ts";
import { castSpecs } from "./operations/cast.ts";
import { contractionSpecs } from "./operations/contraction.ts";
import { elementwiseSpecs } from "./operations/elementwise.ts";
import { indexingSpecs } from "./operations/indexing.ts";
import { movementSpecs } from "./operations/movement.ts";
import { recurrenceSpecs } from "./operations/recurrence.ts";
import { reductionSpecs } from "./operations/reduction.ts";
import { rowSpecs } from "./operations/row.ts";
import { sourceSpecs } from "./operations/source.ts";
import type { OperationSpec } from "./operations/spec.ts";

/** The cases of operations, independent of the engine. */
export function operationSpecs(): OperationSpec[] {
  return [
    ...sourceSpecs(),
    ...elementwiseSpecs(),
    ...castSpecs(),
    ...reductionSpecs(),
    ...rowSpecs(),
    ...movementSpecs(),
    ...indexingSpecs(),
    ...contractionSpecs(),
    ...recurrenceSpecs(),
  ];
}

/** The cases of operations for an engine with these traits. */
export function operationCases({ traits }: CaseContext): ConformanceCase[] {
  return operationSpecs()
    .filter(({ dtypes }) => dtypes.every((dtype) => traits.dtypes.includes(dtype)))
    .filter(({ nonFinite = false }) => !nonFinite || traits.nonFinite === "strict")
    .map(({ name, run }) => ({ name: `operations: ${name}`, group: "operations", run }));
}
