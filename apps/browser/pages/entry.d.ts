/** The module that a test runs; the bundler resolves it. */
declare module "virtual:entry" {
  const run: (...argumentsAndReport: unknown[]) => unknown;
  export default run;
}

/** The module with the cases of a test, wherever they are. */
declare module "virtual:cases" {
  import type { Case } from "./cases.ts";

  const casesOf: (...values: readonly unknown[]) => readonly Case[];
  export default casesOf;
}
