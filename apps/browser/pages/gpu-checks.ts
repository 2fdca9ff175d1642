/// <reference lib="dom" />
/** What do the pages share that try engine-gpu where gpu.js and WebGL fail without a word? */
import { type Engine, type NDArray, type Tensor, ndarray } from "@symloss/core";
import { type Executable, prepare, traceGraph } from "@symloss/core/engine";
import { gpu } from "@symloss/engine-gpu";
import type { Report } from "../src/messages.ts";
import { runCases } from "./cases.ts";

/** On which WebGL, and what it is asked. */
export interface Surroundings {
  readonly mode: "webgl2" | "webgl";
  readonly watched: Watched;
}

/** What is tried, by name. */
export type GpuCases<Name extends string> = Readonly<Record<Name, (surroundings: Surroundings) => Promise<void>>>;

/** Runs the cases of these names. */
export async function runGpuCases<Name extends string>(
  cases: GpuCases<Name>,
  mode: Surroundings["mode"],
  names: readonly Name[],
  report: Report,
): Promise<void> {
  const watched = watchWebGL();
  await runCases(
    names.map((name) => ({ name, run: () => cases[name]({ mode, watched }) })),
    report,
  );
}

/** An executable that nothing else shares. */
export async function compileAlone(engine: Engine, fn: (x: Tensor) => Tensor, size: number): Promise<Executable> {
  const graph = traceGraph("test", ({ x }: { x: Tensor }) => fn(x), { x: { shape: [size] } });
  return engine.compile(prepare(graph, engine));
}

/** Whole numbers below a limit, so that sums of them are exact. */
export function whole(shape: readonly number[], limit: number): NDArray & { readonly data: Float32Array } {
  const size = shape.reduce((left, right) => left * right);
  return ndarray(
    Float32Array.from({ length: size }, (_, index) => (index * 5) % limit),
    [...shape],
  ) as NDArray & { readonly data: Float32Array };
}

export async function withEngine(
  { mode, watched }: Surroundings,
  use: (engine: Engine, lose: () => void) => Promise<void>,
): Promise<void> {
  const engine = await gpu({ mode });
  try {
    await use(engine, () => watched.latest()!.getExtension("WEBGL_lose_context")!.loseContext());
  } finally {
    await engine.dispose();
  }
}

export function makeContext(mode: Surroundings["mode"]): WebGL2RenderingContext | null {
  return new OffscreenCanvas(1, 1).getContext(mode) as WebGL2RenderingContext | null;
}

export function expectThat(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

export function expectValues(
  { data }: { readonly data: ArrayLike<number> },
  want: readonly number[],
  where = "",
): void {
  expectThat(data.length === want.length, `${where}${want.length} elements are expected, got ${data.length}`);
  const index = want.findIndex((value, position) => data[position] !== value);
  expectThat(index === -1, `${where}${want[index]} is expected at ${index}, got ${data[index]}`);
}

/** Returns what the error says. */
export async function expectError(run: () => unknown, name: string, word: string): Promise<string> {
  let thrown: unknown;
  try {
    await run();
  } catch (error) {
    thrown = error;
  }
  const { name: got, message } = thrown instanceof Error ? thrown : { name: typeof thrown, message: String(thrown) };
  expectThat(got === name && message.includes(word), `a ${name} about "${word}" is expected, got ${got}: ${message}`);
  return message;
}

const watchedKinds = ["Buffer", "Framebuffer", "Program", "Shader", "Texture"] as const;

/** A kind of object that is counted. */
type WatchedKind = (typeof watchedKinds)[number];

/** What the page's WebGL contexts are asked. */
export interface Watched {
  /** Objects of contexts that are not lost, made and not yet freed, of this kind or of all. */
  live(kind?: WatchedKind): number;
  /** The context on which the newest object was made. */
  latest(): WebGL2RenderingContext | undefined;
  readonly shaders: string[];
}

function watchWebGL(): Watched {
  const objects = new Map<object, { readonly context: WebGL2RenderingContext; readonly kind: WatchedKind }>();
  const shaders: string[] = [];
  for (const { prototype } of [WebGL2RenderingContext, WebGLRenderingContext]) {
    const methods = prototype as unknown as Record<
      string,
      (this: WebGL2RenderingContext, ...values: unknown[]) => unknown
    >;
    for (const kind of watchedKinds) {
      const [create, free] = [methods[`create${kind}`]!, methods[`delete${kind}`]!];
      methods[`create${kind}`] = function (...values) {
        const made = create.apply(this, values) as object | null;
        if (made !== null) objects.set(made, { context: this, kind });
        return made;
      };
      methods[`delete${kind}`] = function (...values) {
        objects.delete(values[0] as object);
        return free.apply(this, values);
      };
    }
    const setSource = methods["shaderSource"]!;
    methods["shaderSource"] = function (...values) {
      shaders.push(String(values[1]));
      return setSource.apply(this, values);
    };
  }
  const live = (wanted?: WatchedKind): number =>
    [...objects.values()].filter(
      ({ context, kind }) => (wanted === undefined || kind === wanted) && !context.isContextLost(),
    ).length;
  return { live, latest: () => [...objects.values()].at(-1)?.context, shaders };
}
