/** What may the author of an engine import? The second entry point of the package, `@symloss/core/engine`. */
import "./tensor/fluent.ts";

export type { DeviceArray, Engine, EngineFactory, EngineTraits, Executable, Value } from "./engine/contract.ts";
export type { MaybePromise } from "./array/promise.ts";
export { selfTest } from "./engine/self-test.ts";
export { engineRule } from "./engine/options.ts";
export { AbstractDeviceArray } from "./engine/abstract-device-array.ts";
export { asyncDisposable, asyncDisposeSymbol, disposeSymbol } from "./engine/disposal.ts";
export { HostDeviceArray, hostDataOf } from "./engine/host-device-array.ts";
export { type HostEngine, type HostProgram, hostEngine } from "./engine/host-engine.ts";
export { Lifetime } from "./engine/lifetime.ts";
export { otherEngine } from "./engine/other-engine.ts";
export { type Graph, constantBytes, topologicalOrder, nodesWithin, formatGraph, graphKey } from "./graph/graph.ts";
export { substitute } from "./graph/rewrite.ts";
export { type ScanNode, type StepRunner, groupScans, isScan, runSteps } from "./graph/recurrence.ts";
export { type NodeOf, Tensor } from "./tensor/tensor.ts";
export {
  type AnyOperation,
  type BinaryOperation,
  type Body,
  type Operation,
  type OperandKind,
  type OperationAttributes,
  type OperationFacts,
  type OperationKind,
  type OperationNeed,
  type OperationProperty,
  type UnaryOperation,
  allOperations,
  binaryOperations,
  hasProperty,
  isBinary,
  isElementwise,
  isUnary,
  operationFacts,
  unaryOperations,
} from "./tensor/operation.ts";
export {
  type DType,
  type TypedArray,
  allocate,
  bytesPerElement,
  castNumber,
  holds,
  isDType,
  isFloat,
} from "./array/dtype.ts";
export {
  type Dimension,
  type Lengths,
  type Shape,
  dropAxes,
  isConcrete,
  isLength,
  sizeOf,
  stridesOf,
  withLengths,
} from "./array/shape.ts";
export { sameShape } from "./array/broadcast.ts";
export { binaryScalar, unaryScalar } from "./graph/scalar.ts";
export { NDArray } from "./array/ndarray.ts";
export { checkUpload } from "./engine/upload.ts";
export { describe, print } from "./array/describe.ts";
export {
  type OptionRule,
  type OptionTable,
  checkOptions,
  flagRule,
  functionRule,
  isRecord,
  recordRule,
  requireRule,
} from "./array/options.ts";
export { isForeignArray } from "./array/foreign-array.ts";
export { nearestName, unknownName } from "./array/unknown-name.ts";
export * from "./array/errors.ts";
export { prepare, type PrepareOptions } from "./engine/prepare.ts";
export { simplify } from "./graph/simplify.ts";
export { lower } from "./graph/lower.ts";
export { refusedNode } from "./graph/refusal.ts";
export { verify } from "./graph/verify.ts";
export { traceGraph, type InputSpec, type TracedGraph } from "./compile/trace.ts";
export { collectChecks, type HostCheck } from "./compile/host-check.ts";
export { type Check, type CheckKind, conditionOf, runCheck } from "./tensor/check.ts";
export { formatDType } from "./array/dtype.ts";
export { formatShape } from "./array/shape.ts";
export { formatType } from "./array/type.ts";
