/** Which examples are there? */
import { digits } from "./digits.ts";
import { evaluation } from "./evaluation.ts";
import type { Example } from "./example.ts";
import { mixture } from "./mixture.ts";

/** The name of an example. */
export type ExampleName = "digits" | "mixture" | "evaluation";

/** Every example. */
export const examples: Readonly<Record<ExampleName, Example>> = { digits, mixture, evaluation };

/** The names of the examples. */
export const exampleNames: readonly ExampleName[] = Object.keys(examples) as ExampleName[];

/** What is trained where the user does not say. */
export const defaultExample: ExampleName = "digits";
