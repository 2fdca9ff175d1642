/** How is something found? By words of its text, its name, and its names in other libraries; the index is made when someone first asks. */
import MiniSearch, { type SearchResult } from "minisearch";
import type { Finding } from "../src/page.ts";

/** Finds what fits best, best first. */
export type Search = (words: string) => readonly Found[];

/** Something that was found. */
export interface Found extends Finding {
  /** The name in another library by which it was found. */
  readonly alias?: string;
}

const most = 20;

/** Loads what can be found. */
export async function openSearch(address: string): Promise<Search> {
  const response = await fetch(address);
  return searchOf((await response.json()) as readonly Finding[]);
}

/** A search of these. */
export function searchOf(findings: readonly Finding[]): Search {
  const known = new Map(findings.map((one) => [one.address, one]));
  const index = new MiniSearch<Finding>({
    idField: "address",
    fields: ["title", "part", "names", "text"],
    processTerm: termsOf,
    searchOptions: {
      boost: { title: 8, names: 8, part: 4 },
      prefix: (_, place, terms) => place === terms.length - 1,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      boostDocument: (address) => weightOf(known.get(address as string)!),
      processTerm: (term) => (tooCommon.has(term.toLowerCase()) ? undefined : term.toLowerCase()),
    },
  });
  index.addAll(findings);
  const found = (words: string, combineWith: "AND" | "OR"): readonly SearchResult[] =>
    index.search(words, { combineWith });
  return (words) => {
    const all = found(words, "AND");
    return (all.length > 0 ? all : found(words, "OR")).slice(0, most).map(({ id }) => {
      const one = known.get(id as string)!;
      const alias = aliasIn(one, words);
      return alias === undefined ? one : { ...one, alias };
    });
  };
}

/** A guide says more of a word than what only uses it; a page as a whole comes before its parts. */
function weightOf({ kind, part }: Finding): number {
  return kind === "guide" ? (part === undefined ? 1.5 : 1.3) : 1;
}

const tooCommon = new Set(
  "a an and are as at be by for from has in is it its no not of on one or that the to which with".split(" "),
);

/** A name as a whole, and each of the words that it is made of: `BCEWithLogitsLoss`, `bce`, `with`, `logits`, `loss`. */
function termsOf(term: string): string[] | undefined {
  if (tooCommon.has(term.toLowerCase())) return undefined;
  const words = term.split(/(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_/).filter(Boolean);
  return [...new Set([term, ...words].map((word) => word.toLowerCase()))];
}

function aliasIn({ names = "", title }: Finding, words: string): string | undefined {
  const asked = words.trim().toLowerCase();
  if (asked.length < 3 || title.toLowerCase().includes(asked)) return undefined;
  return names.split(" ").find((name) => name.toLowerCase().includes(asked));
}
