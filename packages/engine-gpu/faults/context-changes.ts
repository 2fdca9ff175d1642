/// <reference lib="dom" />
/** What state may others leave in a context that they share with an engine? */
import type { Setup } from "./case.ts";

/** Thrown if a change can't be made on this context. */
type Done = "absent" | undefined | void;

/** The state that others may leave in a shared context, by name. */
export const contextChanges: Readonly<Record<string, (gl: WebGL2RenderingContext) => Done>> = {
  blending(gl) {
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE);
    gl.blendEquation(gl.FUNC_REVERSE_SUBTRACT);
    gl.blendColor(0, 0, 0, 0);
  },
  culling(gl) {
    gl.enable(gl.CULL_FACE);
    gl.cullFace(gl.FRONT_AND_BACK);
    gl.frontFace(gl.CW);
  },
  "a mask": (gl) => gl.colorMask(true, false, true, false),
  "a viewport": (gl) => gl.viewport(0, 0, 1, 1),
  "a scissor"(gl) {
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(0, 0, 1, 1);
  },
  "a depth test"(gl) {
    gl.enable(gl.DEPTH_TEST);
    gl.depthFunc(gl.NEVER);
    gl.depthRange(1, 1);
  },
  "a stencil test"(gl) {
    gl.enable(gl.STENCIL_TEST);
    gl.stencilFunc(gl.NEVER, 0, 255);
  },
  "coverage of samples"(gl) {
    gl.enable(gl.SAMPLE_COVERAGE);
    gl.enable(gl.SAMPLE_ALPHA_TO_COVERAGE);
    gl.sampleCoverage(0, false);
  },
  "an offset of polygons"(gl) {
    gl.enable(gl.POLYGON_OFFSET_FILL);
    gl.polygonOffset(1e6, 1e6);
  },
  "no dithering": (gl) => gl.disable(gl.DITHER),
  "premultiplied alpha": (gl) => gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true),
  "rows upside down": (gl) => gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, true),
  "other alignments"(gl) {
    gl.pixelStorei(gl.PACK_ALIGNMENT, 8);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 8);
  },
  "other vertices"(gl) {
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, 256, gl.STATIC_DRAW);
    for (const location of [0, 1]) gl.vertexAttribPointer(location, 3, gl.FLOAT, false, 0, 0);
  },
  "no vertices": (gl) => [0, 1].forEach((location) => gl.disableVertexAttribArray(location)),
  "attributes without a buffer"(gl) {
    gl.bindBuffer(gl.ARRAY_BUFFER, null);
    for (let location = 0; location < 8; location++) gl.enableVertexAttribArray(location);
  },
  "vertices of instances"(gl) {
    const instancing = gl.getExtension("ANGLE_instanced_arrays") as ANGLE_instanced_arrays | null;
    if (instancing === null && !isWebGL2(gl)) return "absent";
    for (let location = 0; location < 8; location++) {
      if (instancing === null) gl.vertexAttribDivisor(location, 1);
      else instancing.vertexAttribDivisorANGLE(location, 1);
    }
    return undefined;
  },
  "vertices of its own"(gl) {
    const extension = gl.getExtension("OES_vertex_array_object") as OES_vertex_array_object | null;
    if (extension !== null) extension.bindVertexArrayOES(extension.createVertexArrayOES());
    else gl.bindVertexArray(gl.createVertexArray());
    for (const location of [0, 1]) gl.disableVertexAttribArray(location);
  },
  "a program": (gl) => gl.useProgram(makeProgram(gl, isWebGL2(gl) ? "webgl2" : "webgl")),
  "a framebuffer": (gl) => gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer()),
  "what is bound to be drawn on"(gl) {
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, null, 0);
    gl.drawBuffers?.([gl.NONE]);
  },
  "what is bound to be read"(gl) {
    for (let unit = 15; unit >= 0; unit--) {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 1, 1, gl.RGBA, gl.FLOAT, new Float32Array(4));
    }
  },
  "what is bound of vertices"(gl) {
    gl.bufferData(gl.ARRAY_BUFFER, 256, gl.STATIC_DRAW);
    for (const location of [0, 1]) gl.vertexAttribPointer(location, 1, gl.BYTE, true, 4, 3);
  },
  "textures of cubes"(gl) {
    for (let unit = 15; unit >= 0; unit--) {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_CUBE_MAP, gl.createTexture());
    }
    gl.activeTexture(gl.TEXTURE0 + 7);
  },
  "an error": (gl) => gl.enable(gl.NO_ERROR),
  "polygons as lines": inExtension("WEBGL_polygon_mode", (gl, { call, number }) =>
    call("polygonModeWEBGL", gl.FRONT_AND_BACK, number("LINE_WEBGL")),
  ),
  "another corner of the clip space": inExtension("EXT_clip_control", (_, { call, number }) =>
    call("clipControlEXT", number("UPPER_LEFT_EXT"), number("ZERO_TO_ONE_EXT")),
  ),
  "distances to clip at": inExtension("WEBGL_clip_cull_distance", (gl, { number }) => {
    for (let distance = 0; distance < 8; distance++) gl.enable(number("CLIP_DISTANCE0_WEBGL") + distance);
  }),
  "another vertex that provokes": inExtension("WEBGL_provoking_vertex", (_, { call, number }) =>
    call("provokingVertexWEBGL", number("FIRST_VERTEX_CONVENTION_WEBGL")),
  ),
  "blending and masks of each buffer": inExtension("OES_draw_buffers_indexed", (gl, { call }) => {
    for (let buffer = 0; buffer < 8; buffer++) {
      call("enableiOES", gl.BLEND, buffer);
      call("blendFunciOES", buffer, gl.ZERO, gl.ZERO);
      call("colorMaskiOES", buffer, false, false, false, false);
    }
  }),
  "a clamp of depths": inExtension("EXT_depth_clamp", (gl, { number }) => gl.enable(number("DEPTH_CLAMP_EXT"))),
  "buffers for pixels": inWebGL2((gl) => {
    for (const target of [gl.PIXEL_PACK_BUFFER, gl.PIXEL_UNPACK_BUFFER]) {
      gl.bindBuffer(target, gl.createBuffer());
      gl.bufferData(target, 4096, gl.STREAM_DRAW);
    }
  }),
  "rows of pixels": inWebGL2((gl) => {
    for (const name of ["PACK_ROW_LENGTH", "UNPACK_ROW_LENGTH", "UNPACK_IMAGE_HEIGHT"] as const) {
      gl.pixelStorei(gl[name], 100);
    }
  }),
  "pixels to skip": inWebGL2((gl) => {
    for (const name of ["PIXELS", "ROWS"] as const) {
      gl.pixelStorei(gl[`PACK_SKIP_${name}`], 1);
      gl.pixelStorei(gl[`UNPACK_SKIP_${name}`], 1);
    }
    gl.pixelStorei(gl.UNPACK_SKIP_IMAGES, 1);
  }),
  samplers: inWebGL2((gl) => {
    const sampler = gl.createSampler();
    gl.samplerParameteri(sampler, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    for (let unit = 0; unit < 16; unit++) gl.bindSampler(unit, sampler);
  }),
  "no rasterizer": inWebGL2((gl) => gl.enable(gl.RASTERIZER_DISCARD)),
  "nothing to read": inWebGL2((gl) => gl.readBuffer(gl.NONE)),
  "buffers to draw": inWebGL2((gl) => gl.drawBuffers([gl.NONE])),
  "framebuffers to read and to draw": inWebGL2((gl) => {
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, gl.createFramebuffer());
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, gl.createFramebuffer());
  }),
  "vertices that are recorded": inWebGL2((gl) => {
    gl.useProgram(makeProgram(gl, "webgl2"));
    gl.bindTransformFeedback(gl.TRANSFORM_FEEDBACK, gl.createTransformFeedback());
    gl.bindBufferBase(gl.TRANSFORM_FEEDBACK_BUFFER, 0, gl.createBuffer());
    gl.bufferData(gl.TRANSFORM_FEEDBACK_BUFFER, 4096, gl.STREAM_DRAW);
    gl.beginTransformFeedback(gl.POINTS);
  }),
  "samples that are counted": inWebGL2((gl) => gl.beginQuery(gl.ANY_SAMPLES_PASSED, gl.createQuery())),
};

/** An extension whose methods and constants the types lack. */
interface Extension {
  readonly call: (method: string, ...values: unknown[]) => void;
  readonly number: (name: string) => number;
}

function inExtension(
  name: string,
  change: (gl: WebGL2RenderingContext, extension: Extension) => void,
): (gl: WebGL2RenderingContext) => Done {
  return (gl) => {
    const extension = gl.getExtension(name) as Record<string, unknown> | null;
    if (extension === null) return "absent";
    return change(gl, {
      call: (method, ...values) => (extension[method] as (...given: unknown[]) => void)(...values),
      number: (constant) => extension[constant] as number,
    });
  };
}

function inWebGL2(change: (gl: WebGL2RenderingContext) => void): (gl: WebGL2RenderingContext) => Done {
  return (gl) => (isWebGL2(gl) ? change(gl) : "absent");
}

function isWebGL2(gl: WebGL2RenderingContext): boolean {
  return "createSampler" in gl;
}

/** Another user's program, with outputs that transform feedback can record if available. */
export function makeProgram(gl: WebGL2RenderingContext, mode: Setup["mode"]): WebGLProgram {
  const program = gl.createProgram();
  const [version, output] = mode === "webgl2" ? ["#version 300 es\n", "out vec4 color;"] : ["", ""];
  const texts = [
    [gl.VERTEX_SHADER, `${version}void main() { gl_Position = vec4(0.0); gl_PointSize = 1.0; }`],
    [
      gl.FRAGMENT_SHADER,
      `${version}precision highp float; ${output} void main() { ${mode === "webgl2" ? "color" : "gl_FragColor"} = vec4(9.0); }`,
    ],
  ] as const;
  for (const [kind, text] of texts) {
    const shader = gl.createShader(kind)!;
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.transformFeedbackVaryings?.(program, ["gl_Position"], gl.INTERLEAVED_ATTRIBS);
  gl.linkProgram(program);
  return program;
}
