/** What if a package is not installed that only some need? */
import { EngineUnavailableError } from "@symloss/core";

/** The package. Throws `EngineUnavailableError`, naming the function and what installs it, if it is not there. */
export async function loadPeer<T>(
  caller: string,
  names: string | readonly string[],
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const all = [names].flat();
    throw new EngineUnavailableError(
      `${caller}: ${all.join(" and ")} must be installed (npm install ${all.join(" ")}), got none.`,
      { cause },
    );
  }
}
