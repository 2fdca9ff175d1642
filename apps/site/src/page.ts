/** What is a page, before it has a frame around it? Addresses in it begin with a slash, which stands for where the site lies. */

/** A page of the site. */
export interface Page {
  /** `losses/huber.html` */
  readonly path: string;
  readonly title: string;
  /** One sentence, for search engines. */
  readonly description: string;
  /** Which entry of the menu it belongs to. */
  readonly room: Room;
  readonly body: string;
  /** What the column beside the text lists; none for a page that has the whole width. */
  readonly contents: readonly Heading[];
  /** What can be found. */
  readonly found: readonly Finding[];
}

/** An entry of the menu. */
export type Room = "start" | "guides" | "losses" | "reference";

/** A heading that has an address. */
export interface Heading {
  readonly id: string;
  readonly text: string;
  readonly level: number;
}

/** What a search finds, on a page or in a part of one. */
export interface Finding {
  /** `losses/huber.html`, or with a part of it: `guides/numerics.html#sums` */
  readonly address: string;
  readonly title: string;
  /** The heading of the part, if it is not the page as a whole. */
  readonly part?: string;
  readonly kind: "loss" | "guide" | "reference";
  /** Other names under which it is looked for. */
  readonly names?: string;
  readonly text: string;
}

/** The address of another place, as it is written on the page at `path`: that site may lie anywhere. */
export function addressFrom(path: string, address: string): string {
  const depth = path.split("/").length - 1;
  const climbed = `${"../".repeat(depth)}${address.replace(/^\//, "")}`;
  return climbed === "" ? "./" : climbed;
}

/** Makes the addresses of a page's markup what they are on that page. */
export function placed(path: string, markup: string): string {
  return markup.replaceAll(
    /(<[^>]*?\b(?:href|src|data-[a-z]+)=")(\/(?!\/)[^"]*)(")/g,
    (_, before: string, address: string, after: string) => `${before}${addressFrom(path, address)}${after}`,
  );
}
