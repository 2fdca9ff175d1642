/** What must stand before the example of a docstring, which may use all of core and losses and an `engine`? */
import * as core from "@symloss/core";
import * as losses from "@symloss/losses";
import * as matching from "@symloss/losses/matching";

const packages: Readonly<Record<string, readonly string[]>> = {
  "@symloss/core": Object.keys(core),
  "@symloss/losses": Object.keys(losses),
  "@symloss/losses/matching": Object.keys(matching),
};

/** The example with these lines, as a module of its own. */
export function runnable(code: string): string {
  return `${preludeFor(code)}\n${code}`;
}

/** The lines that make it a module of its own. */
function preludeFor(code: string): string {
  const makesEngine = code.includes("{ engine, considered }");
  const usesWasm = code.includes("{ wasm, cpu }");
  const lines = [
    ...Object.keys(packages).map((name) => importOf(name, namesIn(code, name))),
    importOf("@symloss/engine-cpu", /\bengine\b/.test(code) || usesWasm ? ["cpu"] : []),
    importOf("@symloss/engine-wasm", usesWasm ? ["wasm"] : []),
    "",
    ...(makesEngine || !/\bengine\b/.test(code) ? [] : ["const engine = await cpu();"]),
  ];
  return lines.filter((line) => line !== undefined).join("\n");
}

function importOf(name: string, names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `import { ${names.join(", ")} } from "${name}";`;
}

/** The exports of a package that the code mentions but does not declare itself. */
function namesIn(code: string, packageName: string): readonly string[] {
  return packages[packageName]!.filter(
    (name) => new RegExp(`(?<![.\\w])${name}\\b(?!:)`).test(code) && !new RegExp(`(const|let) ${name}\\b`).test(code),
  );
}
