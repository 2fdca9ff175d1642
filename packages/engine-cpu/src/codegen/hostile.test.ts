/** Can something other than a number in a graph made by hand become part of the generated program? */
import { type OperationAttributes, Tensor } from "@symloss/core/engine";
import { describe, expect, test } from "vitest";
import { cpu } from "../index.ts";
import { integer, literal, name } from "./text.ts";

const code = "(globalThis.ranFromData=1)";
const attack = [code] as unknown as Float32Array;
const text = code as unknown as number;

const ran = globalThis as { ranFromData?: number };

const x = new Tensor("input", [], { name: code, shape: [4], dtype: "float32" }, [4], "float32");
const scalar = new Tensor("constant", [], { data: attack, shape: [], dtype: "float32" }, [], "float32");
const vector = new Tensor("constant", [], { data: attack, shape: [4], dtype: "float32" }, [4], "float32");
const iota = new Tensor("iota", [], { size: text }, [text], "int32");
const matrix = new Tensor("broadcastTo", [x], { shape: [2, 4] }, [2, 4], "float32");

const unary = (operand: Tensor): Tensor => new Tensor("exp", [operand], {}, operand.shape, "float32");
const reshape = (operand: Tensor, shape: readonly number[]): Tensor =>
  new Tensor("reshape", [operand], { shape }, shape, "float32");

/** A step that is given so many numbers. */
function scanOf(size: number): OperationAttributes["scan"] {
  const carry = new Tensor("input", [], { name: code, shape: [size], dtype: "float32" }, [size], "float32");
  const body = { inputs: [carry], outputs: [unary(carry)] };
  return { body, length: 3, carries: 1, sequences: 0, reverse: false, output: 0 };
}

const graphs: Record<string, Tensor> = {
  "a number": scalar,
  "a number that is computed with": unary(scalar),
  "a number that is repeated": new Tensor("broadcastTo", [scalar], { shape: [4] }, [4], "float32"),
  "an array": new Tensor("add", [x, vector], {}, [4], "float32"),
  "a length of positions": iota,
  "a length of what is computed": unary(new Tensor("broadcastTo", [scalar], { shape: [text] }, [text], "float32")),
  "a length of an input": unary(
    new Tensor("input", [], { name: "y", shape: [text], dtype: "float32" }, [text], "float32"),
  ),
  "where a part begins": unary(new Tensor("slice", [x], { starts: [text], stops: [4] }, [2], "float32")),
  "how much is padded": new Tensor("pad", [x], { before: [text], after: [text] }, [6], "float32"),
  "an axis that is summed": new Tensor("sum", [matrix], { axes: [text] }, [4], "float32"),
  "an axis that is searched": new Tensor("argmax", [matrix], { axis: text }, [4], "int32"),
  "an axis along which is joined": new Tensor("concat", [x, x], { axis: text }, [8], "float32"),
  "how axes are moved": new Tensor("transpose", [matrix], { permutation: [text, 0] }, [4, 2], "float32"),
  "an axis along which is looked up": new Tensor(
    "takeAlongAxis",
    [x, new Tensor("iota", [], { size: 4 }, [4], "int32")],
    { axis: text },
    [4],
    "float32",
  ),
  "a size to which is scattered": new Tensor(
    "scatterAdd",
    [x, new Tensor("iota", [], { size: 4 }, [4], "int32")],
    { axis: 0, size: text },
    [text],
    "float32",
  ),
  "how many steps there are": new Tensor("scan", [x], { ...scanOf(text), length: text }, [4], "float32"),
  "which result of a scan it is": new Tensor("scan", [x], { ...scanOf(text), output: text }, [4], "float32"),
  "what a step is given": new Tensor("scan", [x], scanOf(text), [4], "float32"),
  "a shape": unary(reshape(x, [text, text])),
  "an operation": new Tensor(code as "exp", [x], {}, [4], "float32"),
  // Its constructor refuses a node of no dtype.
  "a dtype": Object.assign(Object.create(Tensor.prototype) as Tensor, {
    operation: "cast",
    inputs: [x],
    attributes: { dtype: code },
    shape: [4],
    dtype: code,
  }),
};

/** How compiling and running a graph ends: "ran" or the name of an error. */
async function outcomeOf(mode: "codegen" | "interpreter", output: Tensor): Promise<string> {
  const engine = await cpu({ mode });
  try {
    const executable = await engine.compile({ inputs: [x], outputs: [output] });
    await executable.run([new Float32Array(4)]);
    return "ran";
  } catch (error) {
    return error instanceof Error ? error.name : "no error";
  }
}

describe.each(["codegen", "interpreter"] as const)("in mode %s text never runs as", (mode) => {
  test.each(Object.entries(graphs))("%s", async (_, output) => {
    delete ran.ranFromData;
    expect(await outcomeOf(mode, output)).toMatch(/Error$|^ran$/);
    expect(ran.ranFromData).toBeUndefined();
  });
});

test.each(["a number", "a number that is computed with", "an array", "where a part begins"])(
  "%s that is text is refused as what it is",
  async (which) => {
    const engine = await cpu();
    const compiling = (): unknown => engine.compile({ inputs: [x], outputs: [graphs[which]!] });
    expect(compiling).toThrow(expect.objectContaining({ name: "EngineError" }));
  },
);

test("where a part begins between two rows whose length has a name is refused too", async () => {
  const y = new Tensor("input", [], { name: "y", shape: [3, "rows"], dtype: "float32" }, [3, "rows"], "float32");
  const part = new Tensor("slice", [y], { starts: [0.5, 0], stops: [2.5, "rows"] }, [2, "rows"], "float32");
  const engine = await cpu();
  const compiling = (): unknown => engine.compile({ inputs: [y], outputs: [part] });
  expect(compiling).toThrow(expect.objectContaining({ name: "EngineError" }));
});

test("what is written into a program is a number, a whole number or a name of our own", () => {
  expect([1, -1, 0, -0, 0.5, Infinity, -Infinity, NaN].map(literal)).toEqual([
    "1",
    "(-1)",
    "0",
    "(-0)",
    "0.5",
    "Infinity",
    "(-Infinity)",
    "NaN",
  ]);
  expect([3, -3].map(integer)).toEqual(["3", "(-3)"]);
  expect(name("r", 7)).toBe("r7");
  const others = [code, "1", null, undefined, true, 1n, [1], { valueOf: () => 1 }, Symbol("1"), new Number(1)];
  for (const other of others as unknown as number[]) {
    for (const write of [literal, integer, (value: number) => name("b", value)])
      expect(() => write(other)).toThrow(expect.objectContaining({ name: "EngineError" }));
  }
  for (const other of [0.5, NaN, Infinity, 2 ** 53])
    expect(() => integer(other)).toThrow(expect.objectContaining({ name: "EngineError" }));
  expect(() => name("r", -1)).toThrow("cpu: what is written into a program must be the number of a name, got -1.");
});
