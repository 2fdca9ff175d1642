/** What does the page of a loss say? All of it is from the catalogue, the sources and the engines. */
import { toMathMl } from "@symloss/bench/formula";
import { type ArgumentDefinition, type LossName, type OptionDefinition, losses } from "@symloss/losses";
import { withoutPeer } from "@symloss/losses/peers";
import { type Documentation, documentation } from "../../../../packages/losses/test/documentation.ts";
import { runnable } from "../../../../docs/prelude.ts";
import { codeBlock } from "../code.ts";
import { type Names, type RenderOptions, codeSpan, renderComment, renderInline } from "../markdown.ts";
import { escapeMarkup, table, textOf, wide } from "../markup.ts";
import type { Heading, Page } from "../page.ts";
import { sourceAddress } from "../repository.ts";
import { commentOf } from "./comments.ts";
import { type LossCounterpart, counterpartsOf, secondNames } from "./counterparts.ts";
import { type EvaluatedLoss, parametersOf } from "./evaluated.ts";
import { families } from "./families.ts";
import { figureOf } from "./figure.ts";
import type { LossModel } from "./model.ts";
import { signatureOf } from "./signature.ts";
import { defaultOf, hasGradient, kindOf, shapesOf } from "./words.ts";

/** What was made of a loss when the site is built. */
export interface LossMaterial {
  readonly name: LossName;
  readonly evaluated: EvaluatedLoss;
  readonly model: LossModel | undefined;
}

/** A part of the page. */
interface Part extends Heading {
  readonly markup: string;
}

/** Where the page of a loss is. */
export function lossAddress(name: string): string {
  return `/losses/${name}.html`;
}

/** The page. */
export function makeLossPage(material: LossMaterial, names: Names): Page {
  const { name } = material;
  const said = documentation[name]!;
  const options: RenderOptions = { file: `packages/losses/src/${said.file}`, names, own: lossAddress(name) };
  const counterparts = counterpartsOf(name);
  const family = families.find(({ id }) => id === said.family)!;
  const parts = partsOf(material, said, counterparts, options);
  const sections = parts.map(
    ({ id, text, markup }) =>
      `<section><h2 id="${id}"><a class="anchor" href="#${id}">${text}</a></h2>${markup}</section>`,
  );
  const body = `<p class="above"><a href="/losses/index.html#${family.id}">${family.title}</a></p>
<h1>${name}</h1>
<p class="lead">${renderInline(said.summary, options)}</p>
${wide("Formula", `<div class="formula">${toMathMl(said.formula!)}</div>`)}
${figureOf(material.evaluated)}
<p class="actions"><a class="button" href="/bench/index.html#losses?${escapeMarkup(parametersOf(name))}">Change its options, live</a>${downloadOf(material)}</p>
${sections.join("\n")}`;
  return {
    path: lossAddress(name).slice(1),
    title: name,
    description: said.summary,
    room: "losses",
    body,
    contents: parts,
    found: [
      {
        address: lossAddress(name).slice(1),
        title: name,
        kind: "loss",
        names: [...counterparts.flatMap((one) => one.names), ...aliasesOf(name), withoutPeer[name] ?? ""].join(" "),
        text: `${textOf(renderInline(said.summary, options))} ${family.title}. ${said.details} ${said.peers}`,
      },
    ],
  };
}

function partsOf(
  { name, model }: LossMaterial,
  said: Documentation,
  counterparts: readonly LossCounterpart[],
  options: RenderOptions,
): readonly Part[] {
  const { definition } = losses[name];
  const part = (id: string, text: string, markup: string): Part => ({ id, text, level: 2, markup });
  return [
    part(
      "call",
      "How it is called",
      codeBlock(`import { ${name} } from "@symloss/losses";\n\n${signatureOf(name, definition)}`, "ts") +
        aliasNote(name),
    ),
    part("arguments", "Arguments", argumentTable(definition.arguments, said, options)),
    ...(Object.keys(definition.options).length === 0
      ? []
      : [part("options", "Options", optionTable(definition.options, said, options))]),
    part("result", "Result", resultOf(name, options)),
    part("example", "Example", codeBlock(runnable(said.example ?? ""), "ts")),
    part("numbers", "What the numbers are", renderComment(said.details, options)),
    part("elsewhere", "In other libraries", elsewhere(name, said, counterparts, options)),
    ...(said.seed === undefined ? [] : [part("symjax", "In SymJAX", `<p>${renderInline(said.seed, options)}</p>`)]),
    part("onnx", "As a file", modelNote(name, model, options)),
    part(
      "source",
      "Source",
      `<p>${renderInline(said.source ?? "", options)}</p><p><a href="${sourceAddress(options.file)}">${said.file}</a>, where the formula is written</p>`,
    ),
  ];
}

function argumentTable(list: readonly ArgumentDefinition[], { file }: Documentation, options: RenderOptions): string {
  const rows = list.map((argument) => {
    const shapes = shapesOf(argument).map(({ shape, elements }) =>
      [shape === "" ? "" : `<code>${shape}</code>`, elements].filter(Boolean).join(", "),
    );
    const comment = withoutShape(commentOf(argument.name, file) ?? "", argument.shape);
    return [
      `<code>${argument.name}</code>`,
      prose(renderInline(comment, options)),
      prose(shapes.join("<br>or ")),
      argument.differentiable ? "yes" : "no",
    ];
  });
  return table("Arguments", ["Argument", "What it is", "Shape and elements", "Gradient"], rows);
}

/** A cell that is read, and so needs room. */
function prose(markup: string): string {
  return `<div class="prose">${markup}</div>`;
}

/** Comments begin with the shape, which has a column of its own. */
function withoutShape(comment: string, shape: string): string {
  const text = comment.startsWith(`${shape} `) ? comment.slice(shape.length + 1) : comment;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function optionTable(
  definitions: Readonly<Record<string, OptionDefinition>>,
  { file }: Documentation,
  options: RenderOptions,
): string {
  const rows = Object.entries(definitions).map(([name, option]) => {
    const usual = defaultOf(option);
    const text = (commentOf(name, file) ?? "").replace(/; a tensor has a gradient(?=\.)/, "");
    const comment = withoutShape(text, "shape" in option ? option.shape : "");
    return [
      `<code>${name}</code>`,
      prose(renderInline(usual === undefined ? comment : withoutDefault(comment), options)),
      prose(renderInline(kindOf(option), options)),
      usual === undefined ? "" : `<code>${escapeMarkup(usual)}</code>`,
      hasGradient(option) ? "as a tensor" : "no",
    ];
  });
  return table("Options", ["Option", "What it does", "What it may be", "Default", "Gradient"], rows);
}

/** Comments end with the default, which has a column of its own. */
function withoutDefault(comment: string): string {
  return comment.replace(/ Default [^ ]+\.$/, "");
}

function resultOf(name: LossName, { names }: RenderOptions): string {
  const { results } = losses[name].definition;
  const entries = Object.entries(results);
  const reduce = codeSpan("reduce", names);
  const [single] = entries;
  if (entries.length === 1 && single !== undefined) {
    const [, shape] = single;
    const isReduced = shape === "[]";
    return `<p>A tensor of shape <code>${shape}</code>${isReduced ? ", a scalar" : ""}.${isReduced ? "" : ` It is not reduced: <code>.mean()</code>, <code>.sum()</code> or ${reduce} do that, with weights and masks.`}</p>`;
  }
  const rows = entries.map(([key, shape]) => [`<code>${key}</code>`, `<code>${shape}</code>`]);
  return `<p>A record of tensors.</p>${table("Results", ["Result", "Shape"], rows)}`;
}

function elsewhere(
  name: LossName,
  said: Documentation,
  counterparts: readonly LossCounterpart[],
  options: RenderOptions,
): string {
  const text = said.peers === undefined ? "" : `<p>${renderInline(said.peers, options)}</p>`;
  const none = withoutPeer[name];
  if (counterparts.length === 0)
    return none === undefined ? text : `${text}<p>${capital(renderInline(none, options))}.</p>`;
  const rows = counterparts.map(({ library, names, ours, differences }) => [
    library,
    names.map((one) => `<code>${escapeMarkup(one)}</code>`).join(", "),
    `<code>${escapeMarkup(ours)}</code>`,
    differences === undefined ? "none" : prose(renderInline(differences, options)),
  ]);
  return `${text}${table("In other libraries", ["Library", "There", "Here", "Differences"], rows)}
<p>Names in calls that are not functions are the arguments there. <a href="/guides/from-other-libraries.html">All functions of these libraries</a></p>`;
}

function capital(markup: string): string {
  return markup.replace(/^\w/, (letter) => letter.toUpperCase());
}

function aliasesOf(name: LossName): readonly string[] {
  return Object.entries(secondNames).flatMap(([second, own]) => (own === name ? [second] : []));
}

function aliasNote(name: LossName): string {
  const second = aliasesOf(name).map((one) => `<code>${one}</code>`);
  return second.length === 0 ? "" : `<p>It is also exported as ${second.join(" and ")}.</p>`;
}

function downloadOf({ name, model }: LossMaterial): string {
  return model === undefined
    ? ""
    : ` <a class="button" href="/onnx/${name}.onnx" download>${name}.onnx <small>${sizeOf(model.bytes.length)}</small></a>`;
}

function sizeOf(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`;
}

function modelNote(name: LossName, model: LossModel | undefined, { names }: RenderOptions): string {
  if (model === undefined) {
    return `<p>It has no .onnx file: the length of its result is not among the lengths of its arguments. ${codeSpan("exportOnnx", names)} writes one for a batch of a given size.</p>`;
  }
  const inputs = Object.entries(model.inputs).map(
    ([input, { shape, dtype }]) => `<code>${input}</code> <code>${dtype}[${shape.join(", ")}]</code>`,
  );
  const gradients = model.gradient.map((input) => `<code>gradient_${input}</code>`);
  const outputs = Object.keys(losses[name].definition.results).map((key) => `<code>${key}</code>`);
  const command = `npx @symloss/cli export ${name} --shape … -o ${name}.onnx`;
  return `<p><a href="/onnx/${name}.onnx" download>${name}.onnx</a> runs in any ONNX Runtime. Its inputs are ${inputs.join(", ")}; its outputs ${[...outputs, ...gradients].join(", ")}, with options as they are by default${gradients.length === 0 ? "; it has no gradient" : ""}.</p>
<p>One of other lengths and options is written by <code>${escapeMarkup(command)}</code>, as <a href="/guides/exporting.html">Exporting</a> says.</p>`;
}
