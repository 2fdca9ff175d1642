/**
 * The JSON file of that name in `goldens`, loaded when it is asked for. This is JavaScript because what is imported must stay a template in
 * what is published: that is how bundlers know which files a page may ask for.
 */
export const loadGolden = (name) => import(`./goldens/${name}.json`, { with: { type: "json" } });
