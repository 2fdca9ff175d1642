// How many bytes does a page load for each package and each loss, minified and compressed?
//   npm run size             holds them to docs/sizes.md, and the table of README.md to that
//   npm run size -- --write  writes both
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import esbuild from "@size-limit/esbuild";
import file from "@size-limit/file";
import sizeLimit from "size-limit";
import { workspacesIn } from "./workspaces.mjs";

/** How far a size may be from the one that is written down: its rounding, and compressors that differ between versions of Node.js. */
const tolerance = { share: 0.03, bytes: 40 };

const core = "@symloss/core";

/** What is measured, by heading: `imports` says which names of which package, `without` what is not counted. */
async function rowsIn(root) {
  const engines = workspacesIn(join(root, "packages")).filter(({ name }) => name.startsWith("engine-"));
  const losses = await lossEntries();
  return {
    Core: [{ label: `\`${core}\`, all of it`, imports: { [core]: "*" }, without: [] }],
    Engines: engines.map(({ name, manifest }) => ({
      label: `\`${manifest.name}\``,
      imports: { [manifest.name]: `{ ${factoryOf(name)} }` },
      without: [core, ...runtimesOf(manifest)],
    })),
    Programs: engines
      .map(({ name, manifest }) => ({
        label: `\`compile\`, \`valueAndGrad\`, \`${factoryOf(name)}\`, \`huber\``,
        imports: {
          [core]: "{ compile, valueAndGrad }",
          [manifest.name]: `{ ${factoryOf(name)} }`,
          "@symloss/losses": "{ huber }",
        },
        without: runtimesOf(manifest),
      }))
      .concat({
        label: "`compile`, `valueAndGrad`, `interpreter`, `huber`",
        imports: {
          [core]: "{ compile, valueAndGrad }",
          "@symloss/engine-cpu/interpreter": "{ interpreter }",
          "@symloss/losses": "{ huber }",
        },
        without: [],
      }),
    Losses: [shared, ...losses].map(({ name, entry, note = "" }) => ({
      label: `\`${name}\`${note}`,
      imports: { [entry]: `{ ${name} }` },
      without: [core],
    })),
  };
}

const explanations = {
  Core: "Everything that it exports.",
  Engines: "Each with what it needs of ours, but core, and without its runtime.",
  Programs: "All that computes a loss and its gradient, but for the runtime of the engine.",
  Losses: "Each alone, without core. What losses share is loaded once.",
};

/** @symloss/engine-cpu exports `cpu`. */
function factoryOf(folder) {
  return folder.slice("engine-".length);
}

/** What an engine runs on: its peers, and what it imports by a name of its own. */
function runtimesOf({ peerDependencies = {}, imports = {} }) {
  return [...Object.keys(peerDependencies), ...Object.keys(imports)];
}

/** What is in the bundle of every loss, once. */
const shared = { name: "defineLoss", entry: "@symloss/losses", note: ", which every loss has in it" };

/** Every loss and metric, with the entry that exports it. */
async function lossEntries() {
  const { losses } = await import("@symloss/losses");
  const matching = await import("@symloss/losses/matching");
  return [
    ...Object.keys(losses).map((name) => ({ name, entry: "@symloss/losses" })),
    ...Object.keys(matching).map((name) => ({ name, entry: "@symloss/losses/matching" })),
  ].toSorted((left, right) => left.name.localeCompare(right.name, "en"));
}

/** The rows with their sizes in bytes, compressed with brotli. */
async function measure(root, rows) {
  const list = Object.values(rows).flat();
  const checks = list.map(({ imports, without }) => ({
    files: [],
    import: Object.fromEntries(Object.entries(imports).map(([name, names]) => [builtFile(root, name), names])),
    ignore: without,
    modifyEsbuildConfig: (config) => ({ ...config, format: "esm", target: "es2022", logLevel: "error" }),
  }));
  const results = await sizeLimit([esbuild, file], { checks });
  const sizes = new Map(list.map((row, index) => [row, results[index].size]));
  return mapRows(rows, (row) => ({ label: row.label, bytes: sizes.get(row) }));
}

function mapRows(rows, change) {
  return Object.fromEntries(Object.entries(rows).map(([heading, list]) => [heading, list.map(change)]));
}

/** The file behind an entry of one of our packages: "@symloss/losses/matching". */
function builtFile(root, name) {
  const [, folder, ...entry] = name.split("/");
  const { exports } = JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8"));
  const path = join(root, "packages", folder, exports[[".", ...entry].join("/")].default);
  if (!existsSync(path)) throw new Error(`size: ${name} must be built, got no ${path}. Run npm run build.`);
  return path;
}

/** docs/sizes.md. */
export function pageOf(sizes) {
  const parts = Object.entries(sizes).map(
    ([heading, rows]) => `## ${heading}\n\n${explanations[heading]}\n\n${tableOf(["imported", "size"], rows)}`,
  );
  return `# Sizes

Minified by esbuild and compressed with brotli, as [size-limit](https://github.com/ai/size-limit) measures it; 1 kB is 1000 bytes.
\`npm run size -- --write\` writes this page. \`npm run size\`, a part of CI, fails where a size is more than ${tolerance.share * 100} % and ${tolerance.bytes} bytes off.

${parts.join("\n\n")}
`;
}

/** The README's table: all but most of the losses, and the programs of the engines that bring no runtime. */
export function overviewOf({ Core, Engines, Programs, Losses }) {
  const bySize = Losses.filter(({ label }) => !label.includes(shared.note)).toSorted(
    (left, right) => left.bytes - right.bytes,
  );
  const marked = (row, note) => ({ ...row, label: `${row.label}, ${note}` });
  return tableOf(
    ["imported", "minified, brotli"],
    [
      ...Core,
      ...Engines.map((row) => marked(row, "without core and runtime")),
      marked(bySize[0], "the smallest loss"),
      marked(bySize[Math.floor(bySize.length / 2)], "the median loss"),
      marked(bySize.at(-1), "the largest loss"),
      ...Programs.filter(({ label }) => /`(cpu|interpreter)`/.test(label)).map((row) => marked(row, "together")),
    ],
  );
}

function tableOf([what, size], rows) {
  const lines = rows.map(({ label, bytes }) => `| ${label} | ${formatBytes(bytes)} |`);
  return [`| ${what} | ${size} |`, "| --- | ---: |", ...lines].join("\n");
}

/** Three digits. */
export function formatBytes(bytes) {
  return `${Number((bytes / 1000).toPrecision(3))} kB`;
}

/** The sizes that a page says, by heading. */
export function readPage(text) {
  const parts = text.split(/^## /m).slice(1);
  return Object.fromEntries(
    parts.map((part) => [
      part.slice(0, part.indexOf("\n")),
      [...part.matchAll(/^\| (.+) \| ([\d.]+) kB \|$/gm)].map(([, label, size]) => ({
        label,
        bytes: Number(size) * 1000,
      })),
    ]),
  );
}

/** Where measured sizes are not those of the page, as sentences. */
export function differences(written, measured) {
  return Object.keys({ ...written, ...measured }).flatMap((heading) => {
    const [old, now] = [written, measured].map(
      (sizes) => new Map(sizes[heading]?.map(({ label, bytes }) => [label, bytes])),
    );
    return [...new Set([...old.keys(), ...now.keys()])].flatMap((label) => {
      const [want, got] = [old.get(label), now.get(label)];
      if (want === undefined) return [`${label} must be in docs/sizes.md, got none; it has ${formatBytes(got)}`];
      if (got === undefined) return [`${label} must exist, as docs/sizes.md has it, got none`];
      const allowed = want * tolerance.share + tolerance.bytes;
      return Math.abs(got - want) <= allowed
        ? []
        : [`${label} must have ${formatBytes(want)}, got ${formatBytes(got)}`];
    });
  });
}

const marks = ["<!-- sizes -->", "<!-- end of sizes -->"];

/** The README with this table between its marks. */
export function withOverview(readme, table) {
  const [from, to] = marks.map((mark) => readme.indexOf(mark));
  if (from < 0 || to < from) throw new Error(`size: README.md must have ${marks.join(" and ")}, got no such pair.`);
  return `${readme.slice(0, from)}${marks[0]}\n\n${table}\n\n${readme.slice(to)}`;
}

const runAsProgram = import.meta.url === pathToFileURL(process.argv[1]).href;
if (runAsProgram) {
  const root = resolve(import.meta.dirname, "..");
  const [page, readme] = [join(root, "docs", "sizes.md"), join(root, "README.md")];
  const measured = await measure(root, await rowsIn(root));
  if (process.argv.includes("--write")) writeFileSync(page, pageOf(measured));
  const written = existsSync(page) ? readPage(readFileSync(page, "utf8")) : {};
  const wanted = withOverview(readFileSync(readme, "utf8"), overviewOf(written));
  if (process.argv.includes("--write")) writeFileSync(readme, wanted);

  const wrong = differences(written, measured);
  if (readFileSync(readme, "utf8") !== wanted)
    wrong.push("the table of README.md must follow from docs/sizes.md, got another");
  for (const sentence of wrong) console.error(`size: ${sentence}`);
  if (wrong.length > 0) console.error("If that is meant: npm run size -- --write");
  else console.log(`size: ${Object.values(measured).flat().length} sizes are as docs/sizes.md says`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}
