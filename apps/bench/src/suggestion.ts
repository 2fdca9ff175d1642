/** How does a message suggest the name that was probably meant? */
import { nearestName } from "@symloss/core/engine";

/** ` Did you mean cpu?`, or nothing. */
export function suggestion(got: string, names: readonly string[]): string {
  const near = nearestName(got, names);
  return near === undefined ? "" : ` Did you mean ${near}?`;
}
