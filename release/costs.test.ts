/** What does installing a package cost? Its README says so: `npm run test:release -- --write` writes it, and without that it is compared. */
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { packages } from "./packages.ts";
import { createProject } from "./project.ts";

const writes = process.env["SYMLOSS_WRITE"] === "1";

interface Cost {
  readonly seconds: number;
  readonly megabytes: number;
  readonly scripts: readonly string[];
}

/** Peers that a package is usually installed with. */
const companions: Readonly<Record<string, readonly string[]>> = { "engine-onnx": ["onnxruntime-web"] };

async function costOf(names: readonly string[]): Promise<Cost> {
  // The second time our registry has everything, so that the network is not measured.
  if (writes) await (await createProject("costs", names)).remove();
  const start = performance.now();
  const project = await createProject("costs", names, { emptyCache: writes });
  const seconds = (performance.now() - start) / 1000;
  const modules = join(project.folder, "node_modules");
  const listed = JSON.parse(readFileSync(join(modules, ".package-lock.json"), "utf8")) as {
    packages: Record<string, { hasInstallScript?: boolean }>;
  };
  const scripted = Object.entries(listed.packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
  const megabytes = bytesIn(modules) / 1e6;
  await project.remove();
  return {
    seconds,
    megabytes,
    scripts: scripted.map(([path]) => path.split("node_modules/").at(-1)!),
  };
}

function bytesIn(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** The seconds are whole, and counted from 1, so that they change with the package and not with the machine. */
function sentenceOf(subject: string, { seconds, megabytes, scripts }: Cost): string {
  const size = Number(megabytes.toPrecision(2));
  return `${subject} takes ${size} MB and, from a registry on the same machine, about ${Math.max(1, Math.round(seconds))} s; ${scripts.length === 0 ? "it runs no install script" : `it runs the install script of ${scripts.join(" and ")}`}.`;
}

const marks = ["<!-- install cost -->", "<!-- end of install cost -->"] as const;

/** What is written between the marks, and what is around them. */
function partsOf(readme: string): readonly [before: string, written: string, after: string] {
  const [start, end] = [readme.indexOf(marks[0]), readme.indexOf(marks[1])];
  if (start < 0 || end < start) throw new Error(`costs: a README must have ${marks.join(" and ")}, got no such pair.`);
  return [readme.slice(0, start + marks[0].length), readme.slice(start + marks[0].length, end), readme.slice(end)];
}

/** A text with its megabytes and seconds left out, and the megabytes. */
function comparable(text: string): { words: string; megabytes: number[] } {
  const pattern = /takes ([\d.]+) MB and, from a registry on the same machine, about \d+ s/g;
  return {
    words: text.replaceAll(pattern, "takes some time and space"),
    megabytes: [...text.matchAll(pattern)].map(([, size]) => Number(size)),
  };
}

describe.each(packages)("$folder", ({ name, folder }) => {
  test("costs what its README says", async () => {
    const path = fileURLToPath(new URL(`../packages/${folder}/README.md`, import.meta.url));
    expect(existsSync(path)).toBe(true);
    const peers = companions[folder] ?? [];
    const sentences = [sentenceOf("Installing it", await costOf([name]))];
    if (peers.length > 0)
      sentences.push(sentenceOf(`Together with ${peers.join(" and ")} it`, await costOf([name, ...peers])));
    const measured = `\n${sentences.join("\n")}\n`;
    const [before, written, after] = partsOf(readFileSync(path, "utf8"));
    if (writes) return writeFileSync(path, `${before}${measured}${after}`);

    const [want, got] = [comparable(written), comparable(measured)];
    expect(got.words).toBe(want.words);
    got.megabytes.forEach((size, index) => {
      const wanted = want.megabytes[index]!;
      expect(Math.abs(size - wanted), `got ${size} MB, the README says ${wanted}`).toBeLessThanOrEqual(
        0.1 + 0.1 * wanted,
      );
    });
  });
});
