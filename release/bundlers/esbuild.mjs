// Bundles main.js of the working folder into dist/, and prints the modules that are in the bundle.
import { build } from "esbuild";

const { metafile } = await build({
  entryPoints: ["main.js"],
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  metafile: true,
  logLevel: "warning",
});
const contained = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
console.log(JSON.stringify(contained.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([module]) => module)));
