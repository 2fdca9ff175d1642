/** How is something copied? */
import type { JSX } from "preact/compat";
import { useState } from "preact/hooks";

/** A button that puts a text on the clipboard, and says whether it did. */
export function CopyButton({ label, text }: { readonly label: string; readonly text: () => string }): JSX.Element {
  const [outcome, setOutcome] = useState("");
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text());
      setOutcome("Copied.");
    } catch {
      setOutcome("The browser did not let it be copied.");
    }
    setTimeout(() => setOutcome(""), 3000);
  };
  return (
    <span>
      <button type="button" onClick={() => void copy()}>
        {label}
      </button>{" "}
      <small role="status">{outcome}</small>
    </span>
  );
}
