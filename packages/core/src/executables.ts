/** Which executables does an engine hold, who uses them, and when are they freed? */
import type { Engine, Executable } from "./engine.ts";
import { EngineError, isSymlossError } from "./errors.ts";
import { type Graph, graphKey } from "./graph.ts";

/** How many executables without a user an engine keeps for the next that asks. */
const idleLimit = 256;

/** The use of an executable; `release` ends it, once. */
export interface Lease {
  readonly executable: Executable;
  release(): void;
}

interface Entry {
  readonly executable: Promise<Executable>;
  users: number;
}

const caches = new WeakMap<Engine, Map<string, Entry>>();

/** The executable of a prepared graph: that of an equal graph where the engine has one, else a new one. */
export async function acquire(engine: Engine, graph: Graph): Promise<Lease> {
  const cache = cacheOf(engine);
  const key = graphKey(graph);
  let entry = cache.get(key);
  if (entry === undefined) {
    entry = { executable: compileOn(engine, graph), users: 0 };
    cache.set(key, entry);
  }
  const held = entry;
  held.users++;
  try {
    const executable = await held.executable;
    let released = false;
    return {
      executable,
      release() {
        if (released) return;
        released = true;
        held.users--;
        if (held.users > 0 || cache.get(key) !== held) return;
        // Set anew, an entry stands last: the first idle one is the least recently used.
        cache.delete(key);
        cache.set(key, held);
        evict(cache);
      },
    };
  } catch (error) {
    if (cache.get(key) === held) cache.delete(key);
    throw error;
  }
}

/** What an engine throws that is not of this library, as an `EngineError` with its cause. */
export function wrapError(caller: string, engine: Engine, error: unknown): Error {
  if (isSymlossError(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new EngineError(`${caller}: engine "${engine.name}" (${engine.device}) failed: ${reason}`, { cause: error });
}

async function compileOn(engine: Engine, graph: Graph): Promise<Executable> {
  try {
    return await engine.compile(graph);
  } catch (error) {
    throw wrapError("compile", engine, error);
  }
}

function cacheOf(engine: Engine): Map<string, Entry> {
  let cache = caches.get(engine);
  if (cache === undefined) {
    cache = new Map();
    caches.set(engine, cache);
  }
  return cache;
}

function evict(cache: Map<string, Entry>): void {
  let idle = 0;
  for (const entry of cache.values()) if (entry.users === 0) idle++;
  for (const [key, entry] of cache) {
    if (idle <= idleLimit) return;
    if (entry.users > 0) continue;
    cache.delete(key);
    idle--;
    // Only compiled entries are released, so this can't fail; what dispose throws is the engine's to report.
    void entry.executable.then((executable) => executable.dispose());
  }
}
