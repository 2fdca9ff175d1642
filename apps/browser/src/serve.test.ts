import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ServeOptions, type Server, serve } from "./serve.ts";

describe("serve", () => {
  const folder = mkdtempSync(join(tmpdir(), "symloss-"));
  let server: Server;

  beforeAll(async () => {
    mkdirSync(join(folder, "public"));
    writeFileSync(join(folder, "public", "data.json"), "{}");
    writeFileSync(join(folder, "secret.txt"), "secret");
    const files = ["/index.html", "/a.js", "/b.mjs", "/c.wasm", "/d.json", "/e.css", "/f.bin"];
    server = await serve({
      files: new Map(files.map((path) => [path, `content of ${path}`])),
      folders: { "/folder/": join(folder, "public") },
    });
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  test.each([
    ["/", "text/html; charset=utf-8"],
    ["/index.html", "text/html; charset=utf-8"],
    ["/a.js", "text/javascript"],
    ["/b.mjs?import", "text/javascript"],
    ["/c.wasm", "application/wasm"],
    ["/d.json", "application/json"],
    ["/e.css", "text/css"],
    ["/f.bin", "application/octet-stream"],
    ["/folder/data.json", "application/json"],
  ])("%s is %s", async (path, type) => {
    const response = await fetch(server.origin + path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(type);
    expect(await response.text()).toMatch(/^content of |^\{\}$/);
  });

  test.each([
    "/none.js",
    "/folder/",
    "/folder/none",
    "/folder/../secret.txt",
    "/folder/%2e%2e%2fsecret.txt",
    "/folder/..%2fpublic%2f..%2fsecret.txt",
    "/folder/%",
    "/a.js/..%2f",
  ])("%s is not found", async (path) => {
    expect(await rawStatus(server, path)).toBe(404);
  });

  test.each<[string, ServeOptions["headers"], Record<string, string | null>]>([
    [
      "without options",
      {},
      {
        "cross-origin-opener-policy": null,
        "cross-origin-embedder-policy": null,
        "content-security-policy": null,
      },
    ],
    [
      "isolated",
      { crossOriginIsolated: true },
      { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" },
    ],
    [
      "with a policy",
      { contentSecurityPolicy: "script-src 'self'" },
      { "cross-origin-opener-policy": null, "content-security-policy": "script-src 'self'" },
    ],
  ])("sends its headers %s", async (_, headers, expected) => {
    const other = await serve({ files: new Map([["/index.html", ""]]), headers });
    const response = await fetch(other.origin);
    await other.close();
    expect(Object.fromEntries(Object.keys(expected).map((name) => [name, response.headers.get(name)]))).toEqual(
      expected,
    );
  });

  test("is gone after close", async () => {
    const other = await serve({});
    await other.close();
    await expect(fetch(other.origin)).rejects.toThrow("fetch failed");
  });
});

/** The status for a path that is sent unchanged; fetch would resolve its dots. */
function rawStatus({ origin }: Server, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(origin, { path }, (response) => resolve(response.resume().statusCode))
      .on("error", reject)
      .end();
  });
}
