/** What stands around the text of every page? */
import { type MenuGroup, guideOrder } from "./guides.ts";
import { escapeMarkup } from "./markup.ts";
import { type Page, type Room, addressFrom, placed } from "./page.ts";
import { repositoryAddress } from "./repository.ts";

/** The files that every page loads, by their addresses on the site. */
export interface Assets {
  readonly style: string;
  readonly script: string;
}

const [firstGuide] = Object.values(guideOrder).flat();

const rooms: Readonly<Record<Exclude<Room, "start">, { readonly title: string; readonly address: string }>> = {
  guides: { title: "Guides", address: `/guides/${firstGuide}.html` },
  losses: { title: "Losses", address: "/losses/index.html" },
  reference: { title: "Reference", address: "/reference/index.html" },
};

/** The curve of the bench page, which is huber. */
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M1 2c3 16 11 16 14 0' fill='none' stroke='%232457c5' stroke-width='2.5' stroke-linecap='round'/%3E%3C/svg%3E";

/** Before anything is drawn, so that no page flashes in the other colours. */
const colourScript = `try{document.documentElement.dataset.theme=localStorage.getItem("symloss-theme")??""}catch{}`;

/** The page as a file. `base` is only for a page that is shown at any address, whose links can't be relative. */
export function framed(page: Page, menu: readonly MenuGroup[], assets: Assets, base?: string): string {
  const { path, title, description, room, body, contents } = page;
  const full = room === "start" ? "symloss: losses of machine learning in TypeScript" : `${title} · symloss`;
  const markup = `<!doctype html>
<html lang="en" data-root="${base ?? addressFrom(path, "")}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(full)}</title>
<meta name="description" content="${escapeMarkup(description)}">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="${icon}">
<link rel="stylesheet" href="${assets.style}">
<script>${colourScript}</script>
<script type="module" src="${assets.script}"></script>
</head>
<body class="${room}">
<a class="skip" href="#main">Skip to the content</a>
<header>
<a class="mark" href="/index.html"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M1 2c3 16 11 16 14 0"/></svg>symloss</a>
<nav aria-label="Site">${Object.entries(rooms)
    .map(([name, one]) => `<a href="${one.address}"${name === room ? ' aria-current="true"' : ""}>${one.title}</a>`)
    .join("")}<a href="/bench/index.html">Bench</a><a href="${repositoryAddress}">GitHub</a></nav>
<div class="tools"><button type="button" class="search" hidden><span>Search</span> <kbd>/</kbd></button><button type="button" class="theme" hidden aria-label="Switch between light and dark"><svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6"/><path d="M8 2a6 6 0 0 1 0 12z"/></svg></button></div>
</header>
<div class="columns">
${menu.length === 0 ? "" : sidebar(menu, path)}
<main id="main" tabindex="-1">
${body}
</main>
${contents.length < 2 ? "" : contentsList(page)}
</div>
</body>
</html>
`;
  return base === undefined ? placed(path, markup) : markup.replaceAll(/((?:href|src)=")\/(?!\/)/g, `$1${base}`);
}

/** Before what follows it is drawn: on a phone the menu would stand before the text. */
const menuScript = `if(matchMedia("(max-width:56rem)").matches)document.currentScript.previousElementSibling.open=false`;

/** Open where there is room for it; closed on a phone until it is asked for. */
function sidebar(menu: readonly MenuGroup[], path: string): string {
  const groups = menu.map(({ title, entries }) => {
    const links = entries.map(({ title: text, address }) => {
      const current = address === `/${path}` ? ' aria-current="page"' : "";
      return `<li><a href="${address}"${current}>${escapeMarkup(text)}</a></li>`;
    });
    return `<p>${escapeMarkup(title)}</p><ul>${links.join("")}</ul>`;
  });
  return `<details class="menu" open><summary>Pages</summary><nav aria-label="Pages">${groups.join("")}</nav></details><script>${menuScript}</script>`;
}

function contentsList({ contents }: Page): string {
  const links = contents.map(({ id, text }) => `<li><a href="#${id}">${escapeMarkup(text)}</a></li>`);
  return `<nav class="contents" aria-labelledby="on-this-page"><p id="on-this-page">On this page</p><ul>${links.join("")}</ul></nav>`;
}
