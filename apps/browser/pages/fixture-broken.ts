/** What does a page report about a module that throws while it loads? */
export default function (): never {
  throw new Error("This is never called.");
}

throw new Error("This module is broken.");
