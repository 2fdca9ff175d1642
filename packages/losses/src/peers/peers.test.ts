/** Is the table from other libraries complete, and does it say what is true of ours? */
import * as core from "@symloss/core";
import { Tensor } from "@symloss/core";
import { type CallExpression, type Expression, Visitor, parseSync } from "oxc-parser";
import { describe, expect, test } from "vitest";
import { peerNames } from "../../test/peer-names.ts";
import * as exported from "../index.ts";
import { type AnyLoss, losses } from "../index.ts";
import { type Counterpart, type PeerFunction, peers, withoutPeer } from "./index.ts";

const ours: Readonly<Record<string, unknown>> = { ...core, ...exported };
const counterparts = peers.flatMap(({ name, functions }) =>
  Object.entries(functions).flatMap(([theirs, one]) => (isCounterpart(one) ? [[name, theirs, one.ours] as const] : [])),
);

test.each(peers.map((peer) => [peer.name, peer] as const))("every name of %s is there, once", (name, { functions }) => {
  const names = Object.keys(functions).flatMap((list) => list.split(" "));
  expect(names.toSorted()).toEqual(peerNames[name]!.split(" ").toSorted());
});

test("every function of the catalogue is the counterpart of one, or is said to be of none", () => {
  const found = new Set(counterparts.flatMap(([, , call]) => calleesOf(call)));
  const names = Object.keys(losses).map((name) => aliases[name] ?? name);
  expect(names.filter((name) => !found.has(name) && withoutPeer[name] === undefined)).toEqual([]);
  expect(Object.keys(withoutPeer).filter((name) => found.has(name))).toEqual([]);
});

/** The names under which losses are written of. */
const aliases: Readonly<Record<string, string>> = { sparseSigmoidCrossentropyLogits: "sigmoidCrossentropyLogits" };

describe("calls are calls of ours", () => {
  test.each(counterparts)("%s: %s", (_peer, _theirs, call) => {
    const methods = callsIn(call).flatMap(({ callee }) =>
      callee.type === "MemberExpression" && callee.property.type === "Identifier" ? [callee.property.name] : [],
    );
    expect(methods.filter((name) => !(name in Tensor.prototype))).toEqual([]);
    expect(callsIn(call).filter(hasWrongLength)).toEqual([]);
  });

  test("nothing is called that is neither ours nor theirs", () => {
    const unknown = counterparts.flatMap(([, , call]) => calleesOf(call)).filter((name) => !isTheirs(name));
    const missing = [...new Set(unknown)].filter((name) => ours[name] === undefined);
    // What waits is in the catalogue, or is a function that it is made of: a name in camel case.
    expect(missing.filter((name) => !/^[a-z]+(?:[A-Z0-9][a-z0-9]*)*$/.test(name))).toEqual([]);
  });
});

/** Whether a loss is not given its arguments, apart from options. */
function hasWrongLength({ callee, arguments: given }: CallExpression): boolean {
  const definition = callee.type === "Identifier" ? definitionOf(callee.name) : undefined;
  const length = given.length - Number(given.at(-1)?.type === "ObjectExpression");
  return definition !== undefined && length !== definition.arguments.length;
}

test("the page says what the data says", async () => {
  const sections = peers.map(({ name, modules, version, conventions, functions }) =>
    [
      `## ${name}`,
      `${modules}, in version ${version}. ${conventions}`,
      "| there | here | differences |\n| --- | --- | --- |\n" +
        Object.entries(functions)
          .map(([theirs, one]) => rowOf(theirs, one))
          .join("\n"),
    ].join("\n\n"),
  );
  const rest = Object.entries(withoutPeer).map(([name, text]) => `- \`${name}\`${mark(isMissing(name))}: ${text}`);
  const page = [introduction, ...sections, "## Of none of these", rest.join("\n"), ""].join("\n\n");
  await expect(`${page.trimEnd()}\n`).toMatchFileSnapshot("../../../../docs/from-other-libraries.md");
});

const introduction = `# From other libraries

What a loss or metric of another library is called here, with its arguments and options, and every difference. Names in calls that are not
functions are the arguments there. Functions here come from \`@symloss/losses\`, or from \`@symloss/core\` like \`sub\` and \`mul\`. What is
marked * waits for a function or an option that doesn't exist yet. The same table answers on the command line:
\`npx @symloss/cli export mse_loss\`.

Written by \`npm test -- packages/losses/src/peers/peers.test.ts --update\` from \`packages/losses/src/peers\`.`;

function rowOf(theirs: string, one: PeerFunction): string {
  const names = theirs.split(" ").map((name) => `\`${name}\``);
  if (!isCounterpart(one)) return `| ${names.join(", ")} | none: ${one.none} | |`;
  const call = `\`${one.ours.replaceAll("|", "\\|")}\`${mark(isWaiting(one.ours))}`;
  return `| ${names.join(", ")} | ${call} | ${one.differences ?? ""} |`;
}

function mark(waits: boolean): string {
  return waits ? "*" : "";
}

/** Whether a function that is called, or an option that is given to it, doesn't exist yet. */
function isWaiting(call: string): boolean {
  return callsIn(call).some(({ callee, arguments: given }) => {
    if (callee.type !== "Identifier" || isTheirs(callee.name)) return false;
    if (isMissing(callee.name)) return true;
    const options = definitionOf(callee.name)?.options;
    const last = given.at(-1);
    if (options === undefined || last?.type !== "ObjectExpression") return false;
    return last.properties.some(
      (property) =>
        property.type === "Property" &&
        property.key.type === "Identifier" &&
        !Object.hasOwn(options, property.key.name),
    );
  });
}

function isMissing(name: string): boolean {
  return ours[name] === undefined;
}

/** A function that is an argument of theirs, in snake case. */
function isTheirs(name: string): boolean {
  return name.includes("_");
}

function definitionOf(name: string): AnyLoss["definition"] | undefined {
  return (ours[name] as Partial<AnyLoss> | undefined)?.definition;
}

function isCounterpart(one: PeerFunction): one is Counterpart {
  return "ours" in one;
}

function calleesOf(call: string): readonly string[] {
  return callsIn(call).flatMap(({ callee }: { readonly callee: Expression }) =>
    callee.type === "Identifier" ? [callee.name] : [],
  );
}

function callsIn(expression: string): readonly CallExpression[] {
  const { program, errors } = parseSync("call.js", `(${expression})`);
  if (errors.length > 0) throw new Error(`${expression}: ${errors[0]!.message}`);
  const calls: CallExpression[] = [];
  new Visitor({ CallExpression: (node) => void calls.push(node) }).visit(program);
  return calls;
}
