import { faultPages } from "../../../packages/engine-gpu/faults/index.ts";
import { testGpu } from "./gpu-mode.ts";

testGpu("webgl", faultPages);
