/** What of the suite waits for functions and options that don't exist yet? Derived, and written down, so that it is not passed over. */
import { expect, test } from "vitest";
import { pendingGoldens } from "../src/subject.ts";
import { equalities, missingFor } from "./families/equalities.ts";

test("PENDING.md lists what waits", async () => {
  const goldens = pendingGoldens().map((one) => `- ${one}`);
  const waiting = Object.entries(equalities).flatMap(([name, equality]) => {
    const missing = missingFor(equality);
    return missing === undefined ? [] : [`- ${name}: for ${missing}`];
  });
  const text = [introduction, "## Golden cases", ...goldens, "## Equalities", ...waiting, ""].join("\n");
  await expect(text).toMatchFileSnapshot("../PENDING.md");
});

const introduction = `# What waits for functions and options that don't exist yet

Written by \`npm test -- packages/conformance/test/pending.test.ts -u\`; these lists only get shorter.
`;
