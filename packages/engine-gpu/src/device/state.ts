/// <reference lib="dom" preserve="true" />
/** In what state must WebGL be for kernels to draw, upload and read, and in what state is a shared context left? */
import type { WebGL } from "./gpu-js.ts";

/** What is drawn with: which context, which vertices, and which of the extensions that affect drawing. */
export interface Surroundings {
  readonly gl: WebGL;
  readonly extensions: Extensions;
  readonly vertexArrays: VertexArrays;
}

/** Vertex array objects, if the context has them: the engine's, and the one that others had bound, which is restored. */
export interface VertexArrays {
  bindOwn(): void;
  /**
   * Saves what is bound and returns a function that restores it. The engine's own objects must not stay bound: others would change them.
   */
  remember(): () => void;
  destroy(): void;
}

/** Extensions with state of their own, which any user of the context may have set; null if not available. */
interface Extensions {
  readonly clipControl: { clipControlEXT(origin: number, depth: number): void } | null;
  readonly polygonMode: { polygonModeWEBGL(face: number, mode: number): void } | null;
  readonly clipDistances: object | null;
  readonly instancing: { vertexAttribDivisorANGLE(location: number, divisor: number): void } | null;
}

/** Members of the extensions that their types lack. */
const lowerLeft = 0x8ca1;
const negativeOneToOne = 0x935e;
const fill = 0x1b02;
const firstClipDistance = 0x3000;
const vertexArrayBinding = 0x85b5;

export function describeSurroundings(gl: WebGL): Surroundings {
  const extensions = {
    clipControl: gl.getExtension("EXT_clip_control"),
    polygonMode: gl.getExtension("WEBGL_polygon_mode"),
    clipDistances: gl.getExtension("WEBGL_clip_cull_distance"),
    instancing: gl.getExtension("ANGLE_instanced_arrays"),
  } as Extensions;
  return { gl, extensions, vertexArrays: makeVertexArrays(gl) };
}

function makeVertexArrays(gl: WebGL): VertexArrays {
  const bindings = vertexArraysOf(gl);
  if (bindings === null) return { bindOwn() {}, remember: () => () => {}, destroy() {} };
  const own = bindings.create();
  return {
    bindOwn: () => bindings.bind(own),
    remember() {
      const bound = gl.getParameter(vertexArrayBinding) as WebGLVertexArrayObject | null;
      return () => bindings.bind(bound);
    },
    destroy: () => bindings.delete(own),
  };
}

function vertexArraysOf(gl: WebGL) {
  if (isWebGL2(gl)) {
    return {
      create: () => gl.createVertexArray(),
      bind: (array: WebGLVertexArrayObject | null) => gl.bindVertexArray(array),
      delete: (array: WebGLVertexArrayObject | null) => gl.deleteVertexArray(array),
    };
  }
  const extension = gl.getExtension("OES_vertex_array_object");
  return (
    extension && {
      create: () => extension.createVertexArrayOES(),
      bind: (array: WebGLVertexArrayObject | null) => extension.bindVertexArrayOES(array),
      delete: (array: WebGLVertexArrayObject | null) => extension.deleteVertexArrayOES(array),
    }
  );
}

/** A part of WebGL's state. */
interface State {
  /** Sets it as kernels need it. */
  claim(surroundings: Surroundings): void;
  /** Sets it as in a new context, if kernels need something else; if absent, it stays as kernels need it. */
  leave?(surroundings: Surroundings): void;
}

/** Puts all of it into the state that kernels need, whatever it was; returns a function that restores what can be restored. */
export function claimState(surroundings: Surroundings): () => void {
  const giveBack = claimBindings(surroundings);
  for (const state of Object.values(states)) state.claim(surroundings);
  return () => {
    for (const state of Object.values(states)) state.leave?.(surroundings);
    giveBack();
  };
}

const states: Readonly<Record<string, State>> = {
  capabilities: {
    claim({ gl }) {
      for (const capability of disabled(gl)) gl.disable(capability);
      // gpu.js sets the rectangle for every kernel.
      gl.enable(gl.SCISSOR_TEST);
    },
    leave({ gl }) {
      gl.disable(gl.SCISSOR_TEST);
      gl.enable(gl.DITHER);
    },
  },
  mask: { claim: ({ gl }) => gl.colorMask(true, true, true, true) },
  clipping: {
    claim({ gl, extensions }) {
      extensions.clipControl?.clipControlEXT(lowerLeft, negativeOneToOne);
      if (extensions.clipDistances === null) return;
      for (let distance = 0; distance < 8; distance++) gl.disable(firstClipDistance + distance);
    },
  },
  polygons: { claim: ({ gl, extensions }) => extensions.polygonMode?.polygonModeWEBGL(gl.FRONT_AND_BACK, fill) },
  pixelStorage: {
    claim({ gl }) {
      gl.pixelStorei(gl.PACK_ALIGNMENT, 4);
      gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
      gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
      gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
      gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.BROWSER_DEFAULT_WEBGL);
      if (!isWebGL2(gl)) return;
      for (const offset of pixelOffsets(gl)) gl.pixelStorei(offset, 0);
    },
  },
  samplers: {
    claim({ gl }) {
      if (!isWebGL2(gl)) return;
      for (let unit = 0; unit < textureUnits; unit++) gl.bindSampler(unit, null);
    },
  },
  vertices: {
    claim({ gl, extensions, vertexArrays }) {
      vertexArrays.bindOwn();
      const count = gl.getParameter(gl.MAX_VERTEX_ATTRIBS) as number;
      for (let location = 0; location < count; location++) {
        gl.disableVertexAttribArray(location);
        if (isWebGL2(gl)) gl.vertexAttribDivisor(location, 0);
        else extensions.instancing?.vertexAttribDivisorANGLE(location, 0);
      }
    },
  },
  textures: {
    claim() {},
    // A texture that stayed bound could be filled by others, or have its filters changed.
    leave({ gl }) {
      for (let unit = textureUnits - 1; unit >= 0; unit--) {
        gl.activeTexture(gl.TEXTURE0 + unit);
        gl.bindTexture(gl.TEXTURE_2D, null);
      }
    },
  },
  viewport: {
    // The engine sets it together with its framebuffer.
    claim() {},
    leave({ gl }) {
      const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
      gl.viewport(0, 0, width, height);
      gl.scissor(0, 0, width, height);
    },
  },
};

/** The units that kernels read from, and the last of sixteen, which gpu.js uses. */
const textureUnits = 16;

function disabled(gl: WebGL): number[] {
  return [
    gl.BLEND,
    gl.CULL_FACE,
    gl.DEPTH_TEST,
    gl.DITHER,
    gl.POLYGON_OFFSET_FILL,
    gl.SAMPLE_ALPHA_TO_COVERAGE,
    gl.SAMPLE_COVERAGE,
    gl.STENCIL_TEST,
    ...(isWebGL2(gl) ? [gl.RASTERIZER_DISCARD] : []),
  ];
}

function pixelOffsets(gl: WebGL2RenderingContext): number[] {
  return [
    gl.PACK_ROW_LENGTH,
    gl.PACK_SKIP_PIXELS,
    gl.PACK_SKIP_ROWS,
    gl.UNPACK_ROW_LENGTH,
    gl.UNPACK_IMAGE_HEIGHT,
    gl.UNPACK_SKIP_PIXELS,
    gl.UNPACK_SKIP_ROWS,
    gl.UNPACK_SKIP_IMAGES,
  ];
}

/** Bindings, which can be queried without waiting for the GPU, and restored. */
function claimBindings({ gl, vertexArrays }: Surroundings): () => void {
  const bindVertices = vertexArrays.remember();
  const program = gl.getParameter(gl.CURRENT_PROGRAM) as WebGLProgram | null;
  const buffer = gl.getParameter(gl.ARRAY_BUFFER_BINDING) as WebGLBuffer | null;
  const framebuffer = gl.getParameter(gl.FRAMEBUFFER_BINDING) as WebGLFramebuffer | null;
  const giveBack2 = isWebGL2(gl) ? claimBindings2(gl) : undefined;
  return () => {
    bindVertices();
    gl.useProgram(program);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
    giveBack2?.();
  };
}

/** The bindings that WebGL 2 adds. */
function claimBindings2(gl: WebGL2RenderingContext): () => void {
  const reading = gl.getParameter(gl.READ_FRAMEBUFFER_BINDING) as WebGLFramebuffer | null;
  const packed = gl.getParameter(gl.PIXEL_PACK_BUFFER_BINDING) as WebGLBuffer | null;
  const unpacked = gl.getParameter(gl.PIXEL_UNPACK_BUFFER_BINDING) as WebGLBuffer | null;
  gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
  gl.bindBuffer(gl.PIXEL_UNPACK_BUFFER, null);
  const resume = pauseFeedback(gl);
  return () => {
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, reading);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, packed);
    gl.bindBuffer(gl.PIXEL_UNPACK_BUFFER, unpacked);
    resume();
  };
}

/** While transform feedback is active, no other program can draw. */
function pauseFeedback(gl: WebGL2RenderingContext): () => void {
  const feedback = gl.getParameter(gl.TRANSFORM_FEEDBACK_BINDING) as WebGLTransformFeedback | null;
  const runs = (parameter: number): boolean => gl.getParameter(parameter) === true;
  const recording = runs(gl.TRANSFORM_FEEDBACK_ACTIVE) && !runs(gl.TRANSFORM_FEEDBACK_PAUSED);
  if (recording) gl.pauseTransformFeedback();
  gl.bindTransformFeedback(gl.TRANSFORM_FEEDBACK, null);
  return () => {
    gl.bindTransformFeedback(gl.TRANSFORM_FEEDBACK, feedback);
    if (recording) gl.resumeTransformFeedback();
  };
}

function isWebGL2(gl: WebGL): gl is WebGL2RenderingContext {
  return "createVertexArray" in gl;
}
