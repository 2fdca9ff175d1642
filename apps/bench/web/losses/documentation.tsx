/** What does the documentation of a loss say? */
import type { JSX } from "preact/compat";
import { Wide } from "../wide.tsx";
import documentation from "virtual:loss-documentation";

/** The summary, the formula, the source, and what others do otherwise. */
export function Documentation({ loss }: { readonly loss: string }): JSX.Element | null {
  const entry = documentation[loss];
  if (entry === undefined) return null;
  const facts = [
    ["Source", entry.source],
    ["Other libraries", entry.peers],
    ["SymJAX", entry.seed],
  ] as const;
  return (
    <>
      <p>{entry.summary}</p>
      {entry.formula === undefined ? null : (
        <Wide label="Formula">
          {/* Made from the source when the page was built. */}
          <div class="formula" dangerouslySetInnerHTML={{ __html: entry.formula }} />
        </Wide>
      )}
      <dl>
        {facts.map(([name, text]) =>
          text === undefined ? null : (
            <>
              <dt>{name}</dt>
              <dd>{withCode(text)}</dd>
            </>
          ),
        )}
      </dl>
    </>
  );
}

/** What stands between backticks is code. */
function withCode(text: string): (JSX.Element | string)[] {
  return text.split("`").map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}
