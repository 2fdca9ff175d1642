/** Which database reads the files of a source? One in memory for all of them, for making it takes as long as reading many rows. */
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { optionalPackage } from "../optional-package.ts";

/** How long a database stays open without a connection, in milliseconds: shards come one after the other. */
const lingering = 1000;

/** A database while it is open. */
interface Open {
  readonly instance: Promise<DuckDBInstance>;
  connections: number;
  closing: NodeJS.Timeout | undefined;
}

/** A database that is made when it is needed. */
export class DuckDBDatabase {
  readonly #caller: string;
  readonly #threads: number | undefined;
  #current: Open | undefined;

  constructor(caller: string, threads: number | undefined) {
    this.#caller = caller;
    this.#threads = threads;
  }

  /** What comes of a connection. Throws `EngineUnavailableError` if DuckDB is not installed. */
  async *connected<T>(use: (connection: DuckDBConnection) => AsyncGenerator<T>): AsyncGenerator<T> {
    const open = (this.#current ??= { instance: this.#make(), connections: 0, closing: undefined });
    clearTimeout(open.closing);
    open.connections++;
    let connection: DuckDBConnection | undefined;
    try {
      connection = await (await open.instance).connect();
      yield* use(connection);
    } catch (error) {
      // After some faults a database answers nothing but that it had one.
      if (this.#current === open) this.#current = undefined;
      throw error;
    } finally {
      connection?.closeSync();
      open.connections--;
      if (open.connections === 0) this.#closeLater(open);
    }
  }

  async #make(): Promise<DuckDBInstance> {
    const name = "@duckdb/node-api";
    const needed = "to read files by DuckDB";
    const { DuckDBInstance } = await optionalPackage(this.#caller, name, needed, () => import("@duckdb/node-api"));
    // Each file is read once: what is kept of it would only fill memory.
    const options: Record<string, string> = { enable_external_file_cache: "false" };
    if (this.#threads !== undefined) options["threads"] = `${this.#threads}`;
    return DuckDBInstance.create(":memory:", options);
  }

  #closeLater(open: Open): void {
    open.closing = setTimeout(
      () => {
        if (this.#current === open) this.#current = undefined;
        void open.instance.then(
          (instance) => instance.closeSync(),
          () => undefined,
        );
      },
      this.#current === open ? lingering : 0,
    );
    // A process that has nothing else to do ends, and the database with it.
    open.closing.unref();
  }
}
