// Writes the version of @symloss/evaluation into its sources, for a program can't read its manifest in a browser: npm run version-packages
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const folder = resolve(import.meta.dirname, "../packages/evaluation");
const path = join(folder, "src/fingerprint.ts");
const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const before = readFileSync(path, "utf8");
const after = before.replace(/(?<=export const version = ").*(?=";)/, version);
if (!after.includes(`version = "${version}"`)) throw new Error(`${path} must declare a version, got none.`);
writeFileSync(path, after);
