/** How is a symbol declared? As the author wrote it, without what stands in the bodies of functions. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Class, type ClassElement, type Directive, type Statement, parseSync } from "oxc-parser";
import { root } from "../repository.ts";
import type { SourcePlace } from "./typedoc.ts";

type Node = Statement | Directive;

interface ParsedFile {
  readonly text: string;
  readonly statements: readonly Node[];
  readonly lineStarts: readonly number[];
}

/** The value of a constant is shown up to so many letters. */
const mostLetters = 1200;

/** The text of the declaration at a place. */
export function declarationAt({ file, line }: SourcePlace, name: string): string {
  const { text, statements, lineStarts } = parsed(file);
  const [from, to] = [lineStarts[line - 1]!, lineStarts[line] ?? text.length];
  const statement = statements.find(({ start, end }) => start < to && end > from);
  if (statement === undefined) throw new Error(`${file}:${line}: there must be a declaration of ${name}, got none.`);
  return textOf(statement, text, name);
}

const files = new Map<string, ParsedFile>();

function parsed(file: string): ParsedFile {
  const known = files.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(join(root, file), "utf8");
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const made = { text, statements: parseSync(file, text).program.body, lineStarts: starts };
  files.set(file, made);
  return made;
}

function textOf(statement: Node, text: string, name: string): string {
  const node =
    statement.type === "ExportNamedDeclaration" && statement.declaration !== null ? statement.declaration : statement;
  const slice = (start: number, end: number): string => text.slice(start, end).trim();
  switch (node.type) {
    case "FunctionDeclaration":
    case "TSDeclareFunction":
      return `${slice(node.start, node.body?.start ?? node.end).replace(/;$/, "")};`;
    case "ClassDeclaration":
      return classText(node, text);
    case "VariableDeclaration": {
      const one =
        node.declarations.find(({ id }) => id.type === "Identifier" && id.name === name) ?? node.declarations[0]!;
      if (one.id.typeAnnotation != null) return `const ${slice(one.id.start, one.id.end)};`;
      const value = slice(one.start, one.end);
      return value.length <= mostLetters ? `const ${value};` : `const ${name};`;
    }
    default:
      return slice(node.start, node.end);
  }
}

function classText({ start, body }: Class, text: string): string {
  const members = body.body.filter(isPublic).map((member) => memberText(member, text));
  return `${text.slice(start, body.start).trim()} {\n${members.join("\n")}\n}`;
}

function isPublic(member: ClassElement): boolean {
  if (member.type === "StaticBlock") return false;
  if ("accessibility" in member && (member.accessibility === "private" || member.accessibility === "protected"))
    return false;
  return !("key" in member) || member.key.type !== "PrivateIdentifier";
}

/** With the comment above it, which stands between it and what comes before. */
function memberText(member: ClassElement, text: string): string {
  const before = text.slice(0, member.start);
  const comment = /(?:^|\n)( *\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\s*$/.exec(before)?.[1];
  const end = "value" in member && member.value !== null ? endOf(member) : member.end;
  const own = text.slice(member.start, end).trim().replace(/;$/, "");
  return `${comment === undefined ? "" : `${comment}\n`}  ${own};`;
}

function endOf(member: ClassElement): number {
  if (member.type === "MethodDefinition") return member.value.body?.start ?? member.end;
  if (member.type === "PropertyDefinition") return (member.typeAnnotation ?? member.key).end;
  return member.end;
}
