/** Which tests does `npm test` run, and which of them share a process? */
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, mergeConfig } from "vitest/config";
import { settings } from "./vitest.settings.ts";

const root = fileURLToPath(new URL(".", import.meta.url));

const files = ["packages", "apps", "docs", "scripts"].flatMap((folder) =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".test.ts") && !/\/(node_modules|dist)\//.test(file)),
);

/** What belongs to a whole process: its modules, globals, flags and memory. */
const ofProcess =
  /\bvi\.(mock|doMock|resetModules|stub\w+|spyOn)\(|\bglobalThis\b|\bprocess\.|\bprototype\b|\bsetFlags|\bWebAssembly\b|\bHeap\b|\bSymbol\.for\b/;

/** A file that names what belongs to a whole process has one of its own. */
const isAlone = (file: string): boolean => ofProcess.test(readFileSync(`${root}${file}`, "utf8"));

// Projects do not take over the mode by themselves, by which tests tell how much to do.
export default defineConfig(({ mode }) =>
  mergeConfig(settings, {
    test: {
      projects: [
        { extends: true, mode, test: { name: "alone", include: files.filter(isAlone) } },
        // Others share one with those before them, and the modules that these have loaded: half of the time of a short file is spent on that.
        {
          extends: true,
          mode,
          test: { name: "shared", include: files.filter((file) => !isAlone(file)), isolate: false },
        },
      ],
    },
  }),
);
