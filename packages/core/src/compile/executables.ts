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

const caches = new WeakMap<Engine, Map<string, Entry>>();

/** The executable of a prepared graph, shared by equal graphs. Synchronous if the engine compiles synchronously. */
export function acquire(engine: Engine, graph: Graph): MaybePromise<Lease> {
  const cache = cacheOf(engine);
  const key = graphKey(graph);
  const entry = cache.get(key) ?? enter(cache, key, compileOn(engine, graph));
  entry.users++;
  const lease = (executable: Executable): Lease => makeLease(cache, key, entry, executable);
  return isPromise(entry.executable) ? entry.executable.then(lease) : lease(entry.executable);
}

/** Adds an entry to the cache, and removes it again if compiling fails. */
function enter(cache: Map<string, Entry>, key: string, executable: MaybePromise<Executable>): Entry {
  const entry: Entry = { executable, users: 0 };
  cache.set(key, entry);
  if (isPromise(executable)) {
    executable.then(
      (compiled) => (entry.executable = compiled),
      () => {
        if (cache.get(key) === entry) cache.delete(key);
      },
    );
  }
  return entry;
}

function makeLease(cache: Map<string, Entry>, key: string, entry: Entry, executable: Executable): Lease {
  let released = false;
  return {
    executable,
    release() {
      if (released) return;
      released = true;
      entry.users--;
      if (entry.users > 0 || cache.get(key) !== entry) return;
      // Re-inserted, the entry comes last: the first idle one is the least recently used.
      cache.delete(key);
      cache.set(key, entry);
      evict(cache);
    },
  };
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

function cacheOf(engine: Engine): Map<string, Entry> {
  let cache = caches.get(engine);
  if (cache === undefined) {
    cache = new Map();
    caches.set(engine, cache);
  }
  return cache;
}

/** Frees idle executables beyond the limits, the least recently used first. */
function evict(cache: Map<string, Entry>): void {
  const idle = [...cache].filter(([, { users }]) => users === 0);
  let bytes = 0;
  for (const [index, [key, { executable }]] of idle.toReversed().entries()) {
    // An idle executable has been compiled.
    const compiled = executable as Executable;
    // One that is too large does not count against smaller ones.
    if (index < idleLimit.count && bytes + compiled.bytes <= idleLimit.bytes) {
      bytes += compiled.bytes;
      continue;
    }
    cache.delete(key);
    free(compiled);
  }
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
