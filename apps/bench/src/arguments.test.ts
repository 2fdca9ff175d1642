import { describe, expect, test } from "vitest";
import { choice, count, describeOptions, parseOptions } from "./arguments.ts";

const table = { engine: choice(["fast", "slow"], "which engine"), epochs: count(100, "how often") };

test.for([
  [[], {}],
  [["--engine", "slow"], { engine: "slow" }],
  [["--engine=fast", "--epochs=7"], { engine: "fast", epochs: 7 }],
  [["--epochs", "100"], { epochs: 100 }],
  [["--epochs", "1", "--epochs", "2"], { epochs: 2 }],
  [["--help"], "help"],
  [["-h"], "help"],
  [["--epochs", "2", "--help"], "help"],
] as const)("%j", ([words, values]) => {
  expect(parseOptions(words, table)).toEqual(values);
});

describe("what is not in the table names what is", () => {
  test.for([
    [["--engine", "medium"], '--engine must be one of fast, slow, got "medium".'],
    [["--engine", "--epochs"], '--engine must be one of fast, slow, got "--epochs".'],
    [["--engine="], '--engine must be one of fast, slow, got "".'],
    [["--engine", "toString"], '--engine must be one of fast, slow, got "toString".'],
    [["--engine"], "--engine must have a value: --engine NAME."],
    [["--epochs", "0"], '--epochs must be a whole number from 1 to 100, got "0".'],
    [["--epochs", "101"], '--epochs must be a whole number from 1 to 100, got "101".'],
    [["--epochs", "1.5"], '--epochs must be a whole number from 1 to 100, got "1.5".'],
    [["--epochs", "-3"], '--epochs must be a whole number from 1 to 100, got "-3".'],
    [["--epochs", "ten"], '--epochs must be a whole number from 1 to 100, got "ten".'],
    [["--epochs="], '--epochs must be a whole number from 1 to 100, got "".'],
    [["--epoch", "3"], 'The options must be among --engine, --epochs, --help, got "--epoch".'],
    [["--toString=1"], 'The options must be among --engine, --epochs, --help, got "--toString".'],
    [["-e"], 'The options must be among --engine, --epochs, --help, got "-e".'],
    [["fast"], 'The options must be among --engine, --epochs, --help, got "fast".'],
    [["--", "--engine"], 'The options must be among --engine, --epochs, --help, got "--engine".'],
  ] as const)("%j", ([words, message]) => {
    expect(() => parseOptions(words, table)).toThrow(expect.objectContaining({ name: "Failure", message }));
  });
});

test("the help has a line for each option", () => {
  expect(describeOptions(table)).toMatchInlineSnapshot(`
    "  --engine NAME  which engine
      --epochs N     how often
      --help         show this text"
  `);
});
