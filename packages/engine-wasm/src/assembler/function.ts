/** How is a function written, statement by statement? */
import { Bytes, unsigned } from "./bytes.ts";
import { type ConstantVector, type Expression, withOffset } from "./expression.ts";
import { type LaneStore, type Store, type ValueType, laneStores, stores, typeBytes } from "./instructions.ts";

/** A variable of a function. */
export interface Local<T extends ValueType = ValueType> extends Expression<T> {
  readonly index: number;
}

/** The types of a function's parameters and of its result. */
export interface Signature {
  readonly parameters: readonly ValueType[];
  readonly result?: ValueType;
}

const [blockByte, loopByte, ifByte, elseByte, endByte] = [0x02, 0x03, 0x04, 0x05, 0x0b];
const [branchByte, branchIfByte, setByte, getByte] = [0x0c, 0x0d, 0x21, 0x20];
const emptyBlock = 0x40;
const vectorConstant = [0xfd, 0x0c];

/** Writes the body of one function; a statement is written where it is called. */
export class FunctionWriter {
  readonly signature: Signature;
  readonly parameters: readonly Local[];
  readonly #locals: ValueType[] = [];
  readonly #code = new Bytes(1024);
  /** Runs before the code. */
  readonly #beginning = new Bytes();
  readonly #constants = new Map<string, Local<"v128">>();
  /** The variables of the scope that is open. */
  #made: Local[] = [];
  readonly #free: { readonly [T in ValueType]: Local[] } = { i32: [], i64: [], f32: [], f64: [], v128: [] };
  /** How many blocks are open. */
  #depth = 0;

  constructor(signature: Signature) {
    this.signature = signature;
    this.parameters = signature.parameters.map((type, index) => localOf(type, index));
  }

  /** A variable, which must be set before it is read. */
  local<T extends ValueType>(type: T): Local<T> {
    let local = this.#free[type].pop() as Local<T> | undefined;
    if (local === undefined) {
      this.#locals.push(type);
      local = localOf(type, this.signature.parameters.length + this.#locals.length - 1);
    }
    this.#made.push(local);
    return local;
  }

  /** A variable that holds what the expression gives now. */
  define<T extends ValueType>(value: Expression<T>): Local<T> {
    const local = this.local(value.type);
    this.set(local, value);
    return local;
  }

  set<T extends ValueType>(local: Local<T>, value: Expression<T>): void {
    this.#write(value);
    this.#code.push(setByte);
    this.#code.unsigned(local.index);
  }

  /** Leaves the result of the function on the stack: the last statement of one that has a result. */
  result(value: Expression): void {
    this.#write(value);
  }

  store(name: Store, address: Expression<"i32">, value: Expression, offset = 0): void {
    const [, align, ...bytes] = stores[name];
    this.#write(address);
    this.#write(value);
    this.#code.append(withOffset(bytes, align, offset));
  }

  storeLane(name: LaneStore, lane: number, address: Expression<"i32">, value: Expression<"v128">, offset = 0): void {
    const [align, ...bytes] = laneStores[name];
    this.#write(address);
    this.#write(value);
    this.#code.append(withOffset(bytes, align, offset));
    this.#code.push(lane);
  }

  /** Sets bytes of memory. */
  fillBytes(address: Expression<"i32">, value: Expression<"i32">, count: Expression<"i32">): void {
    for (const operand of [address, value, count]) this.#write(operand);
    this.#code.append([0xfc, 0x0b, 0x00]);
  }

  /** Runs the body until the condition after it is 0; at least once. */
  repeat(body: () => void, condition: () => Expression<"i32">): void {
    this.#open(loopByte);
    body();
    this.#write(condition());
    this.#code.append([branchIfByte, 0]);
    this.#close();
  }

  when(condition: Expression<"i32">, then: () => void, otherwise?: () => void): void {
    this.#write(condition);
    this.#open(ifByte);
    then();
    if (otherwise !== undefined) {
      this.#code.push(elseByte);
      otherwise();
    }
    this.#close();
  }

  /** A block that the body may leave before its end. */
  block(body: (leave: (condition?: Expression<"i32">) => void) => void): void {
    this.#open(blockByte);
    const depth = this.#depth;
    body((condition) => {
      if (condition !== undefined) this.#write(condition);
      this.#code.push(condition === undefined ? branchByte : branchIfByte);
      this.#code.unsigned(this.#depth - depth);
    });
    this.#close();
  }

  /** Calls a function that has no result, by its number. */
  call(number: number, ...operands: readonly Expression[]): void {
    for (const operand of operands) this.#write(operand);
    this.#code.push(0x10);
    this.#code.unsigned(number);
  }

  /** Variables that are made in the body may be used for something else after it. */
  scope(body: () => void): void {
    const outer = this.#made;
    this.#made = [];
    body();
    for (const local of this.#made) this.#free[local.type].push(local);
    this.#made = outer;
  }

  /** The variables that are made in the body, which stay. */
  madeIn(body: () => void): readonly Local[] {
    const before = this.#made.length;
    body();
    return this.#made.slice(before);
  }

  /** The function as an entry of a module's code section, without its length. */
  body(): Uint8Array {
    const out = new Bytes(this.#code.length + this.#beginning.length + 64);
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    out.unsigned(runs.length);
    for (const { type, count } of runs) {
      out.unsigned(count);
      out.push(typeBytes[type]);
    }
    out.append(this.#beginning.view);
    out.append(this.#code.view);
    out.push(endByte);
    return out.view;
  }

  #write({ operands, bytes, constant }: Expression): void {
    if (constant !== undefined) {
      this.#writeConstant(constant);
      return;
    }
    for (let index = 0; index < operands.length; index++) this.#write(operands[index]!);
    this.#code.append(bytes);
  }

  /** A constant vector is set once, at the beginning: not every compiler takes it out of loops. */
  #writeConstant({ key, lanes }: ConstantVector): void {
    let local = this.#constants.get(key);
    if (local === undefined) {
      this.#locals.push("v128");
      local = localOf("v128", this.signature.parameters.length + this.#locals.length - 1);
      this.#constants.set(key, local);
      this.#beginning.append(vectorConstant);
      this.#beginning.append(new Uint8Array(lanes().buffer));
      this.#beginning.push(setByte);
      this.#beginning.unsigned(local.index);
    }
    this.#code.append(local.bytes);
  }

  #open(kind: number): void {
    this.#code.append([kind, emptyBlock]);
    this.#depth++;
  }

  #close(): void {
    this.#code.push(endByte);
    this.#depth--;
  }
}

function localOf<T extends ValueType>(type: T, index: number): Local<T> {
  return { type, operands: [], bytes: [getByte, ...unsigned(index)], index };
}
