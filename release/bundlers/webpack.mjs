// Bundles main.js of the working folder into dist/, and prints the modules that are in the bundle.
import { join } from "node:path";
import webpack from "webpack";

const compiler = webpack({
  context: process.cwd(),
  mode: "production",
  entry: "./main.js",
  output: { path: join(process.cwd(), "dist"), filename: "main.js", module: true },
  experiments: { outputModule: true },
  // A small bundle for every page is what these packages promise; webpack warns of 244 KiB.
  performance: { hints: "error" },
});
const stats = await new Promise((resolve, reject) => {
  compiler.run((error, result) => (error ? reject(error) : resolve(result)));
});
const { errors, warnings, modules } = stats.toJson({
  all: false,
  errors: true,
  warnings: true,
  modules: true,
  nestedModules: true,
});
if (errors.length + warnings.length > 0)
  throw new Error([...errors, ...warnings].map(({ message }) => message).join("\n"));
// What webpack concatenates lies in one module, as its modules.
const contained = modules.flatMap((module) => module.modules ?? [module]);
console.log(JSON.stringify(contained.map(({ name }) => name).filter(Boolean)));
