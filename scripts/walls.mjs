// Which package may import which, and can all be required? The table below says the first; this script holds the sources to both.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { parseSync, Visitor } from "oxc-parser";
import { workspacesIn } from "./workspaces.mjs";

/** The npm packages that an engine runs on, if any. */
const runtimes = {
  "engine-gpu": ["gpu.js"],
  "engine-onnx": ["onnxruntime-web", "onnxruntime-node", "onnxruntime-common"],
};

/** Stands for modules that a user names. */
const computed = "computed";

/** For each folder of packages/, but for engines: what it may import of ours, and of others (npm packages and node: modules). */
const walls = {
  core: { ours: [], others: [] },
  losses: { ours: ["core"], others: ["munkres"] },
  loops: { ours: ["core"], others: [] },
  conformance: { ours: ["core", "losses"], others: ["fast-check"] },
  evaluation: {
    ours: ["core"],
    others: [
      "@duckdb/node-api",
      "apache-arrow",
      "bullmq",
      "hyparquet",
      "hyparquet-compressors",
      "piscina",
      "tinyglobby",
      "yauzl",
      computed,
      "node:crypto",
      "node:fs",
      "node:path",
      "node:stream",
      "node:timers",
      "node:zlib",
    ],
  },
  cli: { ours: ["core", "losses", "engine-onnx", "evaluation"], others: "any" },
};

/** For each package whose sources are in folders: these, the lower first. A file imports from its own folder and those below; files beside the folders stand on top. */
const rooms = {
  core: ["array", "tensor", "graph", "engine", "compile"],
  loops: ["program", "element", "schedule", "emit"],
  // Device and plan do not know each other: programs, above both, run plans on a device.
  "engine-gpu": ["kernel", "device", "plan"],
  "engine-wasm": ["assembler", "functions", "memory", "codegen"],
};

/** Of packages that run in browsers as well: the folders that run in Node.js alone. Nothing else of the package imports Node.js, or them. */
const ofNode = { evaluation: ["bullmq", "files", "workers"] };

/** Heavy runtimes: one file of the engine knows them, so that only that file loads, types and replaces them. */
const oneFileEach = Object.values(runtimes).flat();

function wallOf(packageName) {
  const isEngine = packageName.startsWith("engine-");
  return isEngine ? { ours: ["core", "loops"], others: runtimes[packageName] ?? [] } : walls[packageName];
}

const scope = "@symloss/";

/** Every import that breaks a wall, as `{ file, line, specifier, why }`, in the repository at `root`. */
export function findViolations(root) {
  const imports = workspacesIn(join(root, "packages")).flatMap(importsOf);
  const broken = [...imports.map(withReason), ...runtimesInManyFiles(imports)].filter(({ why }) => why !== undefined);
  return broken.map(({ file, line, specifier, why }) => ({
    file: relative(root, file).replaceAll(sep, "/"),
    line,
    specifier,
    why,
  }));
}

/** Every top-level await of a package, as `{ file, line }`: a module that has one can't be loaded by `require`. */
export function findTopLevelAwaits(root) {
  const files = workspacesIn(join(root, "packages")).flatMap(({ folder }) => sourceFilesIn(join(folder, "src")));
  return files
    .filter((file) => !isProgram(file))
    .flatMap((file) => awaitsIn(file).map((line) => ({ file: relative(root, file).replaceAll(sep, "/"), line })));
}

/** What is run, and never imported. */
function isProgram(file) {
  return basename(file) === "main.ts";
}

/** The lines of the awaits that stand in no function. */
function awaitsIn(file) {
  const text = readFileSync(file, "utf8");
  const found = [];
  let depth = 0;
  const functions = ["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"];
  const bounds = functions.flatMap((type) => [
    [type, () => void depth++],
    [`${type}:exit`, () => void depth--],
  ]);
  const add = ({ start }) => {
    if (depth === 0) found.push(text.slice(0, start).split("\n").length);
  };
  const visitor = {
    ...Object.fromEntries(bounds),
    AwaitExpression: add,
    ForOfStatement: (node) => void (node.await && add(node)),
  };
  new Visitor(visitor).visit(parseSync(file, text).program);
  return found;
}

function importsOf({ name, folder }) {
  const source = join(folder, "src");
  return sourceFilesIn(source).flatMap((file) =>
    importsIn(file).map((found) => ({ ...found, file, packageName: name, source })),
  );
}

function sourceFilesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name) && !/\.test\.\w+$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** What a file imports: static, dynamic and type-only alike. A dynamic import of an expression has no specifier. */
function importsIn(file) {
  const text = readFileSync(file, "utf8");
  const { program, comments, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);

  const found = [];
  const add = (node) => {
    if (node) found.push({ specifier: node.value, offset: node.start });
  };
  new Visitor({
    ImportDeclaration: ({ source }) => add(source),
    ExportNamedDeclaration: ({ source }) => add(source),
    ExportAllDeclaration: ({ source }) => add(source),
    ImportExpression: ({ source }) => add(resolvedIn(source) ?? source),
    TSImportType: ({ source }) => add(source),
    TSExternalModuleReference: ({ expression }) => add(expression),
  }).visit(program);
  // `/// <reference types="node" />` brings in a package's types without any import.
  for (const { value, start } of comments) {
    const types = /^\/\s*<reference\s+types\s*=\s*["']([^"']+)["']/.exec(value)?.[1];
    if (types) found.push({ specifier: types, offset: start });
  }
  return found.map(({ specifier, offset }) => ({ specifier, line: text.slice(0, offset).split("\n").length }));
}

/** In `${meta.resolve("x")}?again`, which is another instance of a module, the x; undefined for anything else. */
function resolvedIn({ type, quasis, expressions }) {
  if (type !== "TemplateLiteral" || quasis[0].value.raw !== "" || !quasis[1]?.value.raw.startsWith("?"))
    return undefined;
  const { callee, arguments: asked } = expressions[0];
  return callee?.property?.name === "resolve" ? asked[0] : undefined;
}

function withReason(found) {
  return { ...found, why: reasonAgainst(found) };
}

/** Why this import may not be, or undefined when it may. */
function reasonAgainst({ packageName, specifier, file, source }) {
  const wall = wallOf(packageName);
  if (!wall) return `${packageName} has no row in the table of scripts/walls.mjs`;
  if (typeof specifier !== "string") {
    return wall.others === "any" || wall.others.includes(computed)
      ? undefined
      : "what it imports is computed, so that no wall can be checked";
  }
  if (specifier.startsWith(".")) {
    const target = resolve(file, "..", specifier);
    if (!target.startsWith(source + sep)) return "a relative import must stay inside the src of its package";
    const [from, to] = [file, target].map((path) => relative(source, path));
    return reasonAgainstNode(packageName, from, roomOf(to)) ?? reasonAgainstRoom(packageName, from, to);
  }
  // A file of the package that is published as it stands, by the name that its manifest gives it.
  if (specifier.startsWith("#")) return undefined;
  if (specifier.startsWith(scope)) {
    const imported = packageOf(specifier).slice(scope.length);
    return wall.ours.includes(imported) ? undefined : `${packageName} may import ${list(wall.ours)} of ours`;
  }
  if (wall.others !== "any" && !wall.others.includes(packageOf(specifier))) {
    return `${packageName} may import ${list(wall.others)} of others`;
  }
  if (!specifier.startsWith("node:")) return undefined;
  return reasonAgainstNode(packageName, relative(source, file), ofNode[packageName]?.[0]);
}

/** Why a file may not import Node.js, or a folder that does. */
function reasonAgainstNode(packageName, file, imported) {
  const folders = ofNode[packageName] ?? [];
  const isFine = folders.length === 0 || folders.includes(roomOf(file)) || !folders.includes(imported);
  if (isFine) return undefined;
  return `only ${folders.map((name) => `${name}/`).join(", ")} of ${packageName} need Node.js: the rest runs in browsers too`;
}

/** The folder of a package's source in which a file is; undefined for those beside the folders. */
function roomOf(file) {
  return file.includes(sep) ? file.split(sep)[0] : undefined;
}

function reasonAgainstRoom(packageName, file, target) {
  const order = rooms[packageName];
  if (order === undefined) return undefined;
  const [own, imported] = [file, target].map(roomOf);
  const unknown = [own, imported].find((room) => room !== undefined && !order.includes(room));
  if (unknown !== undefined) return `${unknown}/ has no place among the folders of ${packageName} in scripts/walls.mjs`;
  const heightOf = (room) => (room === undefined ? order.length : order.indexOf(room));
  if (heightOf(imported) <= heightOf(own)) return undefined;
  return `${own}/ stands below ${imported === undefined ? "the files beside it" : `${imported}/`}: imports point downwards (${order.join(" <- ")})`;
}

function runtimesInManyFiles(imports) {
  return oneFileEach.flatMap((runtime) => {
    const uses = imports.filter(({ specifier }) => typeof specifier === "string" && packageOf(specifier) === runtime);
    const home = uses[0]?.file;
    return uses
      .filter(({ file }) => file !== home)
      .map((use) => ({ ...use, why: `${runtime} is imported in one file only, and ${home} does already` }));
  });
}

/** "gpu.js/dist/x" is of "gpu.js", "@a/b/c" of "@a/b". */
function packageOf(specifier) {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function list(names) {
  return names.length === 0 ? "nothing" : `only ${names.join(", ")}`;
}

const runAsProgram = import.meta.url === pathToFileURL(process.argv[1]).href;
if (runAsProgram) {
  const root = resolve(import.meta.dirname, "..");
  const [violations, awaits] = [findViolations(root), findTopLevelAwaits(root)];
  for (const { file, line, specifier, why } of violations) {
    console.error(`${file}:${line} imports ${specifier === undefined ? "an expression" : `"${specifier}"`}: ${why}`);
  }
  for (const { file, line } of awaits)
    console.error(`${file}:${line} awaits outside of a function: require() refuses such a module`);
  const holds = violations.length + awaits.length === 0;
  if (holds) console.log("walls: every import is where it may be, and every module can be required");
  process.exit(holds ? 0 : 1);
}
