/** What can be called in the published packages? Derived from the workspaces: each export of each entry, and the methods and functions of the classes. */
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Something that can be called. */
export interface Callable {
  /** `@symloss/core sum`, `@symloss/core Tensor#sum`, `@symloss/core NDArray.from`. */
  readonly name: string;
  readonly kind: "function" | "class" | "method";
  readonly call: (self: unknown, args: readonly unknown[]) => unknown;
}

/** Everything that can be called in every published package. */
export async function publishedCallables(): Promise<Callable[]> {
  const found: Callable[] = [];
  for (const entry of publishedEntries()) {
    const exports = (await import(/* @vite-ignore */ entry)) as Readonly<Record<string, unknown>>;
    for (const [name, value] of Object.entries(exports)) found.push(...callablesOf(`${entry} ${name}`, value));
  }
  return found;
}

/** `@symloss/core`, `@symloss/core/engine` ... */
function publishedEntries(): string[] {
  const packages = fileURLToPath(new URL("../../../packages", import.meta.url));
  return readdirSync(packages).flatMap((folder) => {
    const manifest = JSON.parse(readFileSync(`${packages}/${folder}/package.json`, "utf8")) as Manifest;
    if (manifest.private === true) return [];
    const entries = Object.keys(manifest.exports).filter((entry) => entry !== "./package.json");
    return entries.map((entry) => manifest.name + entry.slice(1));
  });
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** For a record its functions as well, for example in a list of losses. */
function callablesOf(name: string, value: unknown): Callable[] {
  if (isClass(value)) {
    const construct: Callable = { name, kind: "class", call: (_, args) => Reflect.construct(value, args) as unknown };
    return [construct, ...staticsOf(name, value), ...methodsOf(name, value)];
  }
  if (typeof value === "function") return [{ name, kind: "function", call: (_, args) => call(value, undefined, args) }];
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => callablesOf(`${name}.${key}`, item));
}

type Class = new (...args: never[]) => object;

function isClass(value: unknown): value is Class {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}

function staticsOf(name: string, of: Class): Callable[] {
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(of));
  return descriptors
    .filter(([, { value }]) => typeof value === "function")
    .map(([key, { value }]) => ({
      name: `${name}.${key}`,
      kind: "function",
      call: (_, args) => call(value as Callback, of, args),
    }));
}

function methodsOf(name: string, { prototype }: Class): Callable[] {
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(prototype as object));
  return descriptors
    .filter(([method, { value }]) => method !== "constructor" && typeof value === "function")
    .map(([method, { value }]) => ({
      name: `${name}#${method}`,
      kind: "method",
      call: (self, args) => call(value as Callback, self, args),
    }));
}

type Callback = (...args: never[]) => unknown;

function call(fn: unknown, self: unknown, args: readonly unknown[]): unknown {
  return Reflect.apply(fn as Callback, self, args);
}
