/** What does TypeDoc know of every exported symbol? It lies in a folder of its own, with the TypeScript that it needs. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "../repository.ts";
import { type EntryPoint, entryPoints } from "./entry-points.ts";

const folder = fileURLToPath(new URL("../../reference/", import.meta.url));

/** A piece of a comment. */
interface CommentPart {
  readonly kind: "text" | "code" | "inline-tag";
  readonly text: string;
}

interface Comment {
  readonly summary: readonly CommentPart[];
  readonly blockTags?: readonly { readonly tag: string; readonly content: readonly CommentPart[] }[];
}

interface Reflection {
  readonly id: number;
  readonly name: string;
  readonly kind: number;
  readonly comment?: Comment;
  readonly signatures?: readonly Reflection[];
  readonly type?: { readonly declaration?: Reflection };
  readonly sources?: readonly { readonly fileName: string; readonly line: number }[];
  readonly children?: readonly Reflection[];
  /** Of one that is exported again. */
  readonly target?: number;
}

/** What a symbol is. */
export type SymbolKind = "Function" | "Class" | "Interface" | "Type" | "Constant";

/** Where a declaration begins. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
}

/** A symbol that is exported. */
export interface ApiSymbol {
  readonly name: string;
  readonly kind: SymbolKind;
  /** What its comment says, in Markdown. */
  readonly comment: string;
  readonly examples: readonly string[];
  readonly see: readonly string[];
  readonly places: readonly SourcePlace[];
}

/** What an entry exports. */
export interface ApiModule extends EntryPoint {
  readonly symbols: readonly ApiSymbol[];
  /** Symbols of another entry that are exported here too. */
  readonly repeated: readonly { readonly name: string; readonly module: string }[];
}

/** Every entry with its symbols. Throws if a symbol has no comment. */
export function readReference(): readonly ApiModule[] {
  install();
  const scratch = mkdtempSync(join(tmpdir(), "symloss-reference-"));
  try {
    const output = join(scratch, "reference.json");
    const files = entryPoints.map(({ file }) => join(root, file));
    run(process.execPath, ["node_modules/typedoc/bin/typedoc", "--json", output, ...files]);
    return documented(modulesOf(JSON.parse(readFileSync(output, "utf8")) as Reflection));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** TypeDoc would ask for a comment on each method too, whose names say enough. */
function documented(modules: readonly ApiModule[]): readonly ApiModule[] {
  const bare = modules.flatMap(({ name, symbols }) =>
    symbols.filter(({ comment }) => comment === "").map((symbol) => `${symbol.name} of ${name}`),
  );
  if (bare.length > 0) throw new Error(`Every exported symbol must have a comment, got none on ${bare.join(", ")}.`);
  return modules;
}

/** Installs what the folder's lock file says, unless it is there. */
function install(): void {
  const wanted = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  const isThere = Object.entries(wanted.dependencies).every(([name, version]) => {
    const file = join(folder, "node_modules", name, "package.json");
    return existsSync(file) && (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version === version;
  });
  if (!isThere) run("npm", ["ci", "--no-audit", "--no-fund"]);
}

function run(command: string, words: readonly string[]): void {
  // On Windows npm is a script, which only a shell runs.
  const shell = process.platform === "win32" && command === "npm";
  const { status, stdout, stderr, error } = spawnSync(command, words, { cwd: folder, encoding: "utf8", shell });
  if (status !== 0) throw new Error(`The reference was not made: ${error?.message ?? ""}\n${stdout}${stderr}`);
}

const kinds: Readonly<Record<number, SymbolKind>> = {
  32: "Constant",
  64: "Function",
  128: "Class",
  256: "Interface",
  2097152: "Type",
};

function modulesOf(project: Reflection): readonly ApiModule[] {
  const modules = project.children!.map((reflection) => {
    const file = reflection.sources![0]!.fileName;
    return { reflection, entry: entryPoints.find((one) => one.file === file)! };
  });
  const homes = new Map(
    modules.flatMap(({ reflection, entry }) => reflection.children!.map(({ id }) => [id, entry.name])),
  );
  const ordered = modules.toSorted((left, right) => entryPoints.indexOf(left.entry) - entryPoints.indexOf(right.entry));
  return ordered.map(({ reflection, entry }) => ({
    ...entry,
    symbols: reflection.children!.flatMap((child) => symbolOf(child) ?? []),
    repeated: reflection.children!.flatMap(({ name, target }) => {
      const module = target === undefined ? undefined : homes.get(target);
      return module === undefined ? [] : [{ name, module }];
    }),
  }));
}

function symbolOf(reflection: Reflection): ApiSymbol | undefined {
  const kind = kinds[reflection.kind];
  if (kind === undefined) return undefined;
  const { name, sources = [] } = reflection;
  const comments = [reflection, ...(reflection.signatures ?? []), ...typeOf(reflection)].flatMap(
    (one) => one.comment ?? [],
  );
  const tagged = (tag: string): readonly string[] =>
    comments.flatMap(({ blockTags = [] }) =>
      blockTags.filter((one) => one.tag === tag).map(({ content }) => joined(content)),
    );
  return {
    name,
    kind,
    comment: joined(comments[0]?.summary ?? []),
    examples: [...new Set(tagged("@example"))],
    see: tagged("@see"),
    places: sources.map(({ fileName, line }) => ({ file: fileName, line })),
  };
}

/** A type that is a function or a record has its comment there. */
function typeOf({ type }: Reflection): readonly Reflection[] {
  return type?.declaration === undefined ? [] : [type.declaration, ...(type.declaration.signatures ?? [])];
}

function joined(parts: readonly CommentPart[]): string {
  return parts.map(({ text, kind }) => (kind === "inline-tag" ? `\`${text}\`` : text)).join("");
}
