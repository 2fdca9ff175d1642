/** Of which files does the site consist? All of it is made here, in memory. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { buildPage } from "@symloss/bench/build-page";
import { type LossName, losses } from "@symloss/losses";
import { buildAssets } from "./assets.ts";
import { type Assets, framed } from "./frame.ts";
import { type MenuGroup, guideMenu, makeGuides } from "./guides.ts";
import { secondNames } from "./losses/counterparts.ts";
import { evaluateLoss } from "./losses/evaluated.ts";
import { makeLiveFigure } from "./live-figure.ts";
import { lossMenu, makeLossIndex } from "./losses/index-page.ts";
import { type LossMaterial, lossAddress, makeLossPage } from "./losses/loss-page.ts";
import { modelOf } from "./losses/model.ts";
import type { Names } from "./markdown.ts";
import type { Page } from "./page.ts";
import { makeReference, referenceAddress, referenceMenu } from "./reference/pages.ts";
import { type ApiModule, readReference } from "./reference/typedoc.ts";
import { root } from "./repository.ts";
import { makeStartPage } from "./start-page.ts";

/** What is built. */
export interface SiteOptions {
  /** The path under which the site is served, from slash to slash. Only the page for addresses that are not there must know it. */
  readonly base: string;
  /** Whether the reference is part of it, which takes the longest. */
  readonly reference: boolean;
  /** Is told what is done, and how long that took. */
  readonly say: (line: string) => void;
}

/** The files of the site by path. */
export type SiteFiles = ReadonlyMap<string, string | Uint8Array>;

/** Builds the site. Throws if a symbol has no documentation, or a link of a guide leads to no file. */
export async function buildSite({ base, reference, say }: SiteOptions): Promise<SiteFiles> {
  const timed = async <T>(what: string, work: () => T | Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    say(`${what}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
    return result;
  };
  const modules = reference ? await timed("Reference", readReference) : [];
  const names = namesOf(modules);
  const materials = await timed("Losses", makeMaterials);
  const live = await makeLiveFigure();
  const pages: readonly Page[] = await timed("Pages", () => [
    makeStartPage(live, names),
    ...makeGuides(names),
    makeLossIndex(materials, names),
    ...materials.map((material) => makeLossPage(material, names)),
    ...(reference ? makeReference(modules, names, addressOfLoss) : []),
  ]);
  const { files: assetFiles, assets } = await timed("Scripts", buildAssets);
  const bench = await timed("Bench", () => buildPage({ path: "bench/" }));
  return new Map<string, string | Uint8Array>([
    ...pages.map((page) => [page.path, framed(page, menuOf(page, modules), assets)] as const),
    ["404.html", missingPage(assets, base)],
    ["search.json", JSON.stringify(pages.flatMap(({ found }) => found))],
    ...materials.flatMap(({ name, model }) =>
      model === undefined ? [] : [[`onnx/${name}.onnx`, model.bytes] as const],
    ),
    ...figures(),
    ...assetFiles,
    ...bench,
  ]);
}

async function makeMaterials(): Promise<readonly LossMaterial[]> {
  const materials: LossMaterial[] = [];
  for (const name of Object.keys(losses) as LossName[]) {
    materials.push({ name, evaluated: await evaluateLoss(name), model: modelOf(name) });
  }
  return materials;
}

/** Where the page of a loss is, by either of its names. */
function addressOfLoss(name: string): string | undefined {
  const own = secondNames[name] ?? name;
  return Object.hasOwn(losses, own) ? lossAddress(own) : undefined;
}

/** A name leads to its loss, else to the first entry that exports it. */
function namesOf(modules: readonly ApiModule[]): Names {
  const addresses = new Map<string, string>();
  for (const module of modules.toSorted((left, right) => rank(left) - rank(right))) {
    for (const { name } of module.symbols) {
      if (!addresses.has(name)) addresses.set(name, referenceAddress(module, name));
    }
  }
  return (name) => (plainWords.has(name) ? undefined : (addressOfLoss(name) ?? addresses.get(name)));
}

/** Names that in code mean a choice or an argument more often than the function. */
const plainWords: ReadonlySet<string> = new Set(["mean", "sum", "max", "min", "norm", "sign", "check"]);

/** What most readers mean comes first. */
function rank({ folder }: ApiModule): number {
  const order = ["core", "losses", "core-engine"];
  return order.includes(folder) ? order.indexOf(folder) : order.length;
}

function menuOf({ room, path }: Page, modules: readonly ApiModule[]): readonly MenuGroup[] {
  // It lists all of them itself.
  if (path === "losses/index.html") return [];
  const menus = { start: () => [], guides: guideMenu, losses: lossMenu, reference: () => referenceMenu(modules, path) };
  return menus[room]();
}

function figures(): readonly (readonly [string, Uint8Array])[] {
  const folder = join(root, "docs/figures");
  return readdirSync(folder).map((name) => [`figures/${name}`, readFileSync(join(folder, name))]);
}

function missingPage(assets: Assets, base: string): string {
  const page: Page = {
    path: "404.html",
    title: "Nothing is here",
    description: "This address has no page.",
    room: "start",
    body: `<h1>Nothing is here</h1><p class="lead">This address has no page. <a href="/index.html">The start page</a> has a search.</p>`,
    contents: [],
    found: [],
  };
  return framed(page, [], assets, base);
}
