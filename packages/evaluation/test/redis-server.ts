/** Which Redis do tests run on? Debian's redis-server, on loopback and a port of its own; root installs it if it is not there. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/** Whether its data outlive it. */
export interface RedisOptions {
  readonly persistent?: boolean;
}

/** A server, which may be ended and begun again on the same port. */
export class RedisServer implements AsyncDisposable {
  readonly url: string;
  readonly #port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), "symloss-redis-"));
  readonly #isPersistent: boolean;
  #process: ChildProcess | undefined;

  private constructor(port: number, { persistent = true }: RedisOptions) {
    this.#port = port;
    this.#isPersistent = persistent;
    this.url = `redis://127.0.0.1:${port}`;
  }

  static async start(options: RedisOptions = {}): Promise<RedisServer> {
    await install();
    const server = new RedisServer(await freePort(), options);
    await server.begin();
    return server;
  }

  async begin(): Promise<void> {
    const settings = {
      bind: "127.0.0.1",
      port: String(this.#port),
      dir: this.#folder,
      save: "",
      appendonly: this.#isPersistent ? "yes" : "no",
      appendfsync: "everysec",
      "maxmemory-policy": "noeviction",
    };
    const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    this.#process = spawn("redis-server", words, { stdio: "ignore" });
    while (!(await answers(this.#port))) await sleep(20);
  }

  async end(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const own = this.#process;
    if (own === undefined || own.exitCode !== null || own.signalCode !== null) return;
    const ended = new Promise((resolve) => own.once("exit", resolve));
    own.kill(signal);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    rmSync(this.#folder, { recursive: true });
  }
}

/** The same lock as for browsers: one process installs, others wait and then find it. */
const locked = "/var/lib/dpkg";

async function install(): Promise<void> {
  const isThere = await run("redis-server", ["--version"]).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new Error("tests on a queue need redis-server on PATH, got none. On Debian: apt-get install redis-server");
  }
  process.stderr.write("No redis-server is installed: installing Debian's for the tests on a queue.\n");
  const commands =
    "command -v redis-server || { apt-get update && apt-get install -y --no-install-recommends redis-server; }";
  await run("flock", [locked, "sh", "-c", commands], {
    // The package would start one for the machine.
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
    maxBuffer: Infinity,
  });
}

const run = promisify(execFile);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { readonly port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    socket.once("data", (data) => {
      socket.destroy();
      // "-LOADING" while it reads what it has kept.
      resolve(data.toString().startsWith("+PONG"));
    });
    socket.once("error", () => resolve(false));
  });
}
