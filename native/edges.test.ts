/** Does the engine keep its promises on the native runtime: right numbers at the edges, and arguments that are read in time? */
import { allOperations } from "@symloss/core/engine";
import { cpu } from "@symloss/engine-cpu";
import { onnx } from "@symloss/engine-onnx";
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { edgeDifferences } from "../packages/engine-onnx/test/edges.ts";
import { lateWrites } from "../packages/engine-onnx/test/late-writes.ts";

const engine = await onnx({ ort });
const definition = await cpu({ mode: "interpreter" });

test.each(allOperations)("%s", async (operation) =>
  expect(await edgeDifferences(engine, definition, operation)).toEqual([]),
);

test("runs read their arguments before they return", async () => expect(await lateWrites(engine)).toEqual([]));
