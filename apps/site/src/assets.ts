/** How do the styles and scripts of the site become files? */
import { fileURLToPath } from "node:url";
import { palette } from "@symloss/bench/palette";
import { type Rolldown, build, defaultClientConditions } from "vite";
import type { Assets } from "./frame.ts";

/** The files by their paths, and which of them every page loads. */
export async function buildAssets(): Promise<{
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  readonly assets: Assets;
}> {
  const folder = fileURLToPath(new URL("../web/", import.meta.url));
  const { output } = (await build({
    configFile: false,
    root: folder,
    base: "./",
    publicDir: false,
    logLevel: "warn",
    resolve: { conditions: ["@symloss/source", ...defaultClientConditions] },
    build: {
      write: false,
      target: "esnext",
      modulePreload: { polyfill: false },
      rolldownOptions: { input: `${folder}site.ts` },
    },
  })) as Rolldown.RolldownOutput;
  const files = new Map(
    output.map((file) => [file.fileName, file.type === "chunk" ? file.code : file.source] as const),
  );
  const script = output.find((file) => file.type === "chunk" && file.isEntry)!;
  const style = output.find(({ fileName }) => fileName.endsWith(".css"))!;
  files.set(style.fileName, `${colours()}${String(files.get(style.fileName))}`);
  return { files, assets: { script: `/${script.fileName}`, style: `/${style.fileName}` } };
}

/** The colours of the lines of figures, which the bench page has too. */
function colours(): string {
  const lines = palette.map(({ light, dark }, index) => `--entry-${index}:light-dark(${light},${dark})`);
  return `:root{${lines.join(";")}}`;
}
