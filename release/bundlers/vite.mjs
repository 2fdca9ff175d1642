// Bundles index.html of the working folder into dist/, and prints the modules that are in the bundle.
import { build } from "vite";

const { output } = await build({ base: "./", logLevel: "warn", build: { target: "es2022", modulePreload: false } });
const contained = output.flatMap(({ modules = {} }) => Object.entries(modules));
console.log(JSON.stringify(contained.filter(([, { renderedLength }]) => renderedLength > 0).map(([module]) => module)));
