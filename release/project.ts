/** What is a project? A folder outside of this repository, in which packages were installed from the registry, and programs run. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export interface Project {
  readonly folder: string;
  /** Writes a file, by its path in the project. */
  write(path: string, content: string | Uint8Array): void;
  /** What a program prints. Throws with all that it printed if it fails. */
  run(command: string, parameters: readonly string[], environment?: Readonly<Record<string, string>>): Promise<string>;
  /** Removes it while others are tested: on a busy disk that takes as long as to install it. */
  remove(): Promise<void>;
}

/** Everything of the release, in a temporary folder that is removed when all tests have ended. */
export const releaseFolder = folderOfRelease();

function folderOfRelease(): string {
  const folder = process.env["SYMLOSS_RELEASE"];
  if (folder === undefined)
    throw new Error("release: packages must have been published, got none. Run npm run test:release.");
  return folder;
}

/** A new project with these packages, and nothing but what they bring. With `emptyCache` everything comes from the registry. */
export async function createProject(
  name: string,
  packages: readonly string[],
  { emptyCache = false }: { readonly emptyCache?: boolean } = {},
): Promise<Project> {
  const folder = mkdtempSync(join(releaseFolder, `${name}-`));
  const project: Project = {
    folder,
    write(path, content) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    },
    run: (command, parameters, environment = {}) => run(folder, command, parameters, environment),
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
  project.write("package.json", JSON.stringify({ name: "project", private: true }));
  const cache = emptyCache ? { npm_config_cache: join(folder, ".cache") } : {};
  if (packages.length > 0) await project.run("npm", ["install", ...packages], cache);
  return project;
}

/** A file of a package that `npm run test:release` has installed here, in release/. */
export function ofRelease(path: string): string {
  return createRequire(import.meta.url).resolve(path);
}

async function run(
  cwd: string,
  command: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const windows = process.platform === "win32";
  const env = { ...ownVariables(), ...environment };
  return new Promise((resolve, reject) => {
    execFile(
      command,
      parameters,
      { cwd, env, shell: windows && command !== process.execPath, maxBuffer: 2 ** 26 },
      (error, printed, complaints) => {
        if (error === null) return resolve(printed);
        const line = [command, ...parameters].join(" ");
        reject(new Error(`${line} must succeed, got ${error.code ?? error.signal}\n${printed}${complaints}`));
      },
    );
  });
}

/** The variables of this process, but those of vitest, which change what packages do. */
function ownVariables(): NodeJS.ProcessEnv {
  const ofVitest = /^(VITEST|VITE_|NODE_ENV$|NODE_OPTIONS$|DEV$|PROD$|MODE$|SSR$|TEST$|BASE_URL$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofVitest.test(name)));
}
