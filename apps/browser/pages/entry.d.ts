/** The module that a test runs; the bundler puts it here. */
declare module "virtual:entry" {
  const run: (...argumentsAndReport: unknown[]) => unknown;
  export default run;
}

/** The module that gives the cases of a test, from wherever they stand. */
declare module "virtual:cases" {
  import type { Case } from "./cases.ts";

  const casesOf: (...values: readonly unknown[]) => readonly Case[];
  export default casesOf;
}
