/** How does a kernel read in gpu.js's language? Each thread computes its elements from the arrays that it reads, in literal loops. */
import { EngineError, stridesOf } from "@symloss/core/engine";
import { type TextureShape, lanes } from "./layout.ts";
import type { Call } from "./functions.ts";
import {
  type Index,
  type Position,
  type Variable,
  combine,
  constantIndex,
  depthOf,
  divide,
  flatten,
  indexOf,
  indexSource,
  isConstant,
  largestStep,
  positionKey,
  shift,
  unflatten,
} from "./index-expression.ts";
import { schedule } from "./schedule.ts";
import {
  type Source,
  callSource,
  integerSource,
  joinSources,
  nameSource,
  numberSource,
  source as code,
} from "./source.ts";
import { type Statement, measureStatements, writeStatements } from "./statement.ts";
import {
  type MapValue,
  type Partial,
  type Reduce,
  type Value,
  insertAxes,
  reducedLength,
  reducedPosition,
} from "./node.ts";

/** Where the elements of a value lie: four to a texel, or one, in a channel of it, so that several values can share a texture. */
export interface Place {
  readonly texture: number;
  /** Undefined: four elements to a texel. */
  readonly channel?: number;
}

/** How a kernel's threads compute its roots. */
export interface Shape {
  /** Whether a thread computes four elements in a row of each root, each in a texture of its own, or one element of each, all in one. */
  readonly packed: boolean;
  /** How many elements a turn of a loop puts together. */
  readonly unroll: 1 | 4;
  /** In how many equal parts the only root lies, of each of which a thread computes four elements, so that parts share what is read. */
  readonly parts: 1 | 4;
}

/** What a kernel is made of. */
export interface KernelRequest extends Shape {
  /** All of one size. */
  readonly roots: readonly Value[];
  readonly output: TextureShape;
  /** Elements that an index can tell apart. */
  readonly indices: number;
  /** Where a value is read; undefined: it is computed here. `times` is how often that would be, all threads together. */
  place(value: Value, times: number, inLoop: boolean): Place | undefined;
}

/** A kernel's source, and what is known of it. */
export interface KernelText {
  readonly source: Source;
  /** The textures of its arguments. */
  readonly textures: readonly number[];
  /** How many textures it fills. */
  readonly outputs: number;
  readonly statements: number;
  readonly hasLoops: boolean;
  /** What a thread does, in additions, roughly. */
  readonly work: number;
}

/** How many threads compute so many elements. */
export function threadsOf(size: number, { packed, parts }: Shape): number {
  return packed ? Math.ceil(size / lanes / parts) : size;
}

/** The functions with which a kernel fills the textures of its outputs but the first, which it returns. */
export function outputNames(outputs: number): string[] {
  return Array.from({ length: outputs - 1 }, (_, index) => `output${index + 1}`);
}

/** A call, and its operands. */
interface Fused extends Pick<Call, "write" | "cost"> {
  readonly inputs: readonly Value[];
}

interface Scope {
  readonly statements: Statement[];
  readonly known: Map<string, Source>;
  /** How often it runs in a thread. */
  readonly turns: number;
}

/** In additions, roughly: what fetching a texel and choosing its lane cost. */
const fetchCost = 8;
const pickCost = 3;

/** Elements from which on a loop of one reduction takes two texels a turn. */
const longLoop = 512;

/** Terms that are summed one after the other; longer sums are summed in blocks, so that rounding errors stay small. */
const blockLength = 32;

export function writeKernel(request: KernelRequest): KernelText {
  const { roots, output, packed, unroll, parts } = request;
  const size = roots[0]!.size;
  const threads = threadsOf(size, request);
  const textures: number[] = [];
  let scopes: Scope[] = [{ statements: [], known: new Map(), turns: 1 }];
  let names = 0;
  let hasLoops = false;

  /** The name of what this source computes, known from the loop of this depth on. */
  const define = (prefix: "t" | "v", key: string, depth: number, cost: number, source: () => Source): Source => {
    const known = scopes[depth]!.known.get(key);
    if (known !== undefined) return known;
    const text = source();
    const name = nameSource(prefix, names++);
    const scope = scopes[depth]!;
    scope.statements.push({ kind: "definition", name, source: text, cost });
    scope.known.set(key, name);
    return name;
  };

  const writeIndex = (index: Index): Source => {
    requireIndex(index, request.indices);
    return indexSource(index);
  };

  const argument = (texture: number): Source => {
    let index = textures.indexOf(texture);
    if (index === -1) index = textures.push(texture) - 1;
    return nameSource("a", index);
  };

  const read = ({ texture, channel }: Place, value: Value, position: Position): Source => {
    const index = flatten(position, stridesOf(value.shape));
    const name = argument(texture);
    const texel = (at: Index): Source => {
      const element = code`${name}[${writeIndex(at)}]`;
      return define("t", element, depthOf(at), fetchCost, () => element);
    };
    if (channel !== undefined) return code`${texel(index)}[${integerSource(channel)}]`;
    const [at, lane] = divide(index, lanes);
    if (isConstant(lane)) return code`${texel(at)}[${integerSource(lane.constant)}]`;
    const number = writeIndex(lane);
    const fetched = texel(at);
    return define("v", `${fetched}[${number}]`, depthOf(index), pickCost, () => callSource("pick", [fetched, number]));
  };

  const distinctPositions = (value: Value, positions: readonly Position[]): Map<string, Position> =>
    new Map(positions.map((position) => [`${value.id}@${positionKey(position)}`, position]));

  const placeOf = (value: Value, distinct: ReadonlyMap<string, Position>): Place | undefined => {
    const depth = Math.max(...[...distinct.values()].map(depthAt));
    return request.place(value, threads * distinct.size * scopes[depth]!.turns, depth > 0);
  };

  /** A choice by a comparison that has no texture is one step with it. */
  const fuse = ({ call, inputs }: MapValue, positions: readonly Position[]): Fused => {
    const [condition, ...rest] = inputs;
    const write = call.name === "where" && condition!.kind === "map" ? condition!.call.choose : undefined;
    if (write === undefined || placeOf(condition!, distinctPositions(condition!, positions)) !== undefined) {
      return { ...call, inputs };
    }
    return { write, cost: call.cost, inputs: [...condition!.inputs, ...rest] };
  };

  const evaluate = (value: Value, positions: readonly Position[]): Source[] => {
    if (value.kind === "literal") return positions.map(() => numberSource(value.value));
    if (value.kind === "view") return evaluate(value.inputs[0]!, positions.map(value.source));
    const distinct = distinctPositions(value, positions);
    const place = placeOf(value, distinct);
    if (place !== undefined) return positions.map((position) => read(place, value, position));
    const scopeAt = (position: Position): Scope => scopes[depthAt(position)]!;
    const unknown = [...distinct].filter(([key, position]) => !scopeAt(position).known.has(key));
    if (unknown.length > 0) {
      const results = compute(
        value,
        unknown.map(([, position]) => position),
      );
      for (const [index, [key, position]] of unknown.entries()) scopeAt(position).known.set(key, results[index]!);
    }
    return positions.map((position) => scopeAt(position).known.get(`${value.id}@${positionKey(position)}`)!);
  };

  const compute = (value: Exclude<Value, { kind: "literal" | "view" }>, positions: readonly Position[]): Source[] => {
    const result = (position: Position, cost: number, source: Source): Source =>
      define("v", `${source}#${value.id}`, depthAt(position), cost, () => source);
    switch (value.kind) {
      case "source":
        throw new TypeError(`kernel: source ${value.slot} must have a place.`);
      case "iota":
        return positions.map((position) => result(position, 1, callSource("toNumber", [writeIndex(position[0]!)])));
      case "map": {
        const { inputs, write, cost } = fuse(value, positions);
        const operands = inputs.map((input) => evaluate(input, positions));
        return positions.map((position, index) =>
          result(position, cost, write(...operands.map((names) => names[index]!))),
        );
      }
      case "gather": {
        const [x, indices] = value.inputs as [Value, Value];
        const length = x.shape[value.axis]!;
        const numbers = evaluate(indices, positions);
        const gathered = positions.map((position, index) => {
          const source = callSource("toIndex", [numbers[index]!, integerSource(length)]);
          return position.with(value.axis, indexOf({ source, size: length, depth: depthAt(position) }));
        });
        return evaluate(x, gathered);
      }
      case "pad": {
        const [x] = value.inputs as [Value];
        const moved = positions.map((position) => position.map((index, axis) => shift(index, -value.before[axis]!)));
        const inner = evaluate(x, moved);
        return positions.map((position, index) => {
          const conditions = position.flatMap((along, axis) => {
            const from = value.before[axis]!;
            const length = x.shape[axis]!;
            if (length === value.shape[axis]!) return [];
            return [callSource("isWithin", [writeIndex(along), integerSource(from), integerSource(from + length)])];
          });
          if (conditions.length === 0) return inner[index]!;
          const isInside = joinSources(conditions, " * ");
          return result(position, 2 * conditions.length, callSource("choose", [isInside, inner[index]!, zero]));
        });
      }
      case "concat": {
        const { inputs, axis } = value;
        const ends: number[] = [];
        for (const input of inputs) ends.push((ends.at(-1) ?? 0) + input.shape[axis]!);
        const parts = inputs.map((input, part) =>
          evaluate(
            input,
            positions.map((position) => position.with(axis, shift(position[axis]!, -(ends[part - 1] ?? 0)))),
          ),
        );
        return positions.map((position, index) => {
          const along = writeIndex(position[axis]!);
          const source = parts.reduceRight<Source | undefined>((rest, names, part) => {
            if (rest === undefined) return names[index]!;
            const isBefore = callSource("isBelow", [along, integerSource(ends[part]!)]);
            return callSource("choose", [isBefore, names[index]!, rest]);
          }, undefined);
          return result(position, 2 * inputs.length, source!);
        });
      }
      case "reduce":
      case "partial":
        return reduce(value, positions);
    }
  };

  /** One loop for all positions, in the loop that they belong to, not in that where they are met. */
  const reduce = (value: Reduce | Partial, positions: readonly Position[]): Source[] => {
    const [x] = value.inputs as [Value];
    const { axes, reducer } = value;
    hasLoops = true;
    const depth = Math.max(...positions.map(depthAt));
    const inner = scopes.splice(depth + 1);
    const outer = scopes[depth]!;
    const length = reducedLength(x, axes);
    const chunk = value.kind === "partial" ? value.chunk : length;
    const divides = (step: number): boolean => chunk % step === 0 && length % step === 0;
    const isLong = positions.length === 1 && chunk >= longLoop && divides(8);
    const step = unroll === 4 && divides(4) ? (isLong ? 8 : 4) : 1;
    const turns = chunk / step;
    const accumulators = positions.map(() => nameSource("s", names++));
    for (const name of accumulators) outer.statements.push({ kind: "accumulator", name, source: identities[reducer] });

    /** One turn; returns the condition under which there is one. */
    const turn = (scope: Scope, number: Index, into: readonly Source[]): Source | undefined => {
      const numbers = positions.map((position) =>
        value.kind === "partial"
          ? combine([
              [position[0]!, chunk],
              [number, step],
            ])
          : combine([[number, step]]),
      );
      const terms = evaluate(
        x,
        positions.flatMap((position, index) =>
          Array.from({ length: step }, (_, lane) =>
            insertAxes(
              value.kind === "partial" ? position.slice(1) : position,
              axes,
              reducedPosition(x, axes, shift(numbers[index]!, lane)),
            ),
          ),
        ),
      );
      const uneven = value.kind === "partial" && length % chunk !== 0;
      const together = uneven && numbers.every((number) => writeIndex(number) === writeIndex(numbers[0]!));
      for (const [index, name] of into.entries()) {
        const joined = join(reducer, terms.slice(index * step, (index + 1) * step));
        const term =
          uneven && !together
            ? callSource("choose", [
                callSource("isBelow", [writeIndex(numbers[index]!), integerSource(length)]),
                joined,
                identities[reducer],
              ])
            : joined;
        scope.statements.push({ kind: "update", name, reducer, source: term, cost: step });
      }
      return together ? code`${writeIndex(numbers[0]!)} < ${integerSource(length)}` : undefined;
    };
    const loop = (count: number, parent: Scope, body: (scope: Scope, number: Index) => Source | undefined): void => {
      const variable: Variable = { source: nameSource("i", names++), size: count, depth: scopes.length };
      const scope: Scope = { statements: [], known: new Map(), turns: parent.turns * count };
      scopes.push(scope);
      const condition = body(scope, indexOf(variable));
      scopes.pop();
      const { source } = variable;
      parent.statements.push({ kind: "loop", variable: source, count, condition, body: scope.statements });
    };

    const block = reducer === "sum" && turns > 2 * blockLength ? blockOf(turns) : undefined;
    if (block === undefined) {
      loop(turns, outer, (scope, number) => turn(scope, number, accumulators));
    } else {
      const parts = accumulators.map(() => nameSource("s", names++));
      const rest = turns % block;
      const sumBlock = (scope: Scope, count: number, first: Index): undefined => {
        for (const name of parts) scope.statements.push({ kind: "accumulator", name, source: identities.sum });
        loop(count, scope, (innermost, number) =>
          turn(
            innermost,
            combine([
              [first, block],
              [number, 1],
            ]),
            parts,
          ),
        );
        for (const [index, name] of accumulators.entries()) {
          scope.statements.push({ kind: "update", name, reducer: "sum", source: parts[index]!, cost: 1 });
        }
      };
      loop((turns - rest) / block, outer, (scope, number) => sumBlock(scope, block, number));
      if (rest > 0) loop(1, outer, (scope) => sumBlock(scope, rest, constantIndex((turns - rest) / block)));
    }
    scopes = [...scopes.slice(0, depth + 1), ...inner];
    return accumulators;
  };

  const thread = threadIndex(output, threads);
  const texel = (names: readonly Source[]): Source => joinSources([...names, zero, zero, zero].slice(0, lanes), ", ");
  const outputs: Source[] = [];
  if (packed) {
    for (const root of roots) {
      const elements = Array.from({ length: parts * Math.min(lanes, size) }, (_, index) => {
        const part = Math.floor(index / lanes);
        return unflatten(combine([[thread, lanes]], index - part * lanes + (part * size) / parts), root.shape);
      });
      const names = evaluate(root, elements);
      for (let part = 0; part < parts; part++) outputs.push(texel(names.slice(part * lanes, (part + 1) * lanes)));
    }
  } else {
    outputs.push(texel(roots.flatMap((root) => evaluate(root, [unflatten(thread, root.shape)]))));
  }
  const { statements, rename } = schedule(scopes[0]!.statements);
  const { count, work } = measureStatements(statements);
  return {
    source: joinSources(
      [
        code`function(${joinSources(
          textures.map((_, index) => nameSource("a", index)),
          ", ",
        )}) {`,
        ...writeStatements(statements),
        ...outputNames(outputs.length).map((name, index) => code`${callSource(name, [rename(outputs[index + 1]!)])};`),
        code`return [${rename(outputs[0]!)}];`,
        code`}`,
      ],
      "\n",
    ),
    textures,
    outputs: outputs.length,
    statements: count,
    hasLoops,
    work: work * threads,
  };
}

function depthAt(position: Position): number {
  return position.reduce((depth, index) => Math.max(depth, depthOf(index)), 0);
}

const zero = integerSource(0);

const identities = { sum: zero, max: numberSource(-Infinity) };

/** Throws `EngineError` for an index that the shader's integers can't hold: it would wrap, and the results be wrong. */
function requireIndex(index: Index, indices: number): void {
  const needed = largestStep(index) + 1;
  if (needed <= indices) return;
  throw new EngineError(
    `compile: a kernel must count no more than ${indices} elements on this device, got ${needed}. Reduce one axis after the other, or use smaller batches.`,
  );
}

/** The number of the thread; where every texel of the output has one, in terms of its row and column. */
function threadIndex([width, height]: TextureShape, threads: number): Index {
  const row = callSource("row", []);
  const column = callSource("column", []);
  if (width * height === threads) {
    const rowIndex = indexOf({ source: row, size: height, depth: 0 });
    return combine([
      [rowIndex, width],
      [indexOf({ source: column, size: width, depth: 0 }), 1],
    ]);
  }
  return indexOf({
    source: width === 1 ? row : code`(${row}*${integerSource(width)}+${column})`,
    size: threads,
    depth: 0,
  });
}

/** In pairs, so that a sum of four rounds twice. */
function join(reducer: "sum" | "max", terms: readonly Source[]): Source {
  if (terms.length === 1) return terms[0]!;
  const half = terms.length / 2;
  const [left, right] = [join(reducer, terms.slice(0, half)), join(reducer, terms.slice(half))];
  return reducer === "sum" ? code`(${left} + ${right})` : callSource("Math.max", [left, right]);
}

/** A block that divides the turns where there is one. */
function blockOf(turns: number): number {
  for (let block = blockLength; block >= blockLength / 2; block--) if (turns % block === 0) return block;
  return blockLength;
}
