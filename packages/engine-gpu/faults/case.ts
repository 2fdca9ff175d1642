/// <reference lib="dom" />
/** What is a fault of gpu.js or WebGL that an engine must survive or report? A case by its title, and where it runs. */
import { type Engine, type NDArray, type Tensor, ndarray } from "@symloss/core";
import { type Executable, prepare, traceGraph } from "@symloss/core/engine";
import { gpu } from "@symloss/engine-gpu";
import type { Watched } from "./watch.ts";

/** On which mode of WebGL, and how the engine is created. */
export interface Setup {
  readonly mode: "webgl2" | "webgl";
  readonly watched: Watched;
}

/** The cases by title; each throws unless the engine is right. */
export type FaultCases = Readonly<Record<string, (setup: Setup) => Promise<void>>>;

/** Runs it on an engine of its own; `lose` makes it lose its context. */
export async function withEngine(
  { mode, watched }: Setup,
  use: (engine: Engine, lose: () => void) => Promise<void>,
): Promise<void> {
  const engine = await gpu({ mode });
  try {
    await use(engine, () => watched.latest()!.getExtension("WEBGL_lose_context")!.loseContext());
  } finally {
    await engine.dispose();
  }
}

/** An executable that is not shared. */
export async function compileAlone(engine: Engine, fn: (x: Tensor) => Tensor, size: number): Promise<Executable> {
  const graph = traceGraph("test", ({ x }: { x: Tensor }) => fn(x), { x: { shape: [size] } });
  return engine.compile(prepare(graph, engine));
}

/** Whole numbers less than a limit, so that their sums are exact. */
export function whole(shape: readonly number[], limit: number): NDArray & { readonly data: Float32Array } {
  const size = shape.reduce((left, right) => left * right);
  return ndarray(
    Float32Array.from({ length: size }, (_, index) => (index * 5) % limit),
    [...shape],
  ) as NDArray & { readonly data: Float32Array };
}

/** A context of the page, for others to draw on. */
export function makeContext(mode: Setup["mode"]): WebGL2RenderingContext | null {
  return new OffscreenCanvas(1, 1).getContext(mode) as WebGL2RenderingContext | null;
}
