/** Does the table of losses that readers are given say what the definitions say? */
import { describe, expect, test } from "vitest";
import { documentation } from "../test/documentation.ts";
import {
  type ArgumentDefinition,
  type LossDefinition,
  type OptionDefinition,
  elementKinds,
  elementTraits,
  losses,
} from "./index.ts";

test("LOSSES.md has a row for each loss", async () => {
  const rows = Object.values(losses).map(({ definition }) => rowOf(definition));
  const table = ["| loss | arguments | options | result |", "| --- | --- | --- | --- |", ...rows].join("\n");
  const sections = Object.keys(losses).map(sectionOf);
  const page = [introduction, table, legend(), ...sections].join("\n\n");
  await expect(`${page}\n`).toMatchFileSnapshot("../LOSSES.md");
});

describe.each(Object.keys(losses))("the docstring of %s", (name) => {
  const said = documentation[name]!;

  test.each(["summary", "formula", "source", "peers"] as const)("has its %s", (tag) => {
    expect(said[tag]).toMatch(/\S/);
  });

  test("has no formula that TeX can't read, and no sentence without an end", () => {
    const braces = said.formula!.replaceAll(/\\[{}]/g, "");
    expect(braces.match(/\{/g)?.length).toBe(braces.match(/\}/g)?.length);
    for (const text of [said.summary, said.source, said.peers, said.seed]) expect(text ?? ".").toMatch(/[.:]$/);
  });
});

const introduction = `# The losses

Written by \`npm test -- packages/losses/src/catalogue.test.ts -u\` from what each loss declares.
An option marked * may be a tensor, and then has a gradient. Classes count from 0.`;

function rowOf({ name, arguments: list, options, results }: LossDefinition): string {
  const result = Object.entries(results).map(([key, shape]) =>
    Object.keys(results).length === 1 ? `\`${shape}\`` : `${key} \`${shape}\``,
  );
  return `| \`${name}\` | ${list.map(argumentText).join(", ")} | ${Object.entries(options)
    .map(([key, option]) =>
      optionText(
        key,
        option,
        list.some(({ differentiable }) => differentiable),
      ),
    )
    .join(", ")} | ${result.join(", ")} |`;
}

function argumentText({ name, forms }: ArgumentDefinition): string {
  const texts = forms.map(({ shape, elements }) =>
    elements === "count" ? "count" : `\`${shape}\`${elements === "float" ? "" : ` ${elements}`}`,
  );
  return `${name} ${texts.join(" or ")}`;
}

function optionText(name: string, option: OptionDefinition, differentiable: boolean): string {
  if (option.kind === "choice") {
    const others = option.choices.filter((choice) => choice !== option.default);
    return `${name} = ${[option.default, ...others].map((choice) => JSON.stringify(choice)).join(" or ")}`;
  }
  const fallback = "default" in option && option.default !== undefined ? ` = ${String(option.default)}` : "";
  const shape = option.kind === "array" || option.kind === "mask" ? ` \`${option.shape}\`` : "";
  return `${name}${differentiable && hasGradient(option) ? "*" : ""}${shape}${fallback}`;
}

/** Whether it may be a tensor with respect to which there is a gradient. */
function hasGradient(option: OptionDefinition): boolean {
  if (option.kind !== "array") return option.kind === "tensor";
  return [option.elements ?? "float"].flat().every((elements) => elementTraits[elements].isFloat);
}

/** What is written of a loss, for a page. */
function sectionOf(name: string): string {
  const { summary, formula, source, peers, seed } = documentation[name]!;
  const lines = [`- Source: ${source}`, `- Elsewhere: ${peers}`, ...(seed === undefined ? [] : [`- SymJAX: ${seed}`])];
  return `## ${name}\n\n${summary}\n\n$$${formula}$$\n\n${lines.join("\n")}`;
}

/** What the words for elements mean. */
function legend(): string {
  const kinds = Object.entries(elementKinds).filter(([kind]) => kind !== "float");
  return kinds.map(([kind, text]) => `- ${kind}: ${text}`).join("\n");
}
