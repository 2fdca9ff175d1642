/** Which engines work here? Each installed one is created, and its device printed. */
import type { EngineFactory } from "@symloss/core";
import { Failure } from "./failure.ts";
import { asOption } from "./meant.ts";
import type { Words } from "./words.ts";

/** The engines, each in its own package. */
const engineNames = ["wasm", "cpu", "gpu", "onnx"] as const;

/** Runs the command, and returns what it prints. */
export async function runEngines({ positionals, options }: Words): Promise<string> {
  const [surplus] = [...positionals.map((word) => JSON.stringify(word)), ...[...options.keys()].map(asOption)];
  if (surplus !== undefined) throw new Failure(`engines must be given alone, got ${surplus} as well.`);
  const lines: string[] = [];
  for (const name of engineNames) lines.push(`${name.padEnd(5)} ${await tryEngine(name)}`);
  return lines.join("\n");
}

async function tryEngine(name: string): Promise<string> {
  const packageName = `@symloss/engine-${name}`;
  let factory: EngineFactory | undefined;
  try {
    factory = ((await import(packageName)) as Readonly<Record<string, EngineFactory>>)[name];
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") return `does not load: ${reasonOf(name, error)}`;
  }
  if (factory === undefined) return `is not installed: npm install ${packageName}`;
  try {
    const engine = await factory();
    await engine.dispose();
    return `works: ${engine.device}${engine.software ? " (software)" : ""}`;
  } catch (error) {
    return `does not work here: ${reasonOf(name, error)}`;
  }
}

/** Why, without the engine's name, which begins the line. */
function reasonOf(name: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
}
