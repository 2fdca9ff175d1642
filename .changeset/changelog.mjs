// How does a change read in a changelog? As its changeset says it, without the hash of a commit.

export default {
  getReleaseLine: async ({ summary }) => `- ${summary.trim().replaceAll("\n", "\n  ")}`,
  // All packages are released together, so what is new in the others need not be listed.
  getDependencyReleaseLine: async (_changesets, dependencies) =>
    dependencies.length === 0 ? "" : `- It needs ${listOf(dependencies.map(nameAndVersion))}.`,
};

function nameAndVersion({ name, newVersion }) {
  return `\`${name}\` ${newVersion}`;
}

function listOf(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
