declare module "virtual:loss-documentation" {
  /** What the docstring of a loss says. */
  export interface LossDocumentation {
    readonly summary: string;
    /** As MathML. */
    readonly formula?: string;
    readonly source?: string;
    readonly peers?: string;
    readonly seed?: string;
  }
  const documentation: Readonly<Record<string, LossDocumentation>>;
  export default documentation;
}

/** Whether the page was built with other libraries beside. */
declare const __PEERS__: boolean;

declare module "*.css";
