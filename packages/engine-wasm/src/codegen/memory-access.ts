/** How are elements read from memory into lanes, and written from lanes into memory? */
import {
  type Address,
  type Buffer,
  type Length,
  type Operand,
  type Register,
  type Statement,
  addLengths,
  lengthKey,
  multiplyLengths,
} from "@symloss/loops";
import {
  type Expression,
  i16x8,
  i32,
  i32x4,
  i8x16,
  int,
  ints,
  lane,
  load,
  loadLane,
  v128,
} from "../assembler/expression.ts";
import type { FunctionWriter, Local } from "../assembler/function.ts";
import { accessIn, dependsOn, isOneOf, strideOf } from "./registers.ts";
import { type Context, type Position, type VectorPosition, indexOf, valueOf, weighted } from "./position.ts";
import { ofDType } from "./representation.ts";
import {
  type Representation,
  type Value,
  doublesOf,
  integers,
  isUniform,
  masks,
  scalarOf,
  singles,
  uniformDouble,
  uniformInteger,
} from "./value.ts";

type Vector = Expression<"v128">;
type Place = Expression<"i32">;

/** How an element lies in memory: as its representation, or, in the user's arrays of bools, as a byte. */
type Layout = Representation | "byte";

const bytesOfLayout: { readonly [L in Layout]: number } = { single: 4, double: 8, integer: 4, mask: 4, byte: 1 };

export function layoutOf(buffer: Buffer, { buffers }: Context): Layout {
  return layoutAs(buffer, buffers.get(buffer));
}

/** How a buffer lies whose elements have this representation; the user's have that of their dtype. */
function layoutAs({ dtype }: Buffer, representation: Representation | undefined): Layout {
  if (representation !== undefined) return representation;
  const layout = ofDType(dtype);
  return layout === "mask" ? "byte" : layout;
}

/** How many bytes an element takes. */
export function elementBytes(buffer: Buffer, representation: Representation | undefined): number {
  return bytesOfLayout[layoutAs(buffer, representation)];
}

/** A variable that walks through a buffer with the iterations of a loop. */
export interface Pointer {
  readonly local: Local<"i32">;
  /** How many bytes one iteration moves it. */
  readonly step: Length;
  readonly address: Address;
  /** How many bytes an element has. */
  readonly bytes: number;
}

/** The pointers of all accesses in a body whose address is affine in the index of its loop, at the iteration of the counter. */
export function pointersOf(
  body: readonly Statement[],
  index: number,
  own: ReadonlySet<Register>,
  position: Position,
  counter: Expression<"i32">,
): ReadonlyMap<string, Pointer> {
  const pointers = new Map<string, Pointer>();
  for (const statement of body) {
    const access = accessIn(statement);
    if (access === undefined || dependsOn(access.address, own)) continue;
    const key = accessKey(access.buffer, access.address);
    if (pointers.has(key)) continue;
    const { context } = position;
    const bytes = bytesOfLayout[layoutOf(access.buffer, context)];
    const step = multiplyLengths(strideOf(access.address, index), bytes);
    const begin = weighted(
      [[context.baseOf(access.buffer), 1], ...termsOf(access.address, position, bytes, index), [counter, step]],
      multiplyLengths(access.address.constant, bytes),
      context,
    );
    pointers.set(key, { local: context.writer.define(begin), step, address: access.address, bytes });
  }
  return pointers;
}

function accessKey({ id }: Buffer, { constant, terms }: Address): string {
  const parts = terms.map(({ operand, stride }) => `${lengthKey(stride)}${nameOf(operand)}`);
  return `${id} ${lengthKey(constant)} ${parts.join(" ")}`;
}

function nameOf(operand: Operand): string {
  switch (operand.kind) {
    case "constant":
      return `c${lengthKey(operand.value)}`;
    case "register":
      return `r${operand.register}`;
    case "index":
      return `i${operand.index}`;
  }
}

/** The terms of an address in bytes, but those of an index. */
function termsOf(
  { terms }: Address,
  position: Position,
  bytes: number,
  without: number,
): readonly (readonly [Place, Length])[] {
  const places: (readonly [Place, Length])[] = [];
  for (const { operand, stride } of terms) {
    if (operand.kind === "index" && operand.index === without) continue;
    const place =
      operand.kind === "index" ? indexOf(operand.index, position.context) : scalarOf(valueOf(operand, position));
    places.push([place, multiplyLengths(stride, bytes)]);
  }
  return places;
}

/** Where an element is that is the same for all lanes. */
function placeOf(buffer: Buffer, address: Address, position: Position): Place {
  const bytes = bytesOfLayout[layoutOf(buffer, position.context)];
  const terms = termsOf(address, position, bytes, -1);
  const { context } = position;
  return weighted([[context.baseOf(buffer), 1], ...terms], multiplyLengths(address.constant, bytes), context);
}

/** The place of each lane, and how to reach the others from the first. */
interface LanePlaces {
  /** Whether the lanes lie side by side. */
  readonly areAdjacent: boolean;
  readonly of: (lane: number) => { readonly place: Place; readonly offset: number };
}

/** Where the lanes of a vector are; `pointer` is where the first of them is if they are equally far apart. */
function lanePlaces(buffer: Buffer, address: Address, vector: VectorPosition, position: Position): LanePlaces {
  const { context } = position;
  const bytes = bytesOfLayout[layoutOf(buffer, context)];
  const pointer = vector.pointers.get(accessKey(buffer, address));
  if (pointer !== undefined && !dependsOn(address, vector.own)) {
    const { local, step } = pointer;
    const of = (index: number): { place: Place; offset: number } => {
      const distance = multiplyLengths(step, 4 * vector.number + index);
      if (typeof distance !== "number") return { place: i32.add(local, context.length(distance)), offset: 0 };
      return distance >= 0 ? { place: local, offset: distance } : { place: i32.add(local, int(distance)), offset: 0 };
    };
    return { areAdjacent: step === bytes, of };
  }
  const step = multiplyLengths(strideOf(address, vector.index), bytes);
  const fixed = context.writer.define(
    weighted(
      [
        [context.baseOf(buffer), 1],
        ...termsOf(withoutVarying(address, vector), position, bytes, vector.index),
        [vector.counter, step],
      ],
      addLengths(multiplyLengths(address.constant, bytes), multiplyLengths(step, 4 * vector.number)),
      context,
    ),
  );
  const varying = address.terms.flatMap(({ operand, stride }) =>
    isOneOf(operand, vector.own) ? [[integers(valueOf(operand, position)), stride] as const] : [],
  );
  const of = (index: number): { place: Place; offset: number } => {
    const parts = varying.map(
      ([lanes, stride]) => [lane("i32x4.extract_lane", index, lanes), multiplyLengths(stride, bytes)] as const,
    );
    const place = weighted([[fixed, 1], ...parts], multiplyLengths(step, index), context);
    return { place: context.writer.define(place), offset: 0 };
  };
  return { areAdjacent: false, of };
}

function withoutVarying(address: Address, vector: VectorPosition): Address {
  return { ...address, terms: address.terms.filter(({ operand }) => !isOneOf(operand, vector.own)) };
}

/** The elements of a buffer at an address, one for each lane. */
export function loadElements(buffer: Buffer, address: Address, position: Position): Value {
  const { context, vector } = position;
  const layout = layoutOf(buffer, context);
  if (vector === undefined) return loadUniform(layout, placeOf(buffer, address, position));
  const places = lanePlaces(buffer, address, vector, position);
  const { place, offset } = places.of(0);
  if (places.areAdjacent) return loadAdjacent(layout, place, offset);
  if (strideOf(address, vector.index) === 0 && !dependsOn(address, vector.own)) return loadUniform(layout, place);
  return loadApart(layout, places, vector.active, context.writer);
}

function loadUniform(layout: Layout, place: Place): Value {
  switch (layout) {
    case "single":
      return { kind: "single", lanes: load("v128.load32_splat", place) };
    case "double":
      return uniformDouble(load("v128.load64_splat", place));
    case "integer":
      return uniformInteger(load("i32.load", place));
    case "mask":
      return { kind: "mask", lanes: load("v128.load32_splat", place) };
    case "byte":
      return { kind: "mask", lanes: i32x4.ne(i32x4.splat(load("i32.load8_u", place)), ints(0)) };
  }
}

function loadAdjacent(layout: Layout, place: Place, offset: number): Value {
  switch (layout) {
    case "single":
    case "mask":
    case "integer":
      return { kind: layout, lanes: load("v128.load", place, offset) };
    case "double":
      return {
        kind: "double",
        low: load("v128.load", place, offset),
        high: load("v128.load", place, offset + 16),
      };
    case "byte": {
      const bytes = load("v128.load32_zero", place, offset);
      return {
        kind: "mask",
        lanes: i32x4.ne(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes)), ints(0)),
      };
    }
  }
}

/** Lane by lane; what is not active is not read. */
function loadApart(layout: Layout, places: LanePlaces, active: number, writer: FunctionWriter): Value {
  const four = (from: number, count: number): Vector => {
    const begin = places.of(from);
    const rest = Array.from({ length: Math.max(0, Math.min(active - from, count) - 1) }, (_, index) => index + 1);
    const name = count === 4 ? "v128.load32_lane" : "v128.load64_lane";
    return rest.reduce(
      (lanes, index) => {
        const { place, offset } = places.of(from + index);
        return loadLane(name, index, place, lanes, offset);
      },
      load(count === 4 ? "v128.load32_splat" : "v128.load64_splat", begin.place, begin.offset) as Vector,
    );
  };
  switch (layout) {
    case "single":
    case "mask":
    case "integer":
      return { kind: layout, lanes: four(0, 4) };
    case "double": {
      const low = writer.define(four(0, 2));
      return { kind: "double", low, high: active > 2 ? four(2, 2) : writer.define(low) };
    }
    case "byte": {
      const lanes = Array.from({ length: active }, (_, index) => index).reduce((before, index) => {
        const { place, offset } = places.of(index);
        return lane("i32x4.replace_lane", index, before, load("i32.load8_u", place, offset));
      }, ints(0));
      return { kind: "mask", lanes: i32x4.ne(lanes, ints(0)) };
    }
  }
}

/** Writes a value to a buffer at an address, one element for each active lane. */
export function storeElements(buffer: Buffer, address: Address, value: Value, position: Position): void {
  const { context, vector } = position;
  const { writer } = context;
  const layout = layoutOf(buffer, context);
  if (vector === undefined) {
    const place = placeOf(buffer, address, position);
    if (layout === "integer") writer.store("i32.store", place, scalarOf(value));
    else storeApart(layout, { areAdjacent: false, of: () => ({ place, offset: 0 }) }, 1, value, writer);
    return;
  }
  const places = lanePlaces(buffer, address, vector, position);
  if (places.areAdjacent && vector.active === 4) storeAdjacent(layout, places, value, writer);
  else storeApart(layout, places, vector.active, value, writer);
}

function storeAdjacent(layout: Layout, places: LanePlaces, value: Value, writer: FunctionWriter): void {
  const { place, offset } = places.of(0);
  switch (layout) {
    case "single":
    case "integer":
    case "mask":
      writer.store("v128.store", place, lanesIn(layout, value), offset);
      return;
    case "double": {
      const { low, high } = doublesOf(value);
      writer.store("v128.store", place, low, offset);
      writer.store("v128.store", place, high, offset + 16);
      return;
    }
    case "byte":
      writer.storeLane("v128.store32_lane", 0, place, bytesIn(value), offset);
  }
}

function storeApart(layout: Layout, places: LanePlaces, active: number, value: Value, writer: FunctionWriter): void {
  const each = (store: (lane: number, place: Place, offset: number) => void): void => {
    for (let index = 0; index < active; index++) {
      const { place, offset } = places.of(index);
      store(index, place, offset);
    }
  };
  switch (layout) {
    case "single":
    case "integer":
    case "mask": {
      const lanes = writer.define(lanesIn(layout, value));
      each((index, place, offset) => writer.storeLane("v128.store32_lane", index, place, lanes, offset));
      return;
    }
    case "double": {
      const { low, high } = doublesOf(value);
      const both = [writer.define(low), active > 2 ? writer.define(high) : undefined];
      each((index, place, offset) =>
        writer.storeLane("v128.store64_lane", index % 2, place, both[index < 2 ? 0 : 1]!, offset),
      );
      return;
    }
    case "byte": {
      const bytes = writer.define(bytesIn(value));
      each((index, place, offset) => writer.storeLane("v128.store8_lane", index, place, bytes, offset));
    }
  }
}

function lanesIn(layout: "single" | "integer" | "mask", value: Value): Vector {
  if (layout === "single") return singles(value);
  return layout === "integer" ? integers(value) : masks(value);
}

/** Bools as the first four bytes. */
function bytesIn(value: Value): Vector {
  const ones = v128.and(masks(value), ints(1));
  const halves = i16x8.narrow_i32x4_s(ones, ones);
  return i8x16.narrow_i16x8_s(halves, halves);
}

/** Whether a value is one number in all lanes, as far as is known. */
export function isScalar(value: Value): boolean {
  if (value.kind === "constant") return true;
  return value.kind === "double" ? isUniform(value) : value.kind === "integer" && value.scalar !== undefined;
}
