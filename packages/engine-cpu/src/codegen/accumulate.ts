/** How does one more number enter a reduction? */
import type { Register, StatementOf } from "@symloss/loops";
import { type Position, laneName, printOperand, printRegister } from "./position.ts";
import { name } from "./text.ts";

export function printAccumulator({ register, reduction, position }: StatementOf<"accumulator">): string {
  const initial = reduction === "max" || reduction === "argmax" ? "-Infinity" : "0";
  const index = position === undefined ? "" : `,${name("r", position)}=0`;
  return `let ${name("r", register)}=${initial}${index};\n`;
}

export function printAccumulate(statement: StatementOf<"accumulate">, position: Position): string {
  const { register, reduction, value, position: largest, turn } = statement;
  const result = printRegister(register, position);
  const element = printOperand(value, position);
  switch (reduction) {
    case "sum":
      return `${result}+=${element};\n`;
    case "total":
      return byTurn(position, turn, (parity) => `${laneName(register, parity)}+=${element};`);
    case "sumLog1p":
      return printFactor(register, element, position);
    case "any":
      return position.mayEnd ? `if(${element}){${result}=1;break;}\n` : `${result}|=${element};\n`;
    case "max":
      return printLargest(result, element);
    case "argmax":
      return `if(!(${element}<=${result})&&${result}===${result}){${result}=${element};${printRegister(largest!.register, position)}=${printOperand(largest!.index, position)};}\n`;
  }
}

/** What is done in even turns of the loop around and what in odd ones; in no loop all is even. */
function byTurn({ turn, lane }: Position, known: 0 | 1 | undefined, print: (parity: 0 | 1) => string): string {
  if (turn === "" || known !== undefined) return `${print(known ?? 0)}\n`;
  if (lane === undefined) return `if(${turn}&1){${print(1)}}else{${print(0)}}\n`;
  return `${print(lane.number % 2 === 0 ? 0 : 1)}\n`;
}

/** So many turns, a power of two, that the products of their factors of at most 2 are finite. */
export const factorsOfBlock = 1024;

/**
 * A product of factors 1 + x, of which the logarithm is taken, is gathered less 1, so that small x keep their digits.
 * There are two, of even and of odd turns, for one need not wait for the other.
 */
function printFactor(register: Register, element: string, position: Position): string {
  const { turn, inBlocks } = position;
  const factor = byTurn(position, undefined, (parity) => {
    const product = laneName(register, parity);
    return `${product}=${product}*(${element}+1)+${element};`;
  });
  const last = factorsOfBlock - 1;
  return inBlocks ? factor : `${factor}if((${turn}&${last})===${last}){${printLogarithm(register)}}\n`;
}

/** Adds the logarithms of the products to their sum. */
export function printLogarithm(register: Register): string {
  const products = [name("r", register), laneName(register, 1)];
  const logarithms = products.map((product) => `Math.log1p(${product})`).join("+");
  return `${name("l", register)}+=${logarithms};${products.map((product) => `${product}=0;`).join("")}\n`;
}

/** A NaN, once there, stays. */
export function printLargest(largest: string, element: string): string {
  return `if(!(${element}<=${largest}))${largest}=${largest}===${largest}?${element}:${largest};\n`;
}
