/** Which cases of the conformance suite run in pages? */
import type { CaseGroup } from "@symloss/conformance";

/** What is asked of a case to know where it runs. */
interface NamedCase {
  readonly group: CaseGroup;
  readonly name: string;
}

/** Whether a case depends on how many threads a runtime has. */
export function dependsOnThreads({ group }: NamedCase): boolean {
  return ["operations", "lifecycle", "faults"].includes(group);
}

/** Where a part of the suite runs: V8 and ONNX Runtime are the same as in Node.js, and WebGL is made by the processor, a tenth of a second a kernel. */
type Place = "cpu" | "wasm" | "onnx" | "webgl2" | "webgl";

/** `npm run test:pages` runs every case; on WebGL that would take an hour, but every loss, and `npm run test:headless` runs every case there. */
const everything = process.env["MODE"] === "pages";

/** Which losses do not run on WebGL: all but one of each kind; or some that sort, count pairs or run many steps, for seconds each. */
const leftOut = everything
  ? "(spearmanCorrelation|normalizedMutualInformation|adjustedRandIndex|ctc) float32"
  : "(?!(huber|logCosh|poissonNll|softmaxCrossentropyLogits|sparseSoftmaxCrossentropyLogits|vae|diceLoss|ntXent|rankingSoftmax|confusionMatrix) )";

/** Whether a row is the same beside any other rows, and whether what is compiled once serves any of them: no page changes that. */
const ofRows = /^operations: (rows of|lengths with names, )|^losses: a batch of any length, /;

/** Without what asks whether the core's own passes are right, which no page changes either. */
const ofBrowsers = { groups: ["operations", "gradients", "losses", "lifecycle", "faults"], but: ofRows } as const;

/** What runs there; losses are made of operations. */
const parts: Readonly<Record<Place, { readonly groups: readonly CaseGroup[]; readonly but?: RegExp }>> = {
  cpu: ofBrowsers,
  wasm: ofBrowsers,
  onnx: { groups: ["operations", "lifecycle", "faults"], but: ofRows },
  webgl2: {
    groups: ["operations", "gradients", "losses", "lifecycle", "faults", "properties"],
    // They run many steps, each a kernel of its own, or compile a kernel for each axis and each difference: seconds each.
    but: new RegExp(`^losses: ${leftOut}|every (axis|set of axes)|: scan,|of a scan|by differences`),
  },
  webgl: {
    // What depends on the version of WebGL is in these.
    groups: ["operations", "lifecycle", "faults"],
    // How axes lie, and in which order steps run, does not.
    but: /every (axis|set of axes)|sort|: scan,/,
  },
};

/** Whether a case runs in a page at this place. */
export function runsIn(place: Place, { group, name }: NamedCase): boolean {
  if (everything && !place.startsWith("webgl")) return true;
  const { groups, but } = parts[place];
  return groups.includes(group) && but?.test(name) !== true;
}
