/** What does the page show where something failed? */
import { Component, type ComponentChildren } from "preact";
import type { JSX } from "preact/compat";

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A message, with a button that tries again where that may help. */
export function FailureNotice({ message, retry }: { message: string; retry?: (() => void) | undefined }): JSX.Element {
  return (
    <div class="failure" role="alert">
      <p>{message}</p>
      {retry === undefined ? null : (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Its children, or what they threw when they were drawn. */
export class Failure extends Component<{ readonly children: ComponentChildren }, { readonly message?: string }> {
  static override getDerivedStateFromError(error: unknown): { readonly message: string } {
    return { message: messageOf(error) };
  }

  override render(): ComponentChildren {
    const { message } = this.state;
    return message === undefined ? this.props.children : <FailureNotice message={message} />;
  }
}
