/// <reference lib="dom" preserve="true" />
/** In what state does WebGL draw, upload and read as kernels need it? In that of a new context, whatever others have made of it. */
import type { WebGL } from "./gpu-js.ts";

/** Puts back what others who draw on the context may have set, but for vertices, framebuffers and the viewport. */
export function resetState(gl: WebGL): void {
  for (const capability of [
    gl.BLEND,
    gl.CULL_FACE,
    gl.DEPTH_TEST,
    gl.SAMPLE_ALPHA_TO_COVERAGE,
    gl.SAMPLE_COVERAGE,
    gl.STENCIL_TEST,
  ]) {
    gl.disable(capability);
  }
  // gpu.js sets the rectangle for every kernel, and enables the test when it makes one.
  gl.enable(gl.SCISSOR_TEST);
  gl.colorMask(true, true, true, true);
  gl.pixelStorei(gl.PACK_ALIGNMENT, 4);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
  gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  if ("createVertexArray" in gl) resetState2(gl);
  else gl.getExtension("OES_vertex_array_object")?.bindVertexArrayOES(null);
}

/** What WebGL 2 has beside the state of WebGL 1. */
function resetState2(gl: WebGL2RenderingContext): void {
  gl.disable(gl.RASTERIZER_DISCARD);
  gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
  gl.bindBuffer(gl.PIXEL_UNPACK_BUFFER, null);
  for (const parameter of [
    gl.PACK_ROW_LENGTH,
    gl.PACK_SKIP_PIXELS,
    gl.PACK_SKIP_ROWS,
    gl.UNPACK_ROW_LENGTH,
    gl.UNPACK_IMAGE_HEIGHT,
    gl.UNPACK_SKIP_PIXELS,
    gl.UNPACK_SKIP_ROWS,
    gl.UNPACK_SKIP_IMAGES,
  ]) {
    gl.pixelStorei(parameter, 0);
  }
  const units = gl.getParameter(gl.MAX_TEXTURE_IMAGE_UNITS) as number;
  for (let unit = 0; unit < units; unit++) gl.bindSampler(unit, null);
}
