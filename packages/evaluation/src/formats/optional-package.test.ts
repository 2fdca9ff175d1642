/** Is a package that is not installed told by its name? */
import { EngineUnavailableError } from "@symloss/core";
import { expect, test } from "vitest";
import { optionalPackage } from "../optional-package.ts";

test("what is not installed is told, and how to install it", async () => {
  const cause = new Error("Cannot find package");
  const loaded = optionalPackage("files", "hyparquet", "to read Parquet", () => Promise.reject(cause));
  await expect(loaded).rejects.toThrow(EngineUnavailableError);
  await expect(loaded).rejects.toThrow(
    "files: hyparquet must be installed to read Parquet (npm install hyparquet), got none.",
  );
  await expect(loaded).rejects.toHaveProperty("cause", cause);
});
