/** Is a package installed that only some need? */
import { EngineUnavailableError } from "@symloss/core";

/** What is imported, to a purpose: "to read Parquet". Throws `EngineUnavailableError`, saying how to install it, if it is not there. */
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
      `${caller}: ${name.replace(" ", " and ")} must be installed ${purpose} (npm install ${name}), got none.`,
      { cause },
    );
  }
}
