/// <reference lib="dom" />
/** Does engine-gpu stay right on a context that others use too, and leave them theirs? */
import { type DeviceArray, add, compile, mul, ndarray, softmax, sub, sum } from "@symloss/core";
import { gpu } from "@symloss/engine-gpu";
import type { GpuSharing } from "../src/gpu-case-names.ts";
import type { Report } from "../src/messages.ts";
import {
  type GpuCases,
  type Surroundings,
  compileAlone,
  expectError,
  expectThat,
  expectValues,
  makeContext,
  runGpuCases,
  whole,
} from "./gpu-checks.ts";

export default async function (
  mode: Surroundings["mode"],
  names: readonly GpuSharing[],
  report: Report,
): Promise<void> {
  await runGpuCases(cases, mode, names, report);
}

const cases: GpuCases<GpuSharing> = {
  "a given context is used, and its loss is said": async ({ mode, watched }) => {
    const context = makeContext(mode)!;
    const before = watched.live();
    const first = await gpu({ context });
    const run = await compileAlone(first, (x) => add(x, 1), 3);
    await first.dispose();
    await run.dispose();
    expectThat(watched.live() === before, `there must be ${before} objects, got ${watched.live()}`);
    const engine = await gpu({ context });
    const twice = compile((x) => mul(x!, 2), { engine });
    expectValues(await twice([1, 2]), [2, 4]);
    context.getExtension("WEBGL_lose_context")!.loseContext();
    await expectError(() => twice([1, 2]), "EngineError", "context");
    await expectError(() => twice([1, 2]), "EngineError", "make another engine");
    await engine.dispose();
  },

  "an engine on a given context ends with all that it made there": async ({ mode, watched }) => {
    const context = makeContext(mode)!;
    const before = watched.live();
    const engine = await gpu({ context });
    const held = await engine.upload(ndarray([1, 2, 3]));
    const [result] = await compile((x) => [softmax(x!), sum(x!)], { engine, results: "device" })(held);
    await compile((x) => [softmax(x!), sum(x!)], { engine })([1, 2]);
    await engine.dispose();
    expectThat(watched.live() === before, `there must be ${before} objects, got ${watched.live()}`);
    await expectError(() => held.read(), "DisposedError", "engine");
    await expectError(() => result!.read(), "DisposedError", "engine");
    held.dispose();
    result!.dispose();
    expectThat(context.getError() === context.NO_ERROR, "WebGL must have refused nothing");
  },

  "a given context gives right results whatever else is done with it": async ({ mode }) => {
    const tried: string[] = [];
    for (const [name, change] of Object.entries(contextChanges)) {
      const context = makeContext(mode)!;
      const engine = await gpu({ context });
      const steps = compile((x, y) => [add(x!, y!), sum(mul(x!, y!))], { engine });
      const onDevice = compile((x, y) => [mul(x!, y!), sub(x!, y!)], { engine, results: "device" });
      const [x, y] = [whole([5, 6], 7), whole([5, 6], 4)];
      await steps(y, y);
      if (change(context) === "absent") continue;
      tried.push(name);
      const held = await engine.upload(x);
      // What comes first meets the change, what is compiled does too.
      const [product, difference] = (await onDevice(held, y)) as DeviceArray[];
      change(context);
      const results = [...(await steps(held, y)), { data: await held.read() }];
      change(context);
      results.push({ data: await product!.read() }, { data: await difference!.read() });
      const combine = (of: (left: number, right: number) => number): number[] =>
        [...x.data].map((value, index) => of(value, y.data[index]!));
      const products = combine((left, right) => left * right);
      const total = products.reduce((left, right) => left + right);
      const wants = [combine((a, b) => a + b), [total], [...x.data], products, combine((a, b) => a - b)];
      for (const [index, want] of wants.entries()) expectValues(results[index]!, want, `after ${name}, `);
      await engine.dispose();
      context.getExtension("WEBGL_lose_context")!.loseContext();
    }
    const least = mode === "webgl2" ? 30 : 18;
    expectThat(tried.length >= least, `${least} changes at least must be tried, got ${tried.join(", ")}`);
  },

  "a given context is given back: what was bound is bound, and nothing of the engine's": async ({ mode }) => {
    const gl = makeContext(mode)!;
    const engine = await gpu({ context: gl });
    const steps = compile((x) => [mul(x!, 2), sum(x!)], { engine });
    const onDevice = compile((x) => mul(x!, 3), { engine, results: "device" });
    const [program, buffer, framebuffer] = [makeProgram(gl, mode), gl.createBuffer(), gl.createFramebuffer()];
    const calls: Readonly<Record<string, () => unknown>> = {
      compile: () => steps([1, 2, 3]),
      run: () => steps([4, 5, 6]),
      runOnDevice: async () => (await onDevice([1, 2])).read(),
      upload: async () => (await engine.upload(ndarray([1, 2]))).read(),
      dispose: () => engine.dispose(),
    };
    for (const [name, call] of Object.entries(calls)) {
      gl.useProgram(program);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
      const vertices = gl.createVertexArray?.();
      gl.bindVertexArray?.(vertices!);
      await call();
      const expectBound = (what: string, parameter: number, want: unknown): void =>
        expectThat(gl.getParameter(parameter) === want, `after ${name}, the ${what} must be that from before`);
      expectBound("program", gl.CURRENT_PROGRAM, program);
      expectBound("buffer", gl.ARRAY_BUFFER_BINDING, buffer);
      expectBound("framebuffer", gl.FRAMEBUFFER_BINDING, framebuffer);
      if (vertices !== undefined) expectBound("vertex array", gl.VERTEX_ARRAY_BINDING, vertices);
      for (let unit = 0; unit < 16; unit++) {
        gl.activeTexture(gl.TEXTURE0 + unit);
        expectBound(`texture of unit ${unit}`, gl.TEXTURE_BINDING_2D, null);
      }
      expectThat(!gl.isEnabled(gl.SCISSOR_TEST), `after ${name}, the scissor test must be off`);
      expectThat(gl.getError() === gl.NO_ERROR, `after ${name}, there must be no error`);
    }
  },

  "a canvas without a context is a reason that is said once": async ({ mode }) => {
    const drawing = new OffscreenCanvas(1, 1);
    drawing.getContext("2d");
    const canvases: readonly unknown[] = [
      drawing,
      { getContext: () => null },
      { getContext: () => ({}) },
      {
        getContext() {
          throw new Error("no");
        },
      },
    ];
    for (const canvas of canvases) {
      const message = await expectError(
        () => gpu({ mode, canvas: canvas as OffscreenCanvas }),
        "EngineUnavailableError",
        `${mode}: `,
      );
      expectThat(message.lastIndexOf("gpu:") === 0 && !message.includes(".."), message);
    }
    const [context, another] = [makeContext(mode)!, new OffscreenCanvas(1, 1)];
    await expectError(() => gpu({ context, canvas: another }), "OutOfRangeError", "canvas must be that of the context");
    const engine = await gpu({ context, canvas: context.canvas as OffscreenCanvas, mode });
    expectValues(await compile((x) => add(x!, 1), { engine })([1]), [2]);
    await engine.dispose();
  },

  "engines on one context leave each other alone": async ({ mode }) => {
    const context = makeContext(mode)!;
    const [one, other] = [await gpu({ context }), await gpu({ context })];
    const [first, second] = [one, other].map((engine) => compile((x) => [mul(x!, 2), sum(x!)], { engine }));
    const check = async (step: typeof first, size: number): Promise<void> => {
      const x = whole([size], 5);
      const [twice, total] = await step!(x);
      expectValues(
        twice!,
        [...x.data].map((value) => 2 * value),
      );
      expectValues(total!, [x.data.reduce((left, value) => left + value)]);
    };
    for (const size of [9, 10_000, 11]) {
      await check(first, size);
      await check(second, size);
    }
    await check(first, 10_000);
    await other.dispose();
    await check(first, 9);
    await check(first, 50);
    await one.dispose();
  },
};

/** What a change could not be made of. */
type Done = "absent" | undefined | void;

/** What others may leave of a context that they share with an engine. */
const contextChanges: Readonly<Record<string, (gl: WebGL2RenderingContext) => Done>> = {
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

/** An extension whose methods and numbers the types lack. */
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

/** A program of somebody else, of which vertices can be recorded where there is such. */
function makeProgram(gl: WebGL2RenderingContext, mode: Surroundings["mode"]): WebGLProgram {
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
