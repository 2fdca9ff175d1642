/** How do graphs run in ONNX Runtime, and what does the engine guarantee? */
import {
  type Engine,
  EngineError,
  type Graph,
  type HostProgram,
  type Lengths,
  Lifetime,
  type TypedArray,
  type Value,
  bytesPerElement,
  constantBytes,
  hostEngine,
  isConcrete,
  selfTest,
  sizeOf,
  withLengths,
} from "@symloss/core/engine";
import { lowerMissing } from "./kernels.ts";
import { copiesWhileOpening, peakBytes, sessionBytes } from "./memory.ts";
import { type Model, type Node, encodeModel } from "./model.ts";
import { writtenOperations } from "./operations.ts";
import { type OnnxOptions, checkOnnxOptions } from "./options.ts";
import { type Device, liveDevice, openDevice, runJob } from "./runtime.ts";
import { type RuntimeTensor, type Session, createSession, runSession } from "./session.ts";
import { inputName, toFeeds } from "./tensors.ts";
import { translate } from "./translate.ts";

/**
 * Makes the engine that runs graphs as ONNX models in ONNX Runtime.
 * Throws `DTypeError` or `OutOfRangeError` if an option is unknown or invalid, and `EngineUnavailableError` if the runtime does not
 * work.
 * @example const { data } = await evaluate(sum([1, 2, 3]), { engine: await onnx() });
 */
export async function onnx(options: OnnxOptions = {}): Promise<Engine> {
  checkOnnxOptions(options);
  const settings = { ...options };
  const engine = makeEngine(await openDevice(settings), settings);
  await selfTest(engine);
  return engine;
}

function makeEngine(first: Device, options: OnnxOptions): Engine {
  const { settings, float64 } = first;
  const home: Home = { options, device: first, sessions: new Set(), lifetime: new Lifetime('engine "onnx"') };
  return hostEngine({
    name: "onnx",
    device: `${settings.provider} x${settings.threads}`,
    traits: {
      dtypes: float64 ? ["float32", "float64", "int32", "bool"] : ["float32", "int32", "bool"],
      operations: writtenOperations,
      precision: "float32",
      nonFinite: "strict",
      rowIndependent: false,
      synchronous: false,
      namedDimensions: true,
    },
    async compile(given) {
      const graph = lowerMissing(given);
      const model = toModel(graph, home.device);
      return makeProgram(home, graph, describeModel(model), await openSession("compile", home, graph, model));
    },
    async dispose() {
      home.lifetime.end();
      await Promise.all([...home.sessions].map((opened) => releaseSession(home, opened)));
    },
  });
}

/** What the sessions of an engine share; the device is replaced once its runtime is lost. */
interface Home {
  readonly options: OnnxOptions;
  device: Device;
  readonly sessions: Set<Opened>;
  /** Checked after every wait, during which the engine may have been disposed. */
  readonly lifetime: Lifetime;
}

/** A session, and its device. */
interface Opened {
  readonly session: Session;
  readonly device: Device;
  /** Bytes that it holds between runs. */
  readonly held: number;
}

function toModel(graph: Graph, { float64 }: Device): Model {
  const inputs = graph.inputs.map((_, index) => inputName(index));
  const outputs = graph.outputs.map((_, index) => `output_${index}`);
  return { name: "graph", ...translate(graph, { inputs, outputs, float64 }) };
}

async function openSession(caller: string, home: Home, graph: Graph, model: Model): Promise<Opened> {
  home.device = await liveDevice(caller, home.device, home.options);
  home.lifetime.require(caller);
  const { device } = home;
  const { runtime, instance, settings } = device;
  const held = sessionBytes(graph, model.nodes.length);
  // Of a graph whose lengths are known only to a run, so is this.
  const peak = graph.inputs.every(({ shape }) => isConcrete(shape)) ? peakBytes(graph) : 0;
  const opened = await runJob(caller, instance, async () => {
    requireRoom(caller, device, Math.max(held + peak, copiesWhileOpening * constantBytes(graph)));
    const session = await createSession(runtime, encodeModel(model), settings);
    instance.held += held;
    return { session, device, held };
  });
  home.sessions.add(opened);
  if (home.lifetime.ended) await releaseSession(home, opened);
  home.lifetime.require(caller);
  return opened;
}

/** Releases a session, at most once. A session whose runtime is lost is already gone. */
async function releaseSession(home: Home, opened: Opened): Promise<void> {
  if (!home.sessions.delete(opened)) return;
  const { instance } = opened.device;
  await instance.queue.run(async () => {
    instance.held -= opened.held;
    if (instance.lost === undefined) await opened.session.release();
  });
}

/** How much of WebAssembly's 4 GiB is used: the peak is only an estimate, and free memory is fragmented. */
const usableBytes = 3 * 2 ** 30;

function requireRoom(caller: string, { instance, settings }: Device, bytes: number): void {
  if (settings.provider !== "wasm" || instance.held + bytes <= usableBytes) return;
  throw new EngineError(
    `${caller}: out of memory: the graph would take about ${inMebibytes(bytes)} in addition to ${inMebibytes(instance.held)} held by other ` +
      `sessions, but engine "onnx" (wasm) has ${inMebibytes(usableBytes)}. Use smaller batches, or run on onnxruntime-node.`,
  );
}

function inMebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

/** A session that is reopened if its runtime has been lost. */
interface HeldSession {
  /** The session, synchronously if it is open. Rejects with `EngineError` if it can't be reopened. */
  live(caller: string): Opened | Promise<Opened>;
  release(): Promise<void>;
}

function holdSession(home: Home, graph: Graph, first: Opened): HeldSession {
  let opened: Opened | Promise<Opened> = first;
  const openAgain = async (caller: string): Promise<Opened> => {
    home.device = await liveDevice(caller, home.device, home.options);
    return openSession(caller, home, graph, toModel(graph, home.device));
  };
  return {
    live(caller) {
      if (opened instanceof Promise || opened.device.instance.lost === undefined) return opened;
      const lost = opened;
      home.sessions.delete(lost);
      const again = openAgain(caller);
      opened = again;
      again.then(
        (open) => (opened = open),
        () => (opened = lost),
      );
      return again;
    },
    async release() {
      // If it could not be reopened, there is nothing to release.
      const last = await Promise.resolve(opened).catch(() => undefined);
      if (last !== undefined) await releaseSession(home, last);
    },
  };
}

/** What a run with these lengths demands. */
interface Demand {
  readonly lengths: Lengths | undefined;
  /** The order in which the runtime reads the inputs: the largest first, since only the first can be read before a run returns. */
  readonly reads: readonly number[];
  /** Bytes that it takes in addition to what the session holds. */
  readonly peak: number;
}

function demandOf(graph: Graph, lengths: Lengths | undefined): Demand {
  const bytes = graph.inputs.map(({ shape, dtype }) => sizeOf(withLengths(shape, lengths)) * bytesPerElement[dtype]);
  const reads = [...graph.inputs.keys()].toSorted((left, right) => bytes[right]! - bytes[left]!);
  return { lengths, reads, peak: peakBytes(graph, lengths) };
}

/** Whether a demand is that of a run with these lengths. */
function isFor({ lengths: own }: Demand, lengths: Lengths | undefined): boolean {
  return own === lengths || Object.entries(lengths ?? {}).every(([name, length]) => own?.[name] === length);
}

function makeProgram(home: Home, graph: Graph, description: string, first: Opened): HostProgram {
  let demand: Demand | undefined;
  const outputNames = graph.outputs.map((_, index) => `output_${index}`);
  const constants = constantBytes(graph);
  const held = holdSession(home, graph, first);
  let spare: Copies | undefined;
  return {
    description,
    get bytes() {
      // The constants are held twice: by the session, and by the graph from which it can be reopened.
      return first.held + constants + bytesOf(spare ?? []);
    },
    async run(values, _, caller, given, lengths) {
      if (demand === undefined || !isFor(demand, lengths)) demand = demandOf(graph, lengths);
      const own = demand;
      const ready = held.live(caller);
      const atOnce = !(ready instanceof Promise) && ready.device.readsFirst && ready.device.instance.queue.idle;
      const kept = keepInputs(values, given, atOnce ? own.reads[0] : undefined, spare);
      spare = undefined;
      try {
        const results = await runOn(caller, graph, own, ready instanceof Promise ? await ready : ready, kept.arrays);
        return outputNames.map((name) => results[name]!.data as TypedArray);
      } finally {
        // Reused by the next run: allocating memory costs more than copying.
        if (kept.bytes <= mostSpareBytes) spare = kept.copies;
      }
    },
    dispose: () => held.release(),
  };
}

/** Copies of inputs, by position; undefined for an input that was not copied. */
type Copies = readonly (TypedArray | undefined)[];

/** The most bytes of copies that an executable keeps between runs. */
const mostSpareBytes = 2 ** 24;

/**
 * The elements of the values, which their owners may change as soon as the call returns: copied, except the engine's own arrays,
 * which nobody changes, and the one input that the runtime reads immediately.
 */
function keepInputs(
  values: readonly TypedArray[],
  given: readonly Value[],
  readAtOnce: number | undefined,
  spare: Copies = [],
): { readonly arrays: readonly TypedArray[]; readonly copies: Copies; readonly bytes: number } {
  const copies = values.map((value, index) =>
    index === readAtOnce || value !== given[index] ? undefined : copyInto(spare[index], value),
  );
  return { arrays: values.map((value, index) => copies[index] ?? value), copies, bytes: bytesOf(copies) };
}

function copyInto(spare: TypedArray | undefined, source: TypedArray): TypedArray {
  if (spare?.length !== source.length) return source.slice();
  spare.set(source);
  return spare;
}

function bytesOf(copies: Copies): number {
  return copies.reduce((bytes, copy) => bytes + (copy?.byteLength ?? 0), 0);
}

/** The results by name. Nothing is awaited before the job is queued, nor, within the job, before the first input is read. */
function runOn(
  caller: string,
  graph: Graph,
  { lengths, reads, peak }: Demand,
  { session, device }: Opened,
  arrays: readonly TypedArray[],
): Promise<Readonly<Record<string, RuntimeTensor>>> {
  const { runtime, instance } = device;
  const feeds = toFeeds(runtime, graph.inputs, reads, arrays, lengths);
  // The runtime allocates the results: it silently writes nothing into arrays passed for them.
  return runJob(caller, instance, async () => {
    requireRoom(caller, device, peak);
    return runSession(session, feeds);
  });
}

/** One line for each node of the model, then its size. */
function describeModel(model: Model): string {
  return [
    ...model.nodes.flatMap(describeNode),
    `a model of ${model.nodes.length} nodes, ${model.constants.length} constants`,
  ].join("\n");
}

/** The node, and what is inside it. */
function describeNode({ type, inputs, outputs, attributes }: Node): string[] {
  const inside = Object.values(attributes).flatMap((value) =>
    typeof value === "object" && "nodes" in value ? value.nodes.flatMap(describeNode) : [],
  );
  return [`${type}(${inputs.join(", ")}) -> ${outputs.join(", ")}`, ...inside.map((line) => `  ${line}`)];
}
