/** Which code computes what the room shows? */
import type { EngineName } from "../engines.ts";
import type { ArgumentDescription, LossDescription } from "./description.ts";
import { type View, valuesOfOption } from "./view.ts";

interface EngineCode {
  readonly module: string;
  readonly name: string;
  readonly call: string;
}

const engineCode: Readonly<Record<EngineName, EngineCode>> = {
  wasm: { module: "@symloss/engine-wasm", name: "wasm", call: "wasm()" },
  cpu: { module: "@symloss/engine-cpu", name: "cpu", call: "cpu()" },
  interpreter: { module: "@symloss/engine-cpu", name: "cpu", call: 'cpu({ mode: "interpreter" })' },
  onnx: { module: "@symloss/engine-onnx", name: "onnx", call: "onnx()" },
  gpu: { module: "@symloss/engine-gpu", name: "gpu", call: "gpu()" },
};

/** A module that computes the loss and, where there is one, its gradient, with the first of several values of each option. */
export function codeOf(view: View, description: LossDescription): string {
  const { module, name, call } = engineCode[view.engine];
  const wanted = description.forms[view.form]!.arguments;
  const moved = wanted.find((argument) => argument.name === view.along.argument)!;
  const given = wanted.map((argument) =>
    argument === moved ? argument.name : `${argument.name}: ${literal(argument, view.inputs[argument.name]!)}`,
  );
  const options = Object.entries(view.options).map(
    ([option, text]) => `${option}: ${JSON.stringify(valuesOfOption(description.options[option]!, text)[0])}`,
  );
  const record = options.length === 0 ? "" : `, { ${options.join(", ")} }`;
  const result = Object.keys(description.results).length === 1 ? "" : `.${view.result}`;
  const expression = `${view.loss}({ ${given.join(", ")} }${record})${result}`;
  const start = literal(moved, view.inputs[moved.name]!);
  const [transform, formula, outputs] = moved.differentiable
    ? ["valueAndGrad", `valueAndGrad((${moved.name}) => ${expression}.sum())`, "[value, gradient]"]
    : [undefined, `(${moved.name}) => ${expression}`, "value"];
  return [
    `import { ${["compile", transform].filter(Boolean).join(", ")} } from "@symloss/core";`,
    `import { ${name} } from "${module}";`,
    `import { ${view.loss} } from "@symloss/losses";`,
    "",
    `const engine = await ${call};`,
    "const compiled = compile(",
    `  ${formula},`,
    "  { engine },",
    ");",
    `const ${outputs} = await compiled(${start});`,
    "",
  ].join("\n");
}

/** The elements as they are written, nested as the axes are. */
function literal({ shape, elements }: ArgumentDescription, values: readonly number[]): string {
  const texts = values.map((value) => (elements === "boolean" ? String(value !== 0) : String(value)));
  return shape.toReversed().reduce(nest, texts)[0]!;
}

function nest(texts: readonly string[], length: number): readonly string[] {
  const rows = Array.from({ length: texts.length / Math.max(length, 1) }, (_, row) =>
    texts.slice(row * length, (row + 1) * length),
  );
  return rows.map((row) => `[${row.join(", ")}]`);
}
