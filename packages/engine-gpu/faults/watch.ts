/// <reference lib="dom" />
/** What do engines ask of WebGL? Calls are counted on the classes that all contexts inherit their methods from. */

const watchedKinds = ["Buffer", "Framebuffer", "Program", "Shader", "Texture"] as const;

/** A kind of object that is counted. */
type WatchedKind = (typeof watchedKinds)[number];

/** Counts of what the page's WebGL contexts were asked for. */
export interface Watched {
  /** Live objects, of this kind or of all kinds, on contexts that are not lost. */
  live(kind?: WatchedKind): number;
  /** The context on which the newest object was created. */
  latest(): WebGL2RenderingContext | undefined;
  readonly shaders: string[];
}

/** Starts counting. */
export function watchWebGL(): Watched {
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
