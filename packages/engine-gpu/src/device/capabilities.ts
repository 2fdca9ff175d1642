/// <reference lib="dom" preserve="true" />
/** What can a WebGL context do, and which renderer does it use? */
import { type Limits, lanes } from "../kernel/layout.ts";
import type { GpuMode, WebGL } from "./gpu-js.ts";

/** What kernels on the context can rely on. */
export function limitsOf(gl: WebGL, mode: GpuMode, packed: boolean): Limits {
  const units = gl.getParameter(gl.MAX_TEXTURE_IMAGE_UNITS) as number;
  const textureSize = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number;
  // Integers in GLSL ES 1.00 are only exact up to 2^24.
  const indices = mode === "webgl2" ? 2 ** 31 - 1 : 2 ** 24;
  return {
    // gpu.js uses unit 15 itself.
    inputs: Math.min(mode === "webgl2" ? 15 : 7, units - 1),
    outputs: outputLimit(gl),
    textureSize,
    elements: Math.min(indices, (packed ? lanes : 1) * textureSize ** 2),
    indices,
    packed,
  };
}

/** How many textures a kernel can render to at once; gpu.js allows eight. */
function outputLimit(gl: WebGL): number {
  const extension = "drawBuffers" in gl ? undefined : gl.getExtension("WEBGL_draw_buffers");
  if (extension === null) return 1;
  const [buffers, attachments] = extension
    ? [extension.MAX_DRAW_BUFFERS_WEBGL, extension.MAX_COLOR_ATTACHMENTS_WEBGL]
    : [(gl as WebGL2RenderingContext).MAX_DRAW_BUFFERS, (gl as WebGL2RenderingContext).MAX_COLOR_ATTACHMENTS];
  return Math.min(8, gl.getParameter(buffers) as number, gl.getParameter(attachments) as number);
}

/** The format of a float32 texture. */
export function floatFormat(gl: WebGL): number {
  return "RGBA32F" in gl ? gl.RGBA32F : gl.RGBA;
}

/** The name of the renderer. */
export function rendererOf(gl: WebGL, mode: GpuMode): string {
  if (mode === "headlessgl") {
    // gl calls every renderer "ANGLE"; the native class that its context class extends returns the real name.
    const native = Object.getPrototypeOf(Object.getPrototypeOf(gl)) as WebGL;
    return String(native.getParameter.call(gl, gl.RENDERER));
  }
  const extension = gl.getExtension("WEBGL_debug_renderer_info");
  return String(gl.getParameter(extension === null ? gl.RENDERER : extension.UNMASKED_RENDERER_WEBGL));
}
