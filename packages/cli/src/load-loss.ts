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
  if ((cause as { readonly code?: unknown } | null)?.code === "ERR_UNKNOWN_FILE_EXTENSION") {
    return `${path} must be a file that Node.js runs, which of TypeScript it does from 22.18 on, got ${process.version}. Compile it to JavaScript.`;
  }
  const text = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  const { href } = pathToFileURL(resolve(path));
  const stack = cause instanceof Error ? (cause.stack ?? "") : "";
  const [, line] = stack.slice(stack.indexOf(href)).match(/^[^\n]*?:(\d+)(?::\d+)?\)?(?:\n|$)/) ?? [];
  const isPlaced = stack.includes(href) && line !== undefined;
  const help = cause instanceof SyntaxError && !isPlaced ? ` In which line says: node ${path}` : "";
  return `${path} must be a module that loads, got ${text.replace(/\.$/, "")}${isPlaced ? ` (line ${line})` : ""}.${help}`;
}

function choose(path: string, wanted: string | undefined, exports: Exports): AnyLoss {
  const names = Object.keys(exports).toSorted();
  const losses = names.filter((one) => isLoss(exports[one]));
  const exported = losses.length === 0 ? "It exports no loss." : `Its losses are ${losses.join(", ")}.`;
  if (wanted === undefined) {
    const different = new Set(losses.map((one) => exports[one]));
    const chosen = isLoss(exports["default"]) ? exports["default"] : [...different][0];
    if (isLoss(chosen) && (different.size === 1 || chosen === exports["default"])) return chosen;
    if (losses.length === 0) {
      throw new Failure(`${path} must export a loss, made by defineLoss, got ${names.join(", ") || "no export"}.`);
    }
    throw new Failure(
      `${path} must be followed by # and the loss that is meant, got several: ${losses.map((one) => `${path}#${one}`).join(", ")}.`,
    );
  }
  if (!Object.hasOwn(exports, wanted)) {
    const near = didYouMean(wanted, losses.length === 0 ? names : losses, (one) => `${path}#${one}`);
    throw new Failure(
      `${path}#${wanted} must be a loss that the file exports, got nothing of that name. ${exported}${near}`,
    );
  }
  const chosen = exports[wanted];
  if (isLoss(chosen)) return chosen;
  throw new Failure(`${path}#${wanted} must be a loss, made by defineLoss, got ${describe(chosen)}. ${exported}`);
}
