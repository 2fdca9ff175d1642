/** By what was a state computed, as far as the last bits of its rows depend on it? */
import type { Engine } from "@symloss/core";

/** That of this package, for formulas may change with it. */
export const version = "0.1.0";

/** `wasm loops (WebAssembly SIMD), symloss 0.1.0, V8 11, batch 4096` */
export function fingerprintOf({ name, device }: Engine, batch: number): string {
  return `${name} ${device}, symloss ${version}, ${script()}, batch ${batch}`;
}

/** Functions of `Math` may differ between versions. */
function script(): string {
  const { process, navigator } = globalThis as {
    readonly process?: { readonly versions?: { readonly v8?: string } };
    readonly navigator?: { readonly userAgent?: string };
  };
  const v8 = process?.versions?.v8?.split(".")[0];
  if (v8 !== undefined) return `V8 ${v8}`;
  const chromium = /Chrom(?:e|ium)\/(\d+)/.exec(navigator?.userAgent ?? "")?.[1];
  return chromium === undefined ? (navigator?.userAgent ?? "unknown") : `Chromium ${chromium}`;
}
