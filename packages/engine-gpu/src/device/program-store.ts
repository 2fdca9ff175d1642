/**
 * Which programs keep their textures between runs? The most recently used, up to a limit in bytes; the others allocate them again when
 * they run.
 */

/** Something that holds textures and can release them. */
export interface Holder {
  /** The bytes of its textures; a run may change it. */
  readonly bytes: number;
  dispose(): void;
}

/** The programs of a context. */
export interface ProgramStore {
  /** Records that a program has run, or is about to; frees the textures of others if the limit is exceeded. */
  touch(program: Holder): void;
  /** Removes a program that was freed. */
  remove(program: Holder): void;
}

/** How much is kept. */
export interface StoreLimits {
  readonly bytes: number;
  readonly programs: number;
}

const defaults: StoreLimits = { bytes: 2 ** 28, programs: 256 };

/** An empty store. */
export function makeProgramStore(limits: StoreLimits = defaults): ProgramStore {
  /** The bytes of each, the least recently used first. */
  const programs = new Map<Holder, number>();
  let total = 0;
  const remove = (program: Holder): void => {
    total -= programs.get(program) ?? 0;
    programs.delete(program);
  };
  return {
    touch(program) {
      remove(program);
      programs.set(program, program.bytes);
      total += program.bytes;
      for (const oldest of programs.keys()) {
        const fits = total <= limits.bytes && programs.size <= limits.programs;
        // The program that runs is kept, however large.
        if (fits || oldest === program) return;
        remove(oldest);
        oldest.dispose();
      }
    },
    remove,
  };
}
