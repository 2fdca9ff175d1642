/** What does engine-onnx report in a page once its runtime has run out of memory? A bundle has no address from which to reload it. */
import { compile, evaluate, sum } from "@symloss/core";
import { onnx } from "@symloss/engine-onnx";

/** Fills a heap of 192 MiB and returns what each later call throws. */
export default async function (): Promise<string> {
  // The runtime creates its own WebAssembly memory, of at most 4 GiB.
  WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
    construct: (target, [options]: [WebAssembly.MemoryDescriptor]) => new target({ ...options, maximum: 3 * 2 ** 10 }),
  });
  const engine = await onnx();
  const largest = compile((x) => x.max(), { engine });
  const first = (await largest([1, 2])).item();
  const calls = [
    () => largest(new Float32Array(2 ** 26)),
    () => largest([1, 2]),
    () => evaluate(sum([1, 2]), { engine }),
    () => onnx(),
  ];
  const thrown: string[] = [];
  for (const call of calls) {
    await call().then(
      () => thrown.push("nothing"),
      (error: Error) => thrown.push(`${error.name}: ${error.message}`),
    );
  }
  return [first, ...thrown].join("\n");
}
