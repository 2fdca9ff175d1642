/** Is a package installed that only some readers need? */
import { EngineUnavailableError } from "@symloss/core";

/** What is imported. Throws `EngineUnavailableError`, saying how to install it, if it is not there. */
export async function optionalPackage<M>(
  caller: string,
  name: string,
  purpose: string,
  load: () => Promise<M>,
): Promise<M> {
  try {
    return await load();
  } catch (cause) {
    throw new EngineUnavailableError(
      `${caller}: ${name} must be installed to read ${purpose} (npm install ${name}), got none.`,
      { cause },
    );
  }
}
