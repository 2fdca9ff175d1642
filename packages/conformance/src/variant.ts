/** How is an engine tried that differs from another in a part? */
import type { Engine } from "@symloss/core";
import { asyncDisposable } from "@symloss/core/engine";

/** An engine that is another but for these parts; to dispose of it leaves the other as it is. */
export function variantOf(engine: Engine, parts: Partial<Pick<Engine, "traits" | "compile">>): Engine {
  const { name, device, software, traits } = engine;
  return {
    name,
    device,
    software,
    traits,
    compile: (graph) => engine.compile(graph),
    upload: (array) => engine.upload(array),
    ...asyncDisposable(() => undefined),
    ...parts,
  };
}
