/** Which losses are there? A list by family, which can be narrowed by what a loss is called here or elsewhere. */
import { type LossName, losses } from "@symloss/losses";
import { documentation } from "../../../../packages/losses/test/documentation.ts";
import type { MenuGroup } from "../guides.ts";
import type { Names } from "../markdown.ts";
import { renderInline } from "../markdown.ts";
import { escapeMarkup } from "../markup.ts";
import type { Page } from "../page.ts";
import { counterpartsOf } from "./counterparts.ts";
import { families } from "./families.ts";
import { thumbnailOf } from "./figure.ts";
import { type LossMaterial, lossAddress } from "./loss-page.ts";

/** The page of all losses. */
export function makeLossIndex(materials: readonly LossMaterial[], names: Names): Page {
  const thumbnails = new Map(materials.map(({ name, evaluated }) => [name, thumbnailOf(evaluated)]));
  const sections = families.map(
    ({ id, title, losses: members }) =>
      `<section class="family"><h2 id="${id}"><a class="anchor" href="#${id}">${title}</a></h2><ul class="cards">${members
        .map((name) => cardOf(name, thumbnails.get(name)!, names))
        .join("")}</ul></section>`,
  );
  const count = Object.keys(losses).length;
  const description = `${count} losses and metrics, each with its formula, its figure, its gradient and its names in other libraries.`;
  return {
    path: "losses/index.html",
    title: "Losses",
    description,
    room: "losses",
    body: `<h1>Losses</h1>
<p class="lead">${description}</p>
<p class="filter" hidden><label>Narrow the list <input type="search" placeholder="BCEWithLogitsLoss, focal, ranking …" autocomplete="off" spellcheck="false"></label> <span role="status"></span></p>
${sections.join("\n")}`,
    contents: families.map(({ id, title }) => ({ id, text: title, level: 2 })),
    found: [{ address: "losses/index.html", title: "Losses", kind: "loss", text: description }],
  };
}

function cardOf(name: LossName, thumbnail: string, names: Names): string {
  const { summary, family } = documentation[name]!;
  const words = [name, family, ...counterpartsOf(name).flatMap((one) => one.names)].join(" ");
  const plain = renderInline(summary, { file: "packages/losses/README.md", names }).replaceAll(/<\/?a\b[^>]*>/g, "");
  return `<li data-words="${escapeMarkup(words.toLowerCase())}"><a href="${lossAddress(name)}">${thumbnail}<strong>${name}</strong></a><p>${plain}</p></li>`;
}

/** The menu beside a loss. */
export function lossMenu(): readonly MenuGroup[] {
  return families.map(({ title, losses: members }) => ({
    title,
    entries: members.map((name) => ({ title: name, address: lossAddress(name) })),
  }));
}
