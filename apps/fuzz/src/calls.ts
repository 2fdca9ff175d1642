/** How is each export called correctly? Every value of a correct call is then replaced by a hostile one. */
import { fileURLToPath } from "node:url";
import { evaluation, states } from "@symloss/evaluation";
import { conformanceCases, lossSamples } from "@symloss/conformance";
import {
  type Engine,
  NDArray,
  Tensor,
  add,
  asTensor,
  compile,
  exp,
  mul,
  ndarray,
  scan,
  square,
  sum,
} from "@symloss/core";
import {
  type BinaryOperation,
  type Graph,
  HostDeviceArray,
  Lifetime,
  type UnaryOperation,
  binaryOperations,
  nodesWithin,
  operationFacts,
  prepare,
  traceGraph,
  unaryOperations,
} from "@symloss/core/engine";
import { cpu } from "@symloss/engine-cpu";
import { type LossName, losses } from "@symloss/losses";

/** A correct call: the object that has the method, and its arguments, created anew each time. */
export interface RightCall {
  readonly self?: () => unknown;
  readonly args: () => readonly unknown[];
}

/** The correct calls of a function, by the name of its export. */
export type CallTable = Readonly<Record<string, readonly RightCall[]>>;

/** The correct calls of everything that is published. */
export function rightCalls(engine: Engine): CallTable {
  return {
    ...prefixed("@symloss/core", coreCalls(engine)),
    ...prefixed("@symloss/core/engine", { ...contractCalls(engine), ...sharedCalls() }),
    ...prefixed("@symloss/losses", lossCalls()),
    ...prefixed("@symloss/losses/matching", { clusterAccuracy: [with_(labels(), labels(), 2, { engine })] }),
    ...prefixed("@symloss/loops", loopCalls(engine)),
    ...prefixed("@symloss/conformance", conformanceCalls(engine)),
    ...prefixed("@symloss/engine-cpu", {
      cpu: [with_({ mode: "codegen" })],
      "cpu().upload": [{ self: () => (array: NDArray) => engine.upload(array), args: () => [matrix()] }],
    }),
    ...prefixed("@symloss/engine-cpu/interpreter", { interpreter: [with_({})] }),
    ...prefixed("@symloss/engine-onnx/export", exportCalls),
    ...prefixed("@symloss/engine-onnx", {
      ...exportCalls,
      onnx: [with_({ numThreads: 1, executionProviders: ["wasm"] })],
    }),
    ...prefixed("@symloss/engine-wasm", {
      wasm: [with_({ memory: { initial: 2 ** 17, maximum: 2 ** 20 }, relaxedSimd: false })],
    }),
    ...prefixed("@symloss/engine-gpu", {
      gpu: [with_({ mode: "webgl2", packed: true, canvas: undefined, context: undefined })],
    }),
    ...prefixed("@symloss/evaluation", {
      evaluation: [
        with_(({ x }: { readonly x: Tensor }) => ({ x: states.mean(x) }), {
          columns: { x: "float32" },
          query: "query",
          batch: 4,
        }),
      ],
      ...each(["states.mean", "states.perplexity"], with_([1, 2], { weights: [1, 2] })),
      "states.sum": [with_([1, 2])],
      "states.moments": [with_([1, 2], [1, 3])],
      ...each(["states.confusion", "states.clusteringAccuracy"], with_([0, 1], [1, 1], { classes: 2 })),
      ...each(["states.rocAuc", "states.averagePrecision"], with_([0, 1], [0.5, 1], { exact: true })),
      "states.quantiles": [with_([1, 2], { at: [0.5], exact: false })],
      "states.calibration": [with_([0.5, 1], [true, false], { bins: 2 })],
      "states.topK": [with_([1, 2], { k: 2 })],
      "states.ndcg": [with_([1, 2], [1, 3], { k: 2, gain: "exponential", whenUndefined: 0 })],
    }),
    ...prefixed("@symloss/evaluation/workers", {
      runInWorkers: [with_(new URL("../test/none.js", import.meta.url), { workers: 1 })],
    }),
    ...prefixed("@symloss/evaluation/bullmq", {
      runOnQueue: [with_(meanOfX, oneShard, { connection: "redis://127.0.0.1:9", patience: 1 })],
      serve: [with_(meanOfX, { connection: "redis://127.0.0.1:9", source: oneShard, engine })],
    }),
    ...prefixed("@symloss/evaluation/files", {
      duckdb: [with_("*.csv", { folder: ".", where: "x > 1", threads: 1 })],
      files: [with_("*.jsonl", { folder: ".", format: "jsonl" })],
      fileCheckpoint: [with_("run.jsonl", { everyRows: 5 })],
      fileRuns: [with_("runs")],
      idx: [with_({ label: "label.idx" })],
      npy: [with_({ label: "label.npy" })],
    }),
    ...prefixed("@symloss/evaluation/web", {
      blobs: [with_([new File(["{}"], "a.jsonl")], { format: "jsonl" })],
      urls: [with_("http://127.0.0.1/a.jsonl", { format: "jsonl", ...asking() })],
      ...each(["idx", "npy"], with_({ label: "http://127.0.0.1/label" }, asking())),
    }),
    ...prefixed("@symloss/cli", {
      loadLoss: [with_(`${lossFile}#huber`)],
      runProgram: [with_(["export", "huber", "--help"], { out: () => {}, error: () => {} })],
    }),
  };
}

/** What is evaluated. */
const meanOfX = evaluation(({ x }: { readonly x: Tensor }) => ({ x: states.mean(x) }), { columns: { x: "float32" } });

/** One shard of it. */
const oneShard = { shards: () => [{ shard: "one", read: () => [{ x: [1, 2] }] }] };

/** How files at addresses are asked for. */
const asking = (): object => ({ fetch: () => {}, headers: { Accept: "*/*" }, signal: new AbortController().signal });

/** A file that exports a loss. */
const lossFile = fileURLToPath(new URL("../../../packages/losses/src/regression/huber.ts", import.meta.url));

/** Which two entries export. */
const exportCalls: CallTable = {
  exportOnnx: [
    with_((inputs: Readonly<Record<string, Tensor>>) => ({ loss: inputs["x"]!.square().sum() }), {
      inputs: { x: { shape: ["batch", 2], dtype: "float32" } },
      outputs: ["loss"],
      gradient: ["x"],
      name: "model",
      metadata: { author: "someone" },
    }),
  ],
};

function prefixed(entry: string, calls: CallTable): CallTable {
  return Object.fromEntries(Object.entries(calls).map(([name, list]) => [`${entry} ${name}`, list]));
}

function with_(...args: readonly unknown[]): RightCall {
  return { args: () => args };
}

function each(names: readonly string[], ...calls: readonly RightCall[]): CallTable {
  return Object.fromEntries(names.map((name) => [name, calls]));
}

const matrix = (): NDArray =>
  ndarray([
    [1, 2],
    [3, 4],
  ]);
const positive = (): NDArray =>
  ndarray([
    [0.5, 0.25],
    [0.25, 0.5],
  ]);
const labels = (): Int32Array => new Int32Array([0, 1]);
const tensor = (): Tensor => asTensor(matrix());
const oneOf = (...args: readonly unknown[]): RightCall => ({
  args: () => args.map((arg) => (typeof arg === "function" ? (arg as () => unknown)() : arg)),
});
const fn = (call: (...args: Tensor[]) => unknown) => () => call;

const isLogical = (operation: UnaryOperation | BinaryOperation): boolean =>
  operationFacts[operation].operands[0] === "bool";

/** For one tensor, and for two. */
const unary = [...unaryOperations.filter((operation) => !isLogical(operation)), "isNaN", "square", "stopGradient"];
const binary = [
  ...binaryOperations.filter((operation) => !isLogical(operation)),
  "greater",
  "greaterEqual",
  "notEqual",
  "atan2",
  "logAddExp",
  "xlogy",
];
const reductions = ["sum", "mean", "max", "min", "variance", "standardDeviation", "norm"];

/** The functions that are also methods of tensors, without their first argument. */
const rest: CallTable = {
  ...each(unary, oneOf()),
  ...each(binary, oneOf(matrix), oneOf(2)),
  matmul: [oneOf(matrix)],
  ...each(["logicalAnd", "logicalOr"], oneOf(true)),
  logicalNot: [oneOf()],
  clip: [oneOf(0, 2)],
  cast: [oneOf("float64")],
  ...each(reductions, oneOf({ axis: [0], keepAxes: true }), oneOf(1), oneOf([0, 1])),
  logSumExp: [oneOf({ axis: [0], keepAxes: true, mask: [true, false] }), oneOf(1)],
  normalize: [oneOf(1), oneOf([0, 1])],
  argmax: [oneOf({ axis: 0, keepAxes: true }), oneOf(1)],
  ...each(["softmax", "logSoftmax"], oneOf(1)),
  ...each(["sort", "argsort"], oneOf({ axis: 0, descending: true })),
  cumsum: [oneOf({ axis: 0, reverse: true })],
  reshape: [oneOf([4, -1])],
  transpose: [oneOf([1, 0])],
  expandDims: [oneOf(0)],
  squeeze: [oneOf([])],
  broadcastTo: [oneOf([3, 2, 2])],
  slice: [oneOf([0, 1], [1, 2])],
  pad: [oneOf([1, 0], [0, 1])],
  take: [oneOf(labels, 1)],
  takeAlongAxis: [oneOf([[0], [1]], 1)],
  oneHot: [oneOf(3, "float32")],
};

/** What a method or function is applied to. */
function operandOf(name: string): () => unknown {
  if (name.startsWith("logical")) return () => asTensor([[true, false]]);
  return name === "oneHot" ? () => asTensor(labels()) : tensor;
}

function coreCalls(engine: Engine): CallTable {
  const functions = Object.entries(rest).map(([name, calls]) => [
    name,
    calls.map(({ args }) => ({ args: () => [operandOf(name)(), ...args()] })),
  ]);
  const methods = Object.entries(rest).map(([name, calls]) => [
    `Tensor#${name}`,
    calls.map(({ args }) => ({ self: operandOf(name), args })),
  ]);
  return {
    ...(Object.fromEntries([...functions, ...methods]) as CallTable),
    ...sharedCalls(),
    where: [oneOf([true, false], matrix, 3)],
    weightedBy: [oneOf(matrix, positive)],
    asTensor: [oneOf(matrix), oneOf([1, 2])],
    asTensors: [oneOf("caller", { x: matrix(), y: 2 })],
    broadcastTogether: [oneOf("caller", ["x", "y"], [tensor(), tensor()])],
    toFloat: [oneOf(tensor)],
    ...each(["isTensor", "isNDArray", "describe"], oneOf(matrix)),
    ndarray: [
      oneOf([1, 2, 3, 4], [2, 2], "float32"),
      oneOf(new Float32Array(4), [4]),
      oneOf({ data: new Float32Array(4), shape: [2, 2], dtype: "float32", stride: [1, 2], offset: 0 }),
      oneOf({ data: new Uint8Array(4), dims: [4], type: "bool" }),
    ],
    broadcastShapes: [oneOf([2, 1], [3])],
    normalizeAxes: [oneOf("caller", [0, 1], 2)],
    arange: [oneOf(3, "float32")],
    ...each(["ones", "zeros"], oneOf([2, 3], "float32")),
    eye: [oneOf(3, "float32")],
    checkClassIndices: [oneOf("caller", "labels", () => asTensor(labels()), 2)],
    ...each(
      ["concat", "stack"],
      oneOf(
        [
          [1, 2],
          [3, 4],
        ].map((row) => ndarray(row)),
        0,
      ),
    ),
    segmentSum: [oneOf(matrix, labels, 3)],
    bincount: [oneOf(labels, 3)],
    einsum: [oneOf("ij,jk->ik", matrix, matrix)],
    check: [
      oneOf("caller", "x", tensor, { kind: "classIndices", classes: 9 }),
      oneOf("caller", "x", tensor, { kind: "positive" }),
      oneOf("caller", "x", tensor, { kind: "wholeNumbers", help: "Round them." }),
    ],
    customGradient: [oneOf(fn((x) => ({ value: square(x!), gradient: (cotangent: Tensor) => [mul(cotangent, x!)] })))],
    ...each(
      ["grad", "valueAndGrad"],
      oneOf(
        fn((x) => sum(square(x!))),
        { wrt: [0], auxiliary: false },
      ),
    ),
    compile: [
      oneOf(
        fn((x) => exp(x!)),
        { engine, results: "host", simplify: true, dynamic: [{ argument: 0, axis: 0, name: "batch" }] },
      ),
    ],
    compileSync: [
      oneOf(
        fn((x) => exp(x!)),
        { engine, results: "host", simplify: true, dynamic: [{ argument: 0, axis: 0, name: "batch" }] },
      ),
    ],
    evaluateSync: [oneOf(tensor, { engine, simplify: true })],
    dispose: [{ args: () => [{ handles: [engine.upload(matrix())] }] }],
    upload: [oneOf({ weights: [1, 2], bias: 0 }, { engine })],
    "tree.map": [
      oneOf(
        fn(() => 1),
        { a: [1, 2], b: 3 },
      ),
    ],
    "tree.leaves": [oneOf({ a: [1, 2], b: 3 })],
    vmap: [
      oneOf(
        fn((x) => exp(x!)),
        { in: [0], out: 0 },
      ),
    ],
    ...each(
      ["hessian", "hessianVectorProduct", "jacobian", "jvp"],
      oneOf(
        fn((x) => sum(square(x!))),
        { wrt: 0 },
      ),
    ),
    checkGradients: [
      oneOf(
        fn((x) => square(x!)),
        [[1, 2]],
        { engine, wrt: [0], static: [], order: 2, dtype: "float64", tolerance: 0.001 },
      ),
    ],
    scan: [
      oneOf(
        fn((carry, slice) => [add(carry!, slice!), mul(carry!, slice!)]),
        [0, 0],
        matrix,
        { length: 2, reverse: true },
      ),
    ],
    evaluate: [oneOf(tensor, { engine, simplify: true }), oneOf({ a: tensor(), b: [tensor()] }, { engine })],
    explain: [
      oneOf(
        fn((x) => exp(x!)),
        { engine, simplify: true },
        { shape: [2], dtype: "float32" },
      ),
    ],
    selectEngine: [
      oneOf(
        { cpu: () => engineOf() },
        { prefer: "cpu", allowSoftware: false, fastest: { fn: (x: Tensor) => exp(x), args: [[1, 2]] } },
      ),
      oneOf({ cpu: () => engineOf() }, { require: "cpu" }),
    ],
    ...calledLater(engine),
  };
}

/** What a call returns is called too, on arrays: these are not exports, but users do call them. */
function calledLater(engine: Engine): CallTable {
  const compiled = compile((x: Tensor, options: { readonly y: Tensor }) => [add(x, options.y), x], { engine });
  const onDevice = compile((x: Tensor) => exp(x), { engine, results: "device" });
  const parted = compile((x: Tensor) => ({ x, y: [exp(x)] as const }), {
    engine,
    results: { x: "host", y: ["device"] },
  });
  return {
    "compile()": [{ self: () => compiled, args: () => [[1, 2], { y: 3 }] }],
    "compile().into": [
      {
        self:
          () =>
          (...args: never[]) =>
            compiled.into(...(args as unknown as Parameters<typeof compiled.into>)),
        args: () => [[new Float32Array(2), new Float32Array(2)], [1, 2], { y: 3 }],
      },
    ],
    "compile() on the device": [{ self: () => onDevice, args: () => [[1, 2]] }],
    "compile() in parts": [{ self: () => parted, args: () => [[1, 2]] }],
  };
}

async function engineOf(): Promise<Engine> {
  return cpu({ mode: "interpreter" });
}

/** What both entries of core export. */
function sharedCalls(): CallTable {
  const errors = [
    "ShapeError",
    "DTypeError",
    "OutOfRangeError",
    "UnsupportedOperationError",
    "EngineUnavailableError",
    "EngineError",
    "DisposedError",
    "GradientError",
    "SymlossError",
  ];
  return {
    ...each(errors, oneOf("message", { cause: 1 })),
    isSymlossError: [oneOf(new Error("x"))],
    isFloat: [oneOf("float32")],
    sameShape: [oneOf([2], [2])],
    Tensor: [oneOf("constant", [], { data: new Float32Array(2), shape: [2], dtype: "float32" }, [2], "float32")],
    "Tensor#toString": [{ self: tensor, args: () => [] }],
    NDArray: [oneOf(new Float32Array(2), [2], "float32")],
    "NDArray.from": [oneOf({ dtype: "float32", shape: [2], data: [0.5, "-Infinity"] })],
    ...each(["NDArray#item", "NDArray#toArray", "NDArray#toJSON", "NDArray#toString"], {
      self: () => ndarray([1]),
      args: () => [],
    }),
    ...(Object.fromEntries(
      Object.entries(rest).map(([name, calls]) => [
        `Tensor#${name}`,
        calls.map(({ args }) => ({ self: operandOf(name), args })),
      ]),
    ) as CallTable),
    describe: [oneOf(matrix)],
  };
}

const traced = (): Graph => traceGraph("fuzz", ({ x }: { x: Tensor }) => exp(x).sum(), { x: { shape: [2, 2] } });

function contractCalls(engine: Engine): CallTable {
  const handle = (): HostDeviceArray => new HostDeviceArray(engine, new Float32Array(2), [2], "float32");
  const single = (): HostDeviceArray => new HostDeviceArray(engine, new Float32Array(1), [1], "float32");
  const options = { axis: { must: "an integer", holds: Number.isInteger, error: RangeError } };
  return {
    selfTest: [oneOf(engine)],
    HostDeviceArray: [oneOf(engine, new Float32Array(2), [2], "float32")],
    ...each(["HostDeviceArray#read", "HostDeviceArray#dispose"], { self: handle, args: () => [] }),
    runCheck: [oneOf({ caller: "fuzz", argument: "x", kind: "positive" }, Float32Array.of(1), [1])],
    withLengths: [oneOf(["batch", 3], { batch: 2 })],
    AbstractDeviceArray: [oneOf()],
    "AbstractDeviceArray#item": [{ self: single, args: () => [] }],
    asyncDisposable: [oneOf(() => undefined)],
    hostDataOf: [oneOf(engine, handle)],
    hostEngine: [oneOf({ name: "given", device: "none", traits: engine.traits, compile: () => undefined })],
    otherEngine: [oneOf(engine, engine)],
    Lifetime: [oneOf("an engine")],
    ...each(["Lifetime#require", "Lifetime#end"], { self: () => new Lifetime("an engine"), args: () => ["run"] }),
    ...each(["constantBytes", "formatGraph", "graphKey", "collectChecks", "simplify"], oneOf(traced)),
    topologicalOrder: [oneOf(() => traced().outputs)],
    nodesWithin: [oneOf(traced)],
    substitute: [oneOf(() => traced().outputs, new Map())],
    groupScans: [oneOf(() => nodesWithin(traced()))],
    isScan: [oneOf(tensor)],
    runSteps: [
      oneOf(() => scan((total, x) => [total.add(x)], 0, [1, 2])[0], [0, [1, 2]], {
        sliceAt: (sequence: readonly number[], place: number) => sequence[place],
        runBody: (inputs: readonly number[]) => [inputs[0]! + inputs[1]!],
        keep: () => {},
      }),
    ],
    verify: [oneOf(() => prepare(traced(), engine))],
    prepare: [oneOf(traced, engine, { simplify: true })],
    lower: [oneOf(traced, engine.traits.operations, "cpu")],
    refusedNode: [oneOf(new Error("x"))],
    traceGraph: [
      oneOf(
        "caller",
        fn(() => tensor()),
        { x: { shape: [2, "batch"], dtype: "float32" } },
      ),
    ],
    conditionOf: [oneOf({ kind: "classIndices", classes: 9 }), oneOf({ kind: "positive" })],
    checkUpload: [oneOf(engine, matrix)],
    allocate: [oneOf("float32", 3)],
    castNumber: [oneOf(1.5, "int32")],
    formatDType: [oneOf("float32")],
    formatShape: [oneOf([2, "batch"])],
    formatType: [oneOf("float32", [2])],
    holds: [oneOf("float32", new Float32Array(1))],
    dropAxes: [oneOf([2, 3], [1])],
    ...each(["isConcrete", "sizeOf", "stridesOf"], oneOf([2, 3])),
    ...each(["isBinary", "isElementwise", "isUnary"], oneOf("add")),
    hasProperty: [oneOf("add", "commutative")],
    ...scalarCalls(),
    print: [oneOf("x")],
    ...each(
      ["engineRule", "flagRule", "functionRule", "recordRule"].map((rule) => `${rule}.holds`),
      oneOf(true),
    ),
    ...each(
      ["engineRule", "flagRule", "functionRule", "recordRule"].map((rule) => `${rule}.error`),
      oneOf("message", { cause: 1 }),
    ),
    "engineRule.help": [oneOf(undefined)],
    checkOptions: [oneOf("caller", { axis: 1 }, options, "options")],
    requireRule: [oneOf("caller", "axis", options.axis, 1)],
    nearestName: [oneOf("axes", ["axis"])],
    unknownName: [oneOf("caller", "options", "axes", ["axis"])],
    isRecord: [oneOf({})],
    isDType: [oneOf("float32")],
    isLength: [oneOf(2)],
    isForeignArray: [oneOf({ data: new Float32Array(2), shape: [2] })],
  };
}

function scalarCalls(): CallTable {
  const names = (list: readonly string[], table: string) => list.map((name) => `${table}.${name}`);
  return {
    ...each(names(unaryOperations, "unaryScalar"), oneOf(1)),
    ...each(names(binaryOperations, "binaryScalar"), oneOf(1, 2)),
  };
}

function lossCalls(): CallTable {
  const named = Object.keys(losses) as LossName[];
  return {
    ...Object.fromEntries(named.flatMap((name) => [name, `losses.${name}`].map((key) => [key, callsOfLoss(name)]))),
    sigmoidCrossentropyLogits: callsOfLoss("sparseSigmoidCrossentropyLogits"),
    isLoss: [oneOf(() => losses.huber)],
    defineLoss: [
      oneOf(
        {
          name: "own",
          arguments: {
            labels: { shape: "[batch]", elements: "classIndex", of: "classes", except: "ignored" },
            scores: "[batch, classes]",
          },
          broadcasts: false,
          comparesRows: false,
          differentiable: true,
          options: {
            ignored: { kind: "int", default: -1 },
            form: { kind: "choice", choices: ["one", "other"], default: "one" },
            weights: { kind: "tensor", shape: "[batch]", must: "positive", default: 1 },
          },
          results: { loss: "[batch]" },
        },
        () =>
          (labels: Tensor, scores: Tensor, { weights }: { readonly weights: Tensor }) =>
            scores.sum(1).sub(labels).mul(weights),
      ),
    ],
    normalDivergence: [oneOf({ mean: matrix(), variance: positive() }, { mean: matrix(), variance: positive() })],
    normalEntropy: [oneOf({ mean: matrix(), variance: positive() })],
    normalLogProbability: [oneOf(matrix, { mean: matrix(), variance: positive() })],
    categoricalEntropy: [oneOf(matrix)],
    categoricalLogProbability: [oneOf(labels, matrix)],
    reduce: [
      oneOf(matrix, { reduction: "mean", weights: matrix(), mask: [true, false], whenEmpty: 0 }),
      oneOf(matrix, { reduction: "sum", denominator: 3 }),
    ],
    fenchelYoung: [oneOf(() => (x: Tensor) => x.logSumExp(-1))],
    reduceParts: [oneOf(matrix, { reduction: "weightedMean", weights: matrix(), mask: [true, false] })],
    rowMask: [oneOf(labels, -1)],
    rowWeights: [oneOf(labels, [1, 2], { ignoreIndex: 1 })],
  };
}

/** In every form by position, and by name with every option. */
function callsOfLoss(name: LossName): readonly RightCall[] {
  const samples = lossSamples(name, { leading: [2], everyOption: true });
  const { inputs, options } = samples.at(-1)!;
  return [...samples.map((sample) => with_(...Object.values(sample.inputs), sample.options)), with_(inputs, options)];
}

function loopCalls(engine: Engine): CallTable {
  return {
    planLoops: [
      oneOf(() => prepare(traced(), engine)),
      oneOf(() => prepare(traced(), engine), { namedDimensions: true }),
    ],
    allStatements: [oneOf([])],
    buffersOf: [oneOf({ kind: "fill", buffer: {}, value: 0 })],
    operandsOf: [oneOf({ kind: "store", address: { constant: 0, terms: [] }, value: { kind: "constant", value: 1 } })],
    blockSizes: [oneOf(3, 4, 5)],
    ...each(["digitBits", "sortScratch"], oneOf(3)),
    wholeTiles: [oneOf(3)],
    ...each(["addLengths", "multiplyLengths", "isLengthAtLeast", "isSameLength"], oneOf(3, 4)),
    ...each(["assumeLength", "formatLength", "isNamedLength", "lengthKey", "lengthOf"], oneOf(3)),
    resolveLength: [oneOf(3, { batch: 2 })],
    bytesOf: [oneOf([], "scratch")],
    describePlan: [oneOf({ parts: [], buffers: [], programs: [] })],
  };
}

function conformanceCalls(engine: Engine): CallTable {
  const [first] = conformanceCases(engine, { createEngine: engineOf });
  const failures = [{ case: first!.name, reason: "it is off" }];
  return {
    checkExpectedFailures: [oneOf([first], failures)],
    runCase: [oneOf(first, engine, { expectedFailures: [] })],
    ConformanceError: [oneOf("message", { cause: 1 })],
    goldenCasesOf: [oneOf("huber")],
    lossSamples: [oneOf("huber", { lengths: { batch: 2 }, leading: [2, 3], everyOption: true })],
    findDisagreement: [oneOf({ engines: { cpu: engine }, seed: 1, runs: 1, path: "0" })],
    summarizeOutcomes: [oneOf([{ status: "passed" }, { status: "skipped", reason: "x", missing: "less" }])],
    conformanceCases: [oneOf(engine, { createEngine: engineOf, reference: engine, seed: 1, runs: 1 })],
    allowedBy: [oneOf({ absolute: 1, relative: 1 }, [1, 2])],
    roundingOf: [oneOf("add", "float32", "float32")],
    toleranceOf: [oneOf("float32", "float32")],
  };
}
