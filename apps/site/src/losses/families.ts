/** What are the families of losses called, and in which order are they shown? */
import { type LossName, losses } from "@symloss/losses";
import { documentation } from "../../../../packages/losses/test/documentation.ts";

const titles: Readonly<Record<string, string>> = {
  regression: "Regression",
  classification: "Classification",
  segmentation: "Segmentation and boxes",
  divergence: "Divergences",
  embedding: "Embeddings and contrast",
  ranking: "Ranking",
  sequence: "Sequences",
  language: "Language models",
  policy: "Policies and preferences",
  variational: "Variational auto-encoders",
  clustering: "Clusterings",
  metrics: "Metrics",
};

/** A family, with its losses. */
export interface Family {
  readonly id: string;
  readonly title: string;
  readonly losses: readonly LossName[];
}

const folders = [...new Set(Object.values(documentation).map(({ family }) => family))];

/** Every family; one without a title of its own comes last, under the name of its folder. */
export const families: readonly Family[] = [...new Set([...Object.keys(titles), ...folders])].map((id) => ({
  id,
  title: titles[id] ?? id,
  losses: (Object.keys(losses) as LossName[]).filter((name) => documentation[name]!.family === id),
}));
