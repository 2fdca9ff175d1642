/** Which executables does an engine keep, who uses them, and when are they freed? */
import { type MaybePromise, isPromise } from "../array/promise.ts";
import type { Engine, Executable } from "../engine/contract.ts";
import { EngineError, isSymlossError } from "../array/errors.ts";
import { type Graph, graphKey } from "../graph/graph.ts";

/** How many idle executables an engine keeps for reuse, and how many bytes they may hold together. */
const idleLimit = { count: 256, bytes: 64 * 2 ** 20 };

/** The right to use an executable, until `release`; a second `release` does nothing. */
export interface Lease {
  readonly executable: Executable;
  release(): void;
}

interface Entry {
  executable: MaybePromise<Executable>;
  users: number;
}

interface Cache {
  readonly entries: Map<string, Entry>;
  /** Those that nobody uses, by key, the least recently used first, with the bytes that each held when it became idle. */
  readonly idle: Map<string, { readonly executable: Executable; readonly bytes: number }>;
  /** The bytes that the idle ones hold together. */
  idleBytes: number;
}

const caches = new WeakMap<Engine, Cache>();

/** The executable of a prepared graph, shared by equal graphs. Synchronous if the engine compiles synchronously. */
export function acquire(engine: Engine, graph: Graph): MaybePromise<Lease> {
  const cache = cacheOf(engine);
  const key = graphKey(graph);
  const entry = cache.entries.get(key) ?? enter(cache, key, compileOn(engine, graph));
  entry.users++;
  endIdling(cache, key);
  const lease = (executable: Executable): Lease => makeLease(cache, key, entry, executable);
  return isPromise(entry.executable) ? entry.executable.then(lease) : lease(entry.executable);
}

/** Adds an entry to the cache, and removes it again if compiling fails. */
function enter({ entries }: Cache, key: string, executable: MaybePromise<Executable>): Entry {
  const entry: Entry = { executable, users: 0 };
  entries.set(key, entry);
  if (isPromise(executable)) {
    executable.then(
      (compiled) => (entry.executable = compiled),
      () => {
        if (entries.get(key) === entry) entries.delete(key);
      },
    );
  }
  return entry;
}

function makeLease(cache: Cache, key: string, entry: Entry, executable: Executable): Lease {
  let released = false;
  return {
    executable,
    release() {
      if (released) return;
      released = true;
      entry.users--;
      if (entry.users === 0 && cache.entries.get(key) === entry) beginIdling(cache, key, executable);
    },
  };
}

/** Frees the least recently used executables beyond the limits. */
function beginIdling(cache: Cache, key: string, executable: Executable): void {
  const { bytes } = executable;
  cache.idle.set(key, { executable, bytes });
  cache.idleBytes += bytes;
  // One that is too large does not drive out smaller ones.
  if (bytes > idleLimit.bytes) evict(cache, key, executable);
  for (const [oldest, { executable: unused }] of cache.idle) {
    if (cache.idle.size <= idleLimit.count && cache.idleBytes <= idleLimit.bytes) return;
    evict(cache, oldest, unused);
  }
}

function endIdling(cache: Cache, key: string): void {
  cache.idleBytes -= cache.idle.get(key)?.bytes ?? 0;
  cache.idle.delete(key);
}

function evict(cache: Cache, key: string, executable: Executable): void {
  endIdling(cache, key);
  cache.entries.delete(key);
  free(executable);
}

/** Wraps an error that is not this library's in an `EngineError`, as its cause. */
function wrapError(caller: string, engine: Engine, error: unknown): Error {
  if (isSymlossError(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new EngineError(`${caller}: engine "${engine.name}" (${engine.device}) failed: ${reason}`, { cause: error });
}

/** Runs `run`, and wraps what the engine throws so that the message names it. */
export function guard<T>(caller: string, engine: Engine, run: () => MaybePromise<T>): MaybePromise<T> {
  try {
    const result = run();
    return isPromise(result)
      ? result.catch((error: unknown) => {
          throw wrapError(caller, engine, error);
        })
      : result;
  } catch (error) {
    throw wrapError(caller, engine, error);
  }
}

function compileOn(engine: Engine, graph: Graph): MaybePromise<Executable> {
  return guard("compile", engine, () => engine.compile(graph));
}

function cacheOf(engine: Engine): Cache {
  let cache = caches.get(engine);
  if (cache === undefined) caches.set(engine, (cache = { entries: new Map(), idle: new Map(), idleBytes: 0 }));
  return cache;
}

/** Failures are ignored: the caller that released the executable already has its results. */
function free(executable: Executable): void {
  try {
    const freed = executable.dispose();
    if (isPromise(freed)) freed.catch(() => {});
  } catch {
    // As above.
  }
}
