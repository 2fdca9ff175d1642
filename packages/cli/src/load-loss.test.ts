/** Does the command line take losses from files, and say what is wrong with those that have none? */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { type Tensor, isSymlossError } from "@symloss/core";
import { ModelProtoSchema } from "onnx-buf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadLoss, runProgram } from "./index.ts";
import { whyNotLoaded } from "./load-loss.ts";

/** In this package, so that what the files import is found from there. */
let folder = "";
const wing = `import { where } from "@symloss/core";
import { defineLoss } from "@symloss/losses";
export const wing = defineLoss(
  {
    name: "wing",
    arguments: { targets: "[..]", predictions: "[..]" },
    options: { width: { kind: "number", must: "positive", default: 10 } },
    results: { loss: "[..]" },
  },
  (targets, predictions, { width }) => {
    const error = predictions.sub(targets).abs();
    return where(error.less(width), error.log1p().mul(width), error.sub(width - width * Math.log1p(width)));
  },
);`;
const files: Readonly<Record<string, string>> = {
  "wing.js": wing,
  "two.mjs": `${wing}\nexport const other = wing; export const third = Object.assign(() => {}, { definition: { ...wing.definition, name: "third" } }); export const helper = () => 1;`,
  "default.js": `${wing}\nexport const helper = Object.assign((x) => x, { definition: { ...wing.definition } }); export default wing;`,
  "typed.ts": wing.replace(
    "(targets, predictions, { width })",
    "(targets: any, predictions: any, { width }: { width: number })",
  ),
  "taken.js": wing.replaceAll("width", "shape"),
  "none.js": "export const helper = () => 1; export const text = 'x';",
  "empty.js": "",
  "throws.js": "const x = undefined;\nx.y;\n",
  "undeclared.js": wing.replace('kind: "number"', 'kind: "nubmer"'),
  "missing.js": 'import "./nowhere.js";',
  "text.txt": "x",
};
beforeAll(() => {
  folder = mkdtempSync(join(import.meta.dirname, "../.own-losses-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, "folder.js"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `FOLDER` stands for the folder of the files. */
async function run(line: string): Promise<{ status: number; out: string; error: string }> {
  const result = { status: 0, out: "", error: "" };
  const words = line.replaceAll("FOLDER", folder).split(" ");
  result.status = await runProgram(words, {
    out: (text) => void (result.out += text),
    error: (text) => void (result.error += text.replaceAll(folder, "FOLDER")),
  });
  return result;
}

describe("a loss in a file", () => {
  test.each([
    "FOLDER/wing.js#wing",
    "FOLDER/wing.js",
    "FOLDER/two.mjs#wing",
    "FOLDER/default.js",
    "FOLDER/default.js#default",
    "FOLDER/typed.ts#wing",
  ])("%s is exported, with gradients and options", async (place) => {
    const file = join(folder, "wing.onnx");
    const { status, error, out } = await run(
      `export ${place} --width 4 -s batch,3 -g predictions,targets -r mean -o ${file}`,
    );
    expect({ status, error }).toEqual({ status: 0, error: "" });
    const bytes = readFileSync(file);
    expect(out).toBe(`${file}: ${bytes.length} bytes\n`);
    const { graph, metadataProps } = fromBinary(ModelProtoSchema, Uint8Array.from(bytes));
    expect(graph!.name).toBe("wing");
    expect(graph!.output.map(({ name }) => name)).toEqual(["loss", "gradient_predictions", "gradient_targets"]);
    expect(metadataProps.map(({ key, value }) => `${key}=${value}`)).toEqual([
      "loss=wing",
      "width=4",
      "reduction=mean",
    ]);
  });

  test("has help as those of the catalogue have", async () => {
    for (const line of ["help export FOLDER/wing.js#wing", "export --help FOLDER/wing.js#wing"]) {
      const { status, out } = await run(line);
      expect(status).toBe(0);
      expect(out).toMatch(
        /^wing\(targets \[\.\.\], predictions \[\.\.\]\) --width\n[^]*--width a number; default 10\n/,
      );
    }
  });

  test("is given to a program too, by a path from where it runs", async () => {
    const loss = await loadLoss(`${relative(process.cwd(), join(folder, "wing.js"))}#wing`);
    expect(loss.definition.name).toBe("wing");
    expect((loss({ targets: [1], predictions: [2] }) as Tensor).toString()).toBe("f32[1]");
  });
});

describe("what is no loss in a file is refused", () => {
  test.each([
    [
      "FOLDER/wnig.js",
      /^FOLDER\/wnig\.js must be a file, got nothing of that name\. Did you mean FOLDER\/wing\.js\?\n$/,
    ],
    ["/nowhere/at/all.js", /^\/nowhere\/at\/all\.js must be a file, got nothing of that name\.\n$/],
    ["#wing", /^What stands before # must be a file, got /],
    ["FOLDER/folder.js#x", /^FOLDER\/folder\.js must be a file, got a folder\.\n$/],
    ["FOLDER/text.txt#x", /^FOLDER\/text\.txt must be a \.js, \.mjs or \.ts file, got another\.\n$/],
    [
      "FOLDER/wing.js#wnig",
      /^FOLDER\/wing\.js#wnig must be a loss that the file exports, got nothing of that name\. Its losses are wing\. Did you mean FOLDER\/wing\.js#wing\?\n$/,
    ],
    ["FOLDER/wing.js#", /^FOLDER\/wing\.js# must be a loss that the file exports, got nothing/],
    ["FOLDER/wing.js#constructor", /^FOLDER\/wing\.js#constructor must be a loss that the file exports, got nothing/],
    [
      "FOLDER/two.mjs",
      /^FOLDER\/two\.mjs must be followed by # and the loss that is meant, got several: FOLDER\/two\.mjs#\w+, /,
    ],
    [
      "FOLDER/two.mjs#helper",
      /^FOLDER\/two\.mjs#helper must be a loss, made by defineLoss, got a function\. Its losses are other, third, wing\.\n$/,
    ],
    ["FOLDER/none.js", /^FOLDER\/none\.js must export a loss, made by defineLoss, got helper, text\.\n$/],
    [
      "FOLDER/none.js#text",
      /^FOLDER\/none\.js#text must be a loss, made by defineLoss, got the string "x"\. It exports no loss\.\n$/,
    ],
    ["FOLDER/empty.js", /^FOLDER\/empty\.js must export a loss, made by defineLoss, got no export\.\n$/],
    ["FOLDER/throws.js", /^FOLDER\/throws\.js must be a module that loads, got TypeError: .*undefined/],
    [
      "FOLDER/undeclared.js",
      /^FOLDER\/undeclared\.js must be a module that loads, got OutOfRangeError: defineLoss: wing\.options\.width\.kind must be .*Did you mean number\?/,
    ],
    ["FOLDER/missing.js", /^FOLDER\/missing\.js must be a module that loads, got .*nowhere\.js/],
    [
      "FOLDER/taken.js",
      /^FOLDER\/taken\.js must have options that the command line has not itself, got shape\. Give it another name\.\n$/,
    ],
  ])("%s", async (place, message) => {
    const { status, out, error } = await run(`export ${place} -o x.onnx`);
    expect({ status, out }).toEqual({ status: 1, out: "" });
    expect(error).toMatch(message);
    expect((await run(`help export ${place}`)).error).toBe(error);
  });

  test("with its options and shapes as those of the catalogue", async () => {
    for (const [line, message] of [
      ["export FOLDER/wing.js#wing", /^export must be given a file to write \(-o wing\.onnx\), got none\.\n$/],
      [
        "export FOLDER/wing.js#wing --widht 3 -o x.onnx",
        /^The options of wing must be among --width, .*, got --widht\. Did you mean --width\?/,
      ],
      ["export FOLDER/wing.js#wing --width 0 -o x.onnx", /^wing: width must be above 0, got 0\./],
      [
        "export FOLDER/wing.js#wing -g prediction -o x.onnx",
        /^--gradient must be among targets, predictions, got "prediction"\./,
      ],
      ["FOLDER/wing.js#wing -o x.onnx", /Did you mean export FOLDER\/wing\.js#wing\?\n$/],
    ] as const) {
      expect((await run(line)).error).toMatch(message);
    }
  });

  test("by a program too, with an error of the library", async () => {
    for (const [place, message] of [
      ["./nothing.js#x", /^OutOfRangeError: loadLoss: \.\/nothing\.js must be a file, got /],
      [3, /^DTypeError: loadLoss: place must be the path of a file, and # .*, got 3\.$/],
    ] as const) {
      const error = await loadLoss(place as string).catch((cause: unknown) => cause);
      expect(isSymlossError(error)).toBe(true);
      expect(String(error)).toMatch(message);
    }
  });

  test("where Node.js can't load it, it is said why, and in which line", () => {
    const typed = Object.assign(new TypeError('Unknown file extension ".ts" for /wing.ts'), {
      code: "ERR_UNKNOWN_FILE_EXTENSION",
    });
    expect(whyNotLoaded("./wing.ts", typed)).toBe(
      `./wing.ts must be JavaScript before Node.js 22.18, which runs TypeScript itself, got TypeError: Unknown file extension ".ts" for /wing.ts, in ${process.version}. Compile it first.`,
    );
    const href = `file://${process.cwd()}/wing.js`;
    const thrown = Object.assign(new TypeError("x is not a function"), {
      stack: `TypeError: x is not a function\n    at ${href}:3:5\n    at other:9:9`,
    });
    const unread = Object.assign(new SyntaxError("Unexpected token"), { stack: `${href}:7\nexport const\n^` });
    expect([
      whyNotLoaded("./wing.js", thrown),
      whyNotLoaded("./wing.js", unread),
      whyNotLoaded("./wing.js", "no"),
      whyNotLoaded("./wing.js", new SyntaxError("x")),
    ]).toEqual([
      "./wing.js must be a module that loads, got TypeError: x is not a function (line 3).",
      "./wing.js must be a module that loads, got SyntaxError: Unexpected token (line 7).",
      "./wing.js must be a module that loads, got no.",
      "./wing.js must be a module that loads, got SyntaxError: x. In which line says: node ./wing.js",
    ]);
  });
});
