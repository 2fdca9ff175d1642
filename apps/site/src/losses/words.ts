/** What may be given for an argument or an option, in words? */
import { conditionOf } from "@symloss/core/engine";
import { type ArgumentDefinition, type OptionDefinition, elementKinds, elementTraits } from "@symloss/losses";

/** The shapes of an argument, with what its elements are in each. */
export function shapesOf({
  forms,
}: ArgumentDefinition): readonly { readonly shape: string; readonly elements: string }[] {
  return forms.map(({ shape, elements }) => ({
    shape: elements === "count" ? "" : shape,
    elements: elementKinds[elements],
  }));
}

/** What an option may be. */
export function kindOf(option: OptionDefinition): string {
  switch (option.kind) {
    case "number":
      return `a number${boundOf(option.must)}`;
    case "int":
      return "an integer";
    case "count":
      return "an integer from 1";
    case "flag":
      return "true or false";
    case "choice":
      return option.choices.map((choice) => `\`${JSON.stringify(choice)}\``).join(", ");
    case "axes":
      return `an axis, a list of axes, or null for ${option.whenNull === "none" ? "none" : "all"}`;
    case "axis":
      return `the axis of ${option.of}`;
    case "tensor":
      return `a number, or what broadcasts to \`${option.shape}\`${boundOf(option.must)}`;
    case "array":
      return `\`${option.shape}\`, ${[option.elements ?? "float"]
        .flat()
        .map((elements) => elementKinds[elements])
        .join(" or ")}`;
    case "mask":
      return `booleans that broadcast to \`${option.shape}\``;
  }
}

function boundOf(must: Parameters<typeof conditionOf>[0]["kind"] | undefined): string {
  return must === undefined ? "" : `: ${conditionOf({ kind: must } as Parameters<typeof conditionOf>[0])}`;
}

/** What an option is if it is not given; undefined if it is then left out. */
export function defaultOf(option: OptionDefinition): string | undefined {
  if (!("default" in option) || option.default === undefined) return undefined;
  return typeof option.default === "number" ? String(option.default) : JSON.stringify(option.default);
}

/** Whether the loss may have a gradient with respect to an option. */
export function hasGradient(option: OptionDefinition): boolean {
  if (option.kind !== "array") return option.kind === "tensor";
  return [option.elements ?? "float"].flat().every((elements) => elementTraits[elements].isFloat);
}
