/** In what context is a statement printed, and how are operands and addresses printed there? */
import {
  type Address,
  type Buffer,
  type Length,
  type Operand,
  type Register,
  addLengths,
  isNamedLength,
  multiplyLengths,
} from "@symloss/loops";
import type { Conditions } from "./conditions.ts";
import { literal, name } from "./text.ts";

/** What the statements of a program share. */
export interface Context {
  readonly bufferName: (buffer: Buffer) => string;
  readonly length: (length: Length) => string;
  /** The conditions, as printed, that nearly always go one way. */
  readonly predictable: Set<string>;
  readonly conditions: Conditions;
  /** The comparisons that have no register, as printed. */
  readonly comparisons: Map<string, string>;
  /** A name that nothing else has. */
  readonly name: () => string;
  readonly slots: (initial: readonly number[]) => number;
}

/** The surroundings of a statement. */
export interface Position {
  readonly context: Context;
  /** Whether it is in a loop. */
  readonly hot: boolean;
  /** Whether the loop ends as soon as its only result is known. */
  readonly mayEnd: boolean;
  /** The index of the loop around it, which tells even from odd iterations and counts factors of a logarithm; empty outside loops. */
  readonly loopIndex: string;
  /** Whether the loop around it runs in blocks of such factors. */
  readonly inBlocks: boolean;
  /** Which of several unrolled iterations it belongs to. */
  readonly lane: Lane | undefined;
}

export interface Lane {
  readonly index: number;
  readonly number: number;
  /** The registers that each lane has for itself. */
  readonly own: ReadonlySet<Register>;
}

/** Outside all loops. */
export function outermost(context: Context): Position {
  return { context, hot: false, mayEnd: false, loopIndex: "", inBlocks: false, lane: undefined };
}

/** The register in one of several lanes, or one of the two in which a total is accumulated. */
export function laneName(register: Register, number: number): string {
  return number === 0 ? name("r", register) : `${name("r", register)}_${number}`;
}

export function printRegister(register: Register, { lane }: Position): string {
  return laneName(register, lane?.own.has(register) === true ? lane.number : 0);
}

export function printOperand(operand: Operand, position: Position): string {
  switch (operand.kind) {
    case "constant":
      return isNamedLength(operand.value) ? position.context.length(operand.value) : literal(operand.value);
    case "register": {
      const register = printRegister(operand.register, position);
      return position.context.comparisons.get(register) ?? register;
    }
    case "index": {
      const index = name("i", operand.index);
      return position.lane?.index === operand.index && position.lane.number > 0
        ? `(${index}+${position.lane.number})`
        : index;
    }
  }
}

/** An element of a buffer. */
export function printElement(buffer: Buffer, address: Address, position: Position): string {
  return `${position.context.bufferName(buffer)}[${printAddress(address, position)}]`;
}

export function printAddress({ constant, terms }: Address, position: Position): string {
  const { context, lane } = position;
  let total = constant;
  const parts = terms.map((term) => {
    const { operand } = term;
    const isLane = operand.kind === "index" && operand.index === lane?.index;
    if (isLane) total = addLengths(total, multiplyLengths(lane.number, term.stride));
    const factor = isLane ? name("i", operand.index) : printOperand(operand, position);
    return term.stride === 1 ? factor : `${factor}*${context.length(term.stride)}`;
  });
  if (total !== 0 || parts.length === 0) parts.push(context.length(total));
  return parts.join("+");
}
