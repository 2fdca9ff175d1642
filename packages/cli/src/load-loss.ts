/** Which loss does a file export? `./wing.js#wing` names both; where the file exports a single loss, `./wing.js` is enough. */
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { DTypeError, OutOfRangeError, describe } from "@symloss/core";
import { requireRule } from "@symloss/core/engine";
import { type AnyLoss, isLoss } from "@symloss/losses";
import { Failure } from "./failure.ts";
import { didYouMean } from "./meant.ts";

/**
 * The loss that a file exports, made by `defineLoss`: `./wing.js#wing`, or `./wing.js` if that is its default export or the only one. The
 * file is a module that Node.js loads: JavaScript, and TypeScript from Node.js 22.18 on. Its code runs.
 * Throws `OutOfRangeError` if there is no such file or export, if the export is no loss, or if the file does not load, and `DTypeError`
 * if the place is no string.
 */
export async function loadLoss(place: string): Promise<AnyLoss> {
  requireRule("loadLoss", "place", placeRule, place);
  try {
    return await readLoss(place);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new OutOfRangeError(`loadLoss: ${error.message}`, { cause: error.cause });
  }
}

const placeRule = {
  must: "the path of a file, and # with the name of an export after it if there are several",
  holds: (value: unknown) => typeof value === "string",
  error: DTypeError,
};

/** Whether a word is the place of a loss in a file, and not the name of a loss. */
export function isPlace(word: string): boolean {
  return /[./\\#]/.test(word);
}

/** The loss at a place. Throws `Failure` if there is none. */
export async function readLoss(place: string): Promise<AnyLoss> {
  const hash = place.lastIndexOf("#");
  const path = hash === -1 ? place : place.slice(0, hash);
  requireFile(path);
  const exports = await load(path);
  return choose(path, hash === -1 ? undefined : place.slice(hash + 1), exports);
}

const endings = /\.[cm]?[jt]s$/;

function requireFile(path: string): void {
  const state = statSync(resolve(path), { throwIfNoEntry: false });
  if (state === undefined) {
    const near = didYouMean(basename(path), filesBeside(path), (name) => path.replace(/[^/\\]*$/, name));
    throw new Failure(`${name(path)} must be a file, got nothing of that name.${near}`);
  }
  if (!state.isFile()) throw new Failure(`${name(path)} must be a file, got a folder.`);
  if (!endings.test(path)) throw new Failure(`${name(path)} must be a .js, .mjs or .ts file, got another.`);
}

/** What a message calls a path. */
function name(path: string): string {
  return path === "" ? "What stands before #" : path;
}

function filesBeside(path: string): readonly string[] {
  try {
    return readdirSync(dirname(resolve(path))).filter((file) => endings.test(file));
  } catch {
    return [];
  }
}

type Exports = Readonly<Record<string, unknown>>;

async function load(path: string): Promise<Exports> {
  const { href } = pathToFileURL(resolve(path));
  try {
    return (await import(href)) as Exports;
  } catch (cause) {
    throw new Failure(whyNotLoaded(path, cause), { cause });
  }
}

/** What is wrong with a file that does not load. */
export function whyNotLoaded(path: string, cause: unknown): string {
  const text = (cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)).replace(/\.$/, "");
  if (
    (cause as { readonly code?: unknown } | null)?.code === "ERR_UNKNOWN_FILE_EXTENSION" &&
    /"\.[cm]?ts"/.test(text)
  ) {
    return `${path} must be JavaScript before Node.js 22.18, which runs TypeScript itself, got ${text}, in ${process.version}. Compile it first.`;
  }
  const line = lineIn(path, cause);
  const where = line === undefined ? "" : ` (line ${line})`;
  const help = cause instanceof SyntaxError && line === undefined ? ` In which line says: node ${path}` : "";
  return `${path} must be a module that loads, got ${text}${where}.${help}`;
}

/** The line of the file in which an error was thrown, if its stack has it. */
function lineIn(path: string, cause: unknown): string | undefined {
  const { href } = pathToFileURL(resolve(path));
  const stack = cause instanceof Error ? (cause.stack ?? "") : "";
  const [, after] = stack.split(href);
  return /^:(\d+)/.exec(after ?? "")?.[1];
}

/** The export of that name, or that which is meant without a name: the default, or the only one. */
function choose(path: string, wanted: string | undefined, exports: Exports): AnyLoss {
  const names = Object.keys(exports).toSorted();
  const losses = names.filter((one) => isLoss(exports[one]));
  return wanted === undefined
    ? chooseOnly(path, names, losses, exports)
    : chooseNamed(path, wanted, names, losses, exports);
}

function chooseOnly(path: string, names: readonly string[], losses: readonly string[], exports: Exports): AnyLoss {
  const fallback = exports["default"];
  const [only, another] = new Set(isLoss(fallback) ? [fallback] : losses.map((one) => exports[one]));
  if (isLoss(only) && another === undefined) return only;
  throw new Failure(
    losses.length === 0
      ? `${path} must export a loss, made by defineLoss, got ${names.join(", ") || "no export"}.`
      : `${path} must be followed by # and the loss that is meant, got several: ${losses.map((one) => `${path}#${one}`).join(", ")}.`,
  );
}

function chooseNamed(
  path: string,
  wanted: string,
  names: readonly string[],
  losses: readonly string[],
  exports: Exports,
): AnyLoss {
  const exported = losses.length === 0 ? "It exports no loss." : `Its losses are ${losses.join(", ")}.`;
  if (!names.includes(wanted)) {
    const near = didYouMean(wanted, losses.length === 0 ? names : losses, (one) => `${path}#${one}`);
    throw new Failure(
      `${path}#${wanted} must be a loss that the file exports, got nothing of that name. ${exported}${near}`,
    );
  }
  const chosen = exports[wanted];
  if (isLoss(chosen)) return chosen;
  throw new Failure(`${path}#${wanted} must be a loss, made by defineLoss, got ${describe(chosen)}. ${exported}`);
}
