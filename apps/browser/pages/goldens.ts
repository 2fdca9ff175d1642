/** Do golden cases load, each file by itself, where this bundle runs? */
import { goldenCasesOf } from "@symloss/conformance";

/** The number of cases of each function, and the first number of the first. */
export default async function (names: readonly string[]): Promise<readonly (readonly [number, number])[]> {
  const files = await Promise.all(names.map(goldenCasesOf));
  return files.map((cases) => [cases.length, Object.values(cases[0]!.inputs)[0]!.data[0]!] as const);
}
