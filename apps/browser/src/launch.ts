/** How is a browser started, so that it runs anywhere, contacts no server, and ends with the tests? */
import { type Browser, chromium } from "playwright-core";
import { findBrowser, thisMachine } from "./find-browser.ts";

/** Flags for WebGL computed by SwiftShader, the same on every machine. */
export const softwareWebGL: readonly string[] = [
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  // Most kernels of a test run once: each is compiled whole when it first draws, and not in advance and in parts as well.
  "--disable-angle-features=supportsGraphicsPipelineLibrary,warmUpPipelineCacheAtLink",
];

/** Flags for a browser without WebGL. */
export const withoutWebGL: readonly string[] = ["--disable-gpu", "--disable-software-rasterizer"];

/** Starts a headless browser. It ends on `close()`, and with this process, however that ends. */
export async function launch(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: await findBrowser(),
    headless: true,
    // Chromium's sandbox refuses to run as root.
    chromiumSandbox: !thisMachine.isRoot,
    args: [...quiet, ...flags],
  });
}

const quiet = [
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];
