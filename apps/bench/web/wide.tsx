/** How is something shown that may be wider than the page? */
import type { ComponentChildren } from "preact";
import type { JSX } from "preact/compat";

/** A part of the page that scrolls by itself, also by keyboard. */
export function Wide({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <div class="wide" tabIndex={0} role="region" aria-label={label}>
      {children}
    </div>
  );
}
