/** Does the host take every instruction of the tables to have the types and the bytes that they say? */
import { describe, expect, test } from "vitest";
import { webAssembly } from "./host.ts";
import { type Expression, lane, load, loadLane } from "./expression.ts";
import { FunctionWriter } from "./function.ts";
import {
  type Instruction,
  type LaneInstruction,
  type LaneLoad,
  type LaneStore,
  type Load,
  type Store,
  type ValueType,
  instructions,
  laneInstructions,
  laneLoads,
  laneStores,
  loads,
  stores,
  typeOfLetter,
} from "./instructions.ts";
import { writeModule } from "./module.ts";

type Letter = keyof typeof typeOfLetter;

function typesOf(letters: string): ValueType[] {
  return Array.from(letters, (letter) => typeOfLetter[letter as Letter]);
}

function isValid(
  parameters: readonly ValueType[],
  result: ValueType | undefined,
  write: (writer: FunctionWriter) => void,
): boolean {
  const writer = new FunctionWriter(result === undefined ? { parameters } : { parameters, result });
  write(writer);
  return webAssembly().validate(writeModule([], [{ name: "f", writer }]));
}

const relaxed = ["f32x4.relaxed_madd", "f32x4.relaxed_nmadd", "f64x2.relaxed_madd"];
const hasRelaxed = isRight("f32x4.relaxed_madd");

function isRight(name: Instruction): boolean {
  const [operands, result, ...bytes] = instructions[name];
  return isValid(typesOf(operands), typeOfLetter[result], (writer) =>
    writer.result({ type: typeOfLetter[result], operands: writer.parameters, bytes }),
  );
}

describe("an instruction", () => {
  test.each(Object.keys(instructions) as Instruction[])("%s", (name) => {
    expect(isRight(name)).toBe(hasRelaxed || !relaxed.includes(name));
  });

  test.each(Object.keys(laneInstructions) as LaneInstruction[])("%s", (name) => {
    const [operands, result] = laneInstructions[name];
    const valid = isValid(typesOf(operands), typeOfLetter[result], (writer) =>
      writer.result(lane(name, 1, ...(writer.parameters as unknown as [Expression<"v128">, Expression<"i32">]))),
    );
    expect(valid).toBe(true);
  });

  test.each(Object.keys(loads) as Load[])("%s", (name) => {
    const [, result] = loads[name];
    const valid = isValid(["i32"], typeOfLetter[result], (writer) =>
      writer.result(load(name, writer.parameters[0] as Expression<"i32">, 300)),
    );
    expect(valid).toBe(true);
  });

  test.each(Object.keys(laneLoads) as LaneLoad[])("%s", (name) => {
    const valid = isValid(["i32", "v128"], "v128", (writer) => {
      const [address, others] = writer.parameters as unknown as readonly [Expression<"i32">, Expression<"v128">];
      writer.result(loadLane(name, 1, address, others, 8));
    });
    expect(valid).toBe(true);
  });

  test.each(Object.keys(stores) as Store[])("%s", (name) => {
    const [operand] = stores[name];
    const valid = isValid(["i32", typeOfLetter[operand]], undefined, (writer) => {
      const [address, value] = writer.parameters as unknown as readonly [Expression<"i32">, Expression];
      writer.store(name, address, value, 8);
    });
    expect(valid).toBe(true);
  });

  test.each(Object.keys(laneStores) as LaneStore[])("%s", (name) => {
    const valid = isValid(["i32", "v128"], undefined, (writer) => {
      const [address, value] = writer.parameters as unknown as readonly [Expression<"i32">, Expression<"v128">];
      writer.storeLane(name, 1, address, value);
    });
    expect(valid).toBe(true);
  });
});
