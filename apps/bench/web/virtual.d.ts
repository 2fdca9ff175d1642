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

// What is used of these is typed where it is used; they are only there in a page that is built with other libraries.
declare module "@tensorflow/tfjs" {
  const tensorflow: import("../src/contenders/tensorflow.ts").TensorFlow & {
    readonly version: { readonly tfjs: string };
    env(): { set(flag: string, value: boolean): void };
  };
  export = tensorflow;
}
declare module "@tensorflow/tfjs-backend-wasm" {
  export function setWasmPaths(addresses: Readonly<Record<string, string>>): void;
}

/** A file of the page, by its address. */
declare module "*?url" {
  const address: string;
  export default address;
}

/** A style sheet that is loaded with the module that imports it. */
declare module "*.css";
