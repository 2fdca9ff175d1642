/**
 * The golden numbers of the package: those of one function are loaded when they are asked for. This is JavaScript because what is
 * imported must stay a template in what is published: that is how bundlers know which files a page may ask for.
 */
export const loadGolden = (name) => import(`./goldens/packed/${name}.json`, { with: { type: "json" } });
export { default as index } from "./goldens/index.json" with { type: "json" };
export { default as kinks } from "./goldens/kinks.json" with { type: "json" };
export { default as published } from "./goldens/published.json" with { type: "json" };
