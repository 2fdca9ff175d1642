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
  const { register, reduction, value, position: largest, iteration } = statement;
  const result = printRegister(register, position);
  const element = printOperand(value, position);
  switch (reduction) {
    case "sum":
      return `${result}+=${element};\n`;
    case "total":
      return byIteration(position, iteration, (parity) => `${laneName(register, parity)}+=${element};`);
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

/** What is done in even iterations of the loop around it, and what in odd ones; outside loops all is even. */
function byIteration(
  { loopIndex, lane }: Position,
  known: 0 | 1 | undefined,
  print: (parity: 0 | 1) => string,
): string {
  if (loopIndex === "" || known !== undefined) return `${print(known ?? 0)}\n`;
  if (lane === undefined) return `if(${loopIndex}&1){${print(1)}}else{${print(0)}}\n`;
  return `${print(lane.number % 2 === 0 ? 0 : 1)}\n`;
}

/** How many factors are multiplied, a power of two: each is at most 2, so that the product is finite. */
export const factorsOfBlock = 1024;

/**
 * A product of factors 1 + x, whose logarithm is taken, is accumulated minus 1, so that small x keep their digits.
 * There are two, of even and of odd iterations, so that one need not wait for the other.
 */
function printFactor(register: Register, element: string, position: Position): string {
  const { loopIndex, inBlocks } = position;
  const factor = byIteration(position, undefined, (parity) => {
    const product = laneName(register, parity);
    return `${product}=${product}*(${element}+1)+${element};`;
  });
  const last = factorsOfBlock - 1;
  return inBlocks ? factor : `${factor}if((${loopIndex}&${last})===${last}){${printLogarithm(register)}}\n`;
}

/** Adds the logarithms of the products to their sum. */
export function printLogarithm(register: Register): string {
  const products = [name("r", register), laneName(register, 1)];
  const logarithms = products.map((product) => `Math.log1p(${product})`).join("+");
  return `${name("l", register)}+=${logarithms};${products.map((product) => `${product}=0;`).join("")}\n`;
}

/** Once it is NaN, it stays NaN. */
export function printLargest(largest: string, element: string): string {
  return `if(!(${element}<=${largest}))${largest}=${largest}===${largest}?${element}:${largest};\n`;
}
