/** Are the runtime's own operators right in the cases where they are likely to be wrong? */
import { cpu } from "@symloss/engine-cpu";
import { expect, test } from "vitest";
import { allOperations } from "@symloss/core/engine";
import { edgeDifferences } from "../test/edges.ts";
import { onnx } from "./index.ts";

const engine = await onnx();
const definition = await cpu({ mode: "interpreter" });

test.each(allOperations)("%s", async (operation) =>
  expect(await edgeDifferences(engine, definition, operation)).toEqual([]),
);
