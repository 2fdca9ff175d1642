/** Which part of the host's WebAssembly does the engine use? TypeScript declares it only together with the DOM. */

/** A memory; its buffer is another one after each growth. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
  /** Adds pages. Throws `RangeError` if the host has no more. */
  grow(pages: number): number;
}

/** A compiled module. */
export type WasmModule = object;

/** What a module is given: for each name of a module, the things that it imports from it. */
export type WasmImports = Readonly<
  Record<string, Readonly<Record<string, WasmMemory | ((...numbers: number[]) => number)>>>
>;

/** The members of the global `WebAssembly`. */
export interface WebAssemblyHost {
  readonly Memory: new (limits: { readonly initial: number; readonly maximum: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: WasmImports,
  ) => { readonly exports: Readonly<Record<string, (...numbers: number[]) => unknown>> };
  readonly validate: (bytes: Uint8Array<ArrayBuffer>) => boolean;
}

/** The global `WebAssembly`; undefined where there is none. */
export function findWebAssembly(): WebAssemblyHost | undefined {
  return (globalThis as { readonly WebAssembly?: unknown }).WebAssembly as WebAssemblyHost | undefined;
}

/** The global `WebAssembly`, where availability has been checked. */
export function webAssembly(): WebAssemblyHost {
  return findWebAssembly()!;
}

/** Bytes of a page, the unit in which memories grow. */
export const pageBytes: number = 2 ** 16;

/** The most bytes that an address of 32 bits reaches. */
export const mostBytes: number = 2 ** 32;
