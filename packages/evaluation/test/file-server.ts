/** How do servers give files? As they should, and with every fault. */
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What a server does wrong. */
export type ServerFault =
  | "answers 500"
  | "breaks off"
  | "changes"
  | "gives other bytes"
  | "has no length"
  | "knows no ranges"
  | "stalls";

/** A server on the loopback interface, whose files may be changed. */
export interface FileServer {
  readonly files: Map<string, { readonly bytes: Uint8Array; readonly fault?: ServerFault; readonly version?: string }>;
  readonly origin: string;
  /** What was asked: methods, paths and ranges. */
  readonly asked: string[];
  /** How many connections are open in whose answers something is still to come. */
  readonly open: () => number;
  close(): Promise<void>;
}

export async function startFileServer(): Promise<FileServer> {
  const files: FileServer["files"] = new Map();
  const asked: string[] = [];
  let open = 0;
  const server = createServer((request, response) => {
    open++;
    response.on("close", () => open--);
    asked.push(`${request.method} ${request.url} ${request.headers.range ?? ""}`.trim());
    respond(request, response);
  });

  function respond(request: IncomingMessage, response: ServerResponse): void {
    const file = files.get(decodeURIComponent(new URL(request.url!, "http://host").pathname));
    if (file === undefined) return void response.writeHead(404).end("none");
    const { bytes, fault } = file;
    const [, first = "", last = ""] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    const isProbe = last === "0";
    if (fault === "answers 500" && !isProbe) return void response.writeHead(500).end("broken");
    const version = file.version ?? (fault === "changes" && !isProbe ? "second" : "first");
    const headers = { ETag: `"${version}"`, "Accept-Ranges": "bytes" };
    if (first === "" || fault === "knows no ranges") {
      const length = fault === "has no length" ? {} : { "Content-Length": bytes.length };
      response.writeHead(200, { ...headers, ...length });
      return void response.end(request.method === "HEAD" ? undefined : bytes);
    }
    if (Number(first) >= bytes.length) {
      return void response.writeHead(416, { ...headers, "Content-Range": `bytes */${bytes.length}` }).end();
    }
    const [from, to] = [Number(first), Math.min(Number(last), bytes.length - 1)];
    const shift = fault === "gives other bytes" && !isProbe ? 1 : 0;
    const part = bytes.subarray(from - shift, to + 1 - shift);
    response.writeHead(206, {
      ...headers,
      "Content-Length": part.length,
      ...(fault !== "has no length" && { "Content-Range": `bytes ${from - shift}-${to - shift}/${bytes.length}` }),
    });
    if (isProbe || (fault !== "breaks off" && fault !== "stalls")) return void response.end(part);
    response.write(part.subarray(0, Math.floor(part.length / 2)), () => {
      if (fault === "breaks off") response.destroy();
    });
  }

  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    files,
    asked,
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open: () => open,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
