/** What is evaluated in a page, of files at addresses and of such as a user has chosen? */
import type { Engine, Tensor } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { type Source, evaluation, states } from "@symloss/evaluation";
import { blobs, idx, npy, urls } from "@symloss/evaluation/web";

/** The state of a column's rows, but for the engine of JavaScript that it names. */
export async function stateOf(source: Source, engine: Engine): Promise<string> {
  const test = evaluation(
    ({ x }: { readonly x: Tensor }) => ({ x: states.mean(x.square()), most: states.topK(x, { k: 3 }) }),
    { columns: { x: "float32" } },
  );
  const state = await test.update(undefined, source, { engine, badRows: "skip" });
  return test.write({ ...state, fingerprint: "" });
}

/** The states of each file by its address, and of the same as a `File`. */
export default async function (names: readonly string[]): Promise<readonly (readonly string[])[]> {
  const engine = await cpu();
  const found: (readonly string[])[] = [];
  for (const name of names) {
    const address = `/data/${name}`;
    const file = new File([await (await fetch(address)).blob()], name);
    const sources = { "npy.gz": [npy({ x: address }), npy({ x: file })], idx: [idx({ x: address }), idx({ x: file })] };
    const own = Object.entries(sources).find(([ending]) => name.endsWith(ending))?.[1] ?? [
      urls(address),
      blobs([file]),
    ];
    found.push([await stateOf(own[0]!, engine), await stateOf(own[1]!, engine)]);
  }
  await engine.dispose();
  return found;
}
