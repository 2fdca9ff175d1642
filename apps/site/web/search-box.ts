/** How does one search? In a dialog over the page, with the keyboard or without. */
import { type Found, type Search, openSearch } from "./search.ts";

const kinds: Readonly<Record<Found["kind"], string>> = { loss: "loss", guide: "guide", reference: "reference" };

let dialog: HTMLDialogElement | undefined;

/** Opens the dialog; what can be found is loaded the first time. */
export async function openSearchBox(siteRoot: string): Promise<void> {
  dialog ??= makeDialog(openSearch(`${siteRoot}search.json`), siteRoot);
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("input")!.select();
}

function makeDialog(loading: Promise<Search>, siteRoot: string): HTMLDialogElement {
  const made = document.createElement("dialog");
  made.className = "search-box";
  made.setAttribute("aria-label", "Search");
  made.innerHTML = `<form method="dialog"><input type="search" aria-label="Search" placeholder="A loss, its name elsewhere, a word of a guide …" autocomplete="off" spellcheck="false"><button>Close</button></form><p role="status"></p><ul></ul>`;
  document.body.append(made);
  const [input, status, list] = [made.querySelector("input")!, made.querySelector("p")!, made.querySelector("ul")!];

  input.addEventListener("input", () => {
    void loading.then(
      (search) => show(search, input.value),
      () => (status.textContent = "What can be found did not load."),
    );
  });
  made.addEventListener("keydown", (event) => {
    const links = [...list.querySelectorAll("a")];
    const place = links.indexOf(document.activeElement as HTMLAnchorElement);
    if (event.key === "ArrowDown") links[Math.min(place + 1, links.length - 1)]?.focus();
    else if (event.key === "ArrowUp") (place > 0 ? links[place - 1] : input)?.focus();
    else if (event.key === "Enter" && place === -1) links[0]?.click();
    else return;
    event.preventDefault();
  });
  // A click beside it closes it, as does a link on the same page.
  made.addEventListener("click", ({ target }) => {
    if (target === made || (target as Element).closest("a") !== null) made.close();
  });
  return made;

  function show(search: Search, words: string): void {
    const found = words.trim() === "" ? [] : search(words);
    list.replaceChildren(...found.map((one) => entryOf(one, siteRoot)));
    status.textContent = words.trim() === "" ? "" : found.length === 0 ? "Nothing was found." : `${found.length} found`;
  }
}

function entryOf({ address, title, part, kind, alias, text }: Found, siteRoot: string): HTMLLIElement {
  const link = document.createElement("a");
  link.href = `${siteRoot}${address}`;
  const name = document.createElement("strong");
  name.textContent = title;
  const place = document.createElement("small");
  place.textContent = [kinds[kind], part, alias === undefined ? undefined : `elsewhere ${alias}`]
    .filter(Boolean)
    .join(" · ");
  const excerpt = document.createElement("span");
  excerpt.textContent = text.slice(0, 140);
  link.append(name, " ", place, excerpt);
  const entry = document.createElement("li");
  entry.append(link);
  return entry;
}
