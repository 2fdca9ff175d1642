/** The module that a test runs; the bundler puts it here. */
declare module "virtual:entry" {
  const run: (...argumentsAndReport: unknown[]) => unknown;
  export default run;
}
