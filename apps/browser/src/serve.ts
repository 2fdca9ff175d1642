/** Where is a page loaded from? A server on the loopback interface, which serves only what it is given. */
import { readFile } from "node:fs/promises";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, resolve, sep } from "node:path";

/** Contents by path: `/start.js`. */
export type Files = ReadonlyMap<string, string | Uint8Array>;

/** The response headers of a page, which apply to all of it. */
export interface HeaderOptions {
  /** Whether the page is cross-origin isolated, and so may share memory between threads; default false. */
  readonly crossOriginIsolated?: boolean | undefined;
  /** The Content-Security-Policy; default none. */
  readonly contentSecurityPolicy?: string | undefined;
}

/** What is served. */
export interface ServeOptions {
  readonly files?: Files | undefined;
  /** Folders on disk by the path under which they are served: `{ "/runtime/": "/home/me/runtime" }`. */
  readonly folders?: Readonly<Record<string, string>> | undefined;
  readonly headers?: HeaderOptions | undefined;
}

/** A running server. */
export interface Server {
  /** `http://127.0.0.1:40123` */
  readonly origin: string;
  close(): Promise<void>;
}

/** Serves on a free port of 127.0.0.1 until it is closed. */
export async function serve({ files = new Map(), folders = {}, headers = {} }: ServeOptions): Promise<Server> {
  const server = createServer((request, response) => void respond(request, response));

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request);
    const content = path === undefined ? undefined : (files.get(path) ?? (await readFrom(folders, path)));
    const type = { "Content-Type": contentTypes[extname(path ?? "")] ?? "application/octet-stream" };
    const common = { ...type, ...headersOf(headers) };
    const range = content === undefined ? undefined : rangeOf(request, Buffer.from(content));
    if (range === undefined) response.writeHead(content === undefined ? 404 : 200, common).end(content);
    else response.writeHead(206, { ...common, "Content-Range": range.header }).end(range.bytes);
  }

  await new Promise<void>((listening, failed) => {
    server.once("error", failed).listen(0, "127.0.0.1", listening);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

function headersOf({ crossOriginIsolated = false, contentSecurityPolicy }: HeaderOptions): Record<string, string> {
  return {
    ...(crossOriginIsolated && {
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    }),
    ...(contentSecurityPolicy !== undefined && { "Content-Security-Policy": contentSecurityPolicy }),
  };
}

/** The requested path; undefined if it is not valid. A folder stands for its index.html. */
function pathOf({ url = "/" }: IncomingMessage): string | undefined {
  try {
    const path = decodeURIComponent(new URL(url, "http://127.0.0.1").pathname);
    return path.endsWith("/") ? `${path}index.html` : path;
  } catch {
    return undefined;
  }
}

/** The bytes that are asked for of some content; undefined if all are. */
function rangeOf({ headers: { range = "" } }: IncomingMessage, content: Buffer) {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
  if (from === undefined || Number(from) >= content.length) return undefined;
  const bytes = content.subarray(Number(from), Number(to) + 1);
  return { bytes, header: `bytes ${from}-${Number(from) + bytes.length - 1}/${content.length}` };
}

async function readFrom(folders: Readonly<Record<string, string>>, path: string): Promise<Uint8Array | undefined> {
  for (const [prefix, folder] of Object.entries(folders)) {
    const file = resolve(folder, path.slice(prefix.length));
    const inside = path.startsWith(prefix) && file.startsWith(resolve(folder) + sep);
    // A file that can't be read counts as missing.
    const content = inside ? await readFile(file).catch(() => undefined) : undefined;
    if (content !== undefined) return content;
  }
  return undefined;
}
