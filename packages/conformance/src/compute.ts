/** How is a function computed once on an engine, and compared with its expected results? */
import { type Engine, type NDArray, compile } from "@symloss/core";
import { formatGraph } from "@symloss/core/engine";
import { ConformanceError, expectArrays } from "./compare.ts";
import { type TensorFunction, predict, traceOf } from "./oracle/predict.ts";

/** How a function is computed. */
export interface ComputeOptions {
  /** Whether the graph is simplified; default false, so that the engine runs each operation as written. */
  readonly simplify?: boolean;
}

/** How a function is computed and compared. */
export interface AgreementOptions extends ComputeOptions {
  /** A factor for the predicted error bounds; default 1. */
  readonly slack?: number;
}

/** The results of a function of arrays on an engine. */
export async function compute(
  engine: Engine,
  fn: TensorFunction,
  arrays: readonly NDArray[],
  { simplify = false }: ComputeOptions = {},
): Promise<NDArray[]> {
  const compiled = compile((...tensors) => [fn(...tensors)].flat(), { engine, simplify });
  try {
    return await compiled(...arrays);
  } finally {
    await compiled.dispose();
  }
}

/** Throws unless the engine's results are the oracle's, within the rounding of the operations. */
export async function expectAgreement(
  what: string,
  engine: Engine,
  fn: TensorFunction,
  arrays: readonly NDArray[],
  { slack = 1, ...options }: AgreementOptions = {},
): Promise<void> {
  const graph = traceOf(fn, arrays);
  const expected = predict(graph, arrays, engine.traits, slack);
  const got = await compute(engine, fn, arrays, options);
  try {
    expectArrays(what, got, expected);
  } catch (error) {
    throw error instanceof ConformanceError ? new ConformanceError(`${error.message}\n${formatGraph(graph)}`) : error;
  }
}
