import { describe, expect, test } from "vitest";
import { runWords } from "../test/run-words.ts";

test.for([["--help"], ["-h"], ["demo", "--help"]])("%j shows what there is", async (words) => {
  const { status, output, errors } = await runWords(...words);
  expect({ status, errors }).toEqual({ status: 0, errors: "" });
  expect(output).toMatchInlineSnapshot(`
    "npm start -- [options]

    Trains an example, then shows every loss on every engine that works here.

      --engine NAME   train on this: wasm, cpu, onnx, or the fastest of them; by default the first that works here
      --epochs N      go through the data so often; by default as often as the example needs
      --example NAME  train this: digits, a linear classifier of handwritten digits, or mixture, an autoencoder that sorts them without labels, or evaluation, metrics of that classifier over files, in threads; by default digits
      --help          show this text
    "
  `);
});

describe("what does not exist is answered by what does, in one line", () => {
  test.for([
    [["--engine", "abacus"], /^--engine must be one of .*cpu.*, got "abacus"\.\n$/],
    [["--example", "letters"], /^--example must be one of digits, mixture, evaluation, got "letters"\.\n$/],
    [["--speed"], /^The options must be among --engine, --epochs, --example, --help, got "--speed"\.\n$/],
    [["measure"], /^The command must be one of demo, bench, got "measure"\.\n$/],
    [
      ["bench", "tea"],
      /^The command of the bench must be one of run, list, show, expect, web, compile, evaluate, got "tea"\.\n$/,
    ],
    [["demo", "now"], /^The options must be among --engine, --epochs, --example, --help, got "now"\.\n$/],
  ] as const)("%j", async ([words, message]) => {
    const { status, output, errors } = await runWords(...words);
    expect({ status, output }).toEqual({ status: 1, output: "" });
    expect(errors).toMatch(message);
  });
});

test("the fastest engine is found by a step of the example", async () => {
  const { status, output, errors } = await runWords("--engine", "fastest", "--epochs", "1");
  expect({ status, errors }).toEqual({ status: 0, errors: "" });
  const times = [...output.matchAll(/^(\w+): (\d+\.\d\d) ms a step$/gm)].map(([, name, time]) => ({
    name,
    time: Number(time),
  }));
  expect(times.map(({ name }) => name)).toEqual(["wasm", "cpu", "onnx"]);
  const chosen = /^engine: (\w+) /m.exec(output)![1];
  expect(times.find(({ name }) => name === chosen)!.time).toBe(Math.min(...times.map(({ time }) => time)));
}, 60_000);

test("into a pipe goes plain text, from the engine to the last loss", async () => {
  const { status, output, errors } = await runWords("--engine", "cpu", "--epochs", "1");
  expect({ status, errors }).toEqual({ status: 0, errors: "" });
  expect(output).not.toContain("\u001b");
  expect(output).not.toContain("\r");
  expect(output).toMatch(/^engine: cpu \(.+\)$/m);
  const [, accuracy] = /^epoch 1\/1 .* test accuracy (\d+\.\d+) %/m.exec(output)!;
  expect(Number(accuracy)).toBeGreaterThan(91);
  expect(output).toMatch(/^fgmmVae /m);
  expect(output).toMatch(/\n\d+\.\d s in all\n$/);
}, 60_000);
