/// <reference lib="dom" />
/** What does engine-gpu report if WebGL lacks these extensions? */
import { gpu } from "@symloss/engine-gpu";

export default async function (extensions: readonly string[]): Promise<string> {
  for (const { prototype } of [WebGL2RenderingContext, WebGLRenderingContext]) {
    const methods = prototype as unknown as Record<string, (this: object, name: string) => unknown>;
    const getExtension = methods["getExtension"]!;
    methods["getExtension"] = function (name) {
      return extensions.includes(name) ? null : getExtension.call(this, name);
    };
  }
  const engine = await gpu();
  await engine.dispose();
  return engine.device;
}
