// Uses the engine from source, prints a sum and an error, and leaves everything open: this process must end all the same.
import { fileURLToPath } from "node:url";
import { createViteServer } from "vitest/node";

const conditions = ["@symloss/source"];
const server = await createViteServer({
  root: fileURLToPath(new URL("../../..", import.meta.url)),
  configFile: false,
  logLevel: "error",
  server: { middlewareMode: true, watch: null, ws: false },
  optimizeDeps: { noDiscovery: true },
  resolve: { conditions },
  ssr: { resolve: { conditions } },
});
const { evaluate, sum } = await server.ssrLoadModule("@symloss/core");
const { onnx } = await server.ssrLoadModule("@symloss/engine-onnx");
console.log((await evaluate(sum([1, 2, 3]), { engine: await onnx() })).item());

// A kernel that fails: 3 elements can't be 2.
const { encodeModel } = await server.ssrLoadModule("/packages/engine-onnx/src/model.ts");
const { createSession, createTensor, loadRuntime, runSession } = await server.ssrLoadModule(
  "/packages/engine-onnx/src/session.ts",
);
const runtime = await loadRuntime();
const model = encodeModel({
  name: "fails",
  nodes: [{ type: "Reshape", name: "reshape", inputs: ["x", "shape"], outputs: ["y"], attributes: {} }],
  constants: [{ name: "shape", type: "int64", shape: [1], data: new Uint8Array(BigInt64Array.of(2n).buffer) }],
  inputs: [{ name: "x", type: "float32", shape: ["any"] }],
  outputs: [{ name: "y", type: "float32", shape: [2] }],
});
const session = await createSession(runtime, model, { provider: "wasm", threads: 1 });
const feeds = { x: createTensor(runtime, "float32", new Float32Array(3), [3]) };
console.log(
  await runSession(session, feeds).then(
    () => "no error",
    ({ name }) => name,
  ),
);
await server.close();
