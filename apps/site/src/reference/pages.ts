/** Which pages has the reference? One for each entry, and one for each symbol that it exports. */
import { runnable } from "../../../../docs/prelude.ts";
import { codeBlock } from "../code.ts";
import { firstSentence, type MenuGroup } from "../guides.ts";
import { type Names, type RenderOptions, renderComment, renderInline } from "../markdown.ts";
import { escapeMarkup, table, textOf } from "../markup.ts";
import type { Page } from "../page.ts";
import { sourceAddress } from "../repository.ts";
import { declarationAt } from "./declaration.ts";
import type { ApiModule, ApiSymbol, SymbolKind } from "./typedoc.ts";

/** What entries are called in lists, and in which order kinds come. */
const kindTitles: Readonly<Record<SymbolKind, string>> = {
  Function: "Functions",
  Class: "Classes",
  Constant: "Constants",
  Interface: "Interfaces",
  Type: "Types",
};

/** Where a symbol is explained; a loss is on a page of its own. */
type Address = (module: ApiModule, name: string) => string;

/** The page of a symbol in the reference. Where names differ in a capital alone, files must differ in more: not every system tells them apart. */
export function referenceAddress({ folder, symbols }: ApiModule, name: string): string {
  const isLikeAnother = symbols.some((other) => other.name !== name && other.name.toLowerCase() === name.toLowerCase());
  return `/reference/${folder}/${name}${isLikeAnother && /^[A-Z]/.test(name) ? "-type" : ""}.html`;
}

/** Every page of the reference. `lossAddress` says where a loss is, which has no page here. */
export function makeReference(
  modules: readonly ApiModule[],
  names: Names,
  lossAddress: (name: string) => string | undefined,
): readonly Page[] {
  const addressOf: Address = (module, name) => lossOf(module, name, lossAddress) ?? referenceAddress(module, name);
  const pages = modules.flatMap((module) => [
    modulePage(module, modules, names, addressOf),
    ...module.symbols
      .filter(({ name }) => lossOf(module, name, lossAddress) === undefined)
      .map((symbol) => symbolPage(symbol, module, names)),
  ]);
  return [startPage(modules), ...pages];
}

function lossOf(
  { folder }: ApiModule,
  name: string,
  lossAddress: (name: string) => string | undefined,
): string | undefined {
  return folder === "losses" ? lossAddress(name) : undefined;
}

function startPage(modules: readonly ApiModule[]): Page {
  const rows = modules.map(({ name, folder, symbols }) => [
    `<a href="/reference/${folder}/index.html"><code>${name}</code></a>`,
    String(symbols.length),
  ]);
  const description = "Everything that the packages export, by the name under which it is imported.";
  return {
    path: "reference/index.html",
    title: "Reference",
    description,
    room: "reference",
    body: `<h1>Reference</h1><p class="lead">${description}</p>${table("Entries", ["Import from", "Exports"], rows)}`,
    contents: [],
    found: [],
  };
}

function modulePage(module: ApiModule, modules: readonly ApiModule[], names: Names, addressOf: Address): Page {
  const { name, folder, symbols, repeated } = module;
  const kinds = (Object.keys(kindTitles) as SymbolKind[]).filter((kind) => symbols.some((one) => one.kind === kind));
  const options: RenderOptions = { file: module.file, names };
  const lists = kinds.map((kind) => {
    const rows = symbols
      .filter((one) => one.kind === kind)
      .map((one) => [
        `<a href="${addressOf(module, one.name)}"><code>${one.name}</code></a>`,
        renderInline(firstSentence(one.comment.replaceAll("\n", " ")), options),
      ]);
    return `<section><h2 id="${idOf(kind)}">${kindTitles[kind]}</h2>${table(kindTitles[kind], ["Name", "What it is"], rows)}</section>`;
  });
  const others = repeated.map(({ name: symbol, module: home }) => {
    const owner = modules.find((one) => one.name === home)!;
    return `<a class="name" href="${addressOf(owner, symbol)}"><code>${symbol}</code></a>`;
  });
  const again =
    others.length === 0 ? "" : `<h2 id="again">Exported here too</h2><p class="names">${others.join(" ")}</p>`;
  return {
    path: `reference/${folder}/index.html`,
    title: name,
    description: `What ${name} exports.`,
    room: "reference",
    body: `<p class="above"><a href="/reference/index.html">Reference</a></p><h1><code>${name}</code></h1>${lists.join("\n")}${again}`,
    contents: kinds.map((kind) => ({ id: idOf(kind), text: kindTitles[kind], level: 2 })),
    found: [
      { address: `reference/${folder}/index.html`, title: name, kind: "reference", text: `What ${name} exports.` },
    ],
  };
}

function idOf(kind: SymbolKind): string {
  return kindTitles[kind].toLowerCase();
}

function symbolPage(symbol: ApiSymbol, module: ApiModule, names: Names): Page {
  const { name, kind, comment, examples, places, see } = symbol;
  const own = referenceAddress(module, name);
  const options: RenderOptions = { file: module.file, names, own };
  const declared = [...new Set(places.map((place) => declarationAt(place, name)))];
  const shown = examples.map((example) => codeBlock(runnable(example.replaceAll(/^```ts\n|\n```$/g, "")), "ts"));
  const sources = [
    ...new Set(places.map(({ file, line }) => `<a href="${sourceAddress(file, line)}">${file}:${line}</a>`)),
  ];
  const body = `<p class="above"><a href="/reference/${module.folder}/index.html">${module.name}</a></p>
<h1><code>${name}</code> <small class="kind">${kind.toLowerCase()}</small></h1>
${renderComment(comment, options)}
${linked(codeBlock(declared.join("\n\n"), "ts"), names, own)}
${shown.length === 0 ? "" : `<h2 id="example">Example</h2>${shown.join("\n")}`}
${see.length === 0 ? "" : `<p>See ${see.map((text) => renderInline(text, options)).join(", ")}</p>`}
<p><small>Declared in ${sources.join(" and ")}</small></p>`;
  const text = textOf(renderComment(comment, options));
  return {
    path: own.slice(1),
    title: name,
    description: firstSentence(text),
    room: "reference",
    body,
    contents: [],
    found: [{ address: own.slice(1), title: name, part: module.name, kind: "reference", text }],
  };
}

/** Types in a declaration lead to where they are explained, but for its own parameters. */
function linked(markup: string, names: Names, own: string): string {
  const parameters = new Set([...textOf(markup).matchAll(/(\w+) extends/g)].map(([, parameter]) => parameter));
  return markup.replaceAll(
    /(<span class="hljs-comment">[\s\S]*?<\/span>)|<[^>]*>|\b[A-Z]\w+\b/g,
    (word, comment?: string) => {
      if (comment !== undefined || word.startsWith("<")) return word;
      const address = parameters.has(word) ? undefined : names(word);
      return address === undefined || address === own
        ? word
        : `<a class="name" href="${address}">${escapeMarkup(word)}</a>`;
    },
  );
}

/** The menu beside a page of the reference: every entry, and the symbols of the one that is open. */
export function referenceMenu(modules: readonly ApiModule[], path: string): readonly MenuGroup[] {
  const entries = modules.map(({ name, folder }) => ({ title: name, address: `/reference/${folder}/index.html` }));
  const open = modules.find(({ folder }) => path.startsWith(`reference/${folder}/`));
  const symbols = open?.symbols ?? [];
  const losses = open?.folder === "losses";
  return [
    { title: "Import from", entries },
    ...(Object.keys(kindTitles) as SymbolKind[])
      .map((kind) => ({
        title: kindTitles[kind],
        entries: symbols
          // Losses have a menu of their own.
          .filter((one) => one.kind === kind && !(losses && kind === "Constant"))
          .map(({ name }) => ({ title: name, address: referenceAddress(open!, name) })),
      }))
      .filter((group) => group.entries.length > 0),
  ];
}
