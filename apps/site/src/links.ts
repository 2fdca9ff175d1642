/** Does every link of the site lead somewhere, and every anchor to an element? */
import { posix } from "node:path";

/** The links that lead nowhere: `losses/huber.html -> ../nowhere.html`. `files` has every path of the site. */
export function brokenLinks(files: ReadonlyMap<string, string | Uint8Array>): readonly string[] {
  const ids = new Map<string, ReadonlySet<string>>();
  const idsOf = (path: string): ReadonlySet<string> => {
    const found = ids.get(path) ?? idsIn(files.get(path));
    ids.set(path, found);
    return found;
  };
  return [...files].flatMap(([path, content]) => {
    if (!path.endsWith(".html") || path.startsWith("bench/") || path === "404.html") return [];
    return linksIn(String(content))
      .filter((link) => !leads(path, link))
      .map((link) => `${path} -> ${link}`);
  });

  function leads(path: string, link: string): boolean {
    if (/^(?:https?|data|mailto):/.test(link)) return true;
    const [file = "", anchor] = link.split("#", 2);
    const target = file === "" ? path : posix.normalize(posix.join(posix.dirname(path), file));
    if (!files.has(target)) return false;
    // What follows # says what the bench page shows.
    if (anchor === undefined || target.startsWith("bench/")) return true;
    return idsOf(target).has(decodeURIComponent(anchor));
  }
}

function idsIn(content: string | Uint8Array | undefined): ReadonlySet<string> {
  return new Set([...String(content ?? "").matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!));
}

function linksIn(markup: string): readonly string[] {
  return [...markup.matchAll(/<[^>]*? (?:href|src)="([^"]*)"/g)].map(([, link]) => link!.replaceAll("&amp;", "&"));
}
