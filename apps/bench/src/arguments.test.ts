import { describe, expect, test } from "vitest";
import {
  choice,
  choices,
  count,
  counts,
  describeOptions,
  file,
  flag,
  namedCounts,
  parseOptions,
  parseWords,
} from "./arguments.ts";

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
    [["--epoch", "3"], 'The options must be among --engine, --epochs, --help, got "--epoch". Did you mean --epochs?'],
    [["--toString=1"], 'The options must be among --engine, --epochs, --help, got "--toString".'],
    [["-e"], 'The options must be among --engine, --epochs, --help, got "-e".'],
    [["fast"], 'The options must be among --engine, --epochs, --help, got "fast".'],
    [["--", "engines"], 'The options must be among --engine, --epochs, --help, got "engines". Did you mean --engine?'],
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

describe("with words between the options", () => {
  const wide = {
    engines: choices(["cpu", "onnx"], "which"),
    peers: flag("more"),
    sizes: counts(1000, "how many"),
    lengths: namedCounts(["batch", "classes"], 1000, "how long"),
    json: file("where"),
  };

  test.for([
    [[], { values: {}, names: [] }],
    [["W1", "--peers", "W2"], { values: { peers: true }, names: ["W1", "W2"] }],
    [["--engines", "onnx, cpu,onnx"], { values: { engines: ["onnx", "cpu"] }, names: [] }],
    [["--engines=all", "a b"], { values: { engines: ["cpu", "onnx"] }, names: ["a b"] }],
    [["--sizes", "32,100,32"], { values: { sizes: [32, 100] }, names: [] }],
    [["--lengths", "batch=4,classes=10"], { values: { lengths: { batch: 4, classes: 10 } }, names: [] }],
    [["--json", "a/b.json"], { values: { json: "a/b.json" }, names: [] }],
    [["W1", "-h"], "help"],
  ] as const)("%j", ([words, parsed]) => {
    expect(parseWords(words, wide)).toEqual(parsed);
  });

  test.for([
    [["--engines", "cpu,onx"], '--engines must be one of cpu, onnx, got "onx". Did you mean onnx?'],
    [["--peers=yes"], '--peers must have no value, got "yes".'],
    [["--sizes", "32,many"], '--sizes must be a whole number from 1 to 1000, got "many".'],
    [["--lengths", "batsh=4"], '--lengths must be one of batch, classes, got "batsh". Did you mean batch?'],
    [["--lengths", "batch"], '--lengths batch must be a whole number from 1 to 1000, got "".'],
    [["--json", ""], '--json must be the path of a file, got "".'],
    [["--json"], "--json must have a value: --json FILE."],
  ] as const)("%j", ([words, message]) => {
    expect(() => parseWords(words, wide)).toThrow(expect.objectContaining({ name: "Failure", message }));
  });

  test("an option without a value has none in the help", () => {
    expect(describeOptions({ peers: wide.peers })).toMatchInlineSnapshot(`
      "  --peers  more
        --help   show this text"
    `);
  });
});
