/** Which programs keep their textures between runs? The latest, within a number of bytes; the others make them again when they run. */

/** What holds textures, and can do without. */
export interface Holder {
  /** Bytes of its textures; may change with a run. */
  readonly bytes: number;
  dispose(): void;
}

/** The programs of a context. */
export interface ProgramStore {
  /** Notes that a program has run, or is about to: others are freed if that is too much. */
  touch(program: Holder): void;
  /** Forgets a program that was freed. */
  remove(program: Holder): void;
}

/** How much is kept. */
export interface StoreLimits {
  readonly bytes: number;
  readonly programs: number;
}

const defaults: StoreLimits = { bytes: 2 ** 28, programs: 256 };

/** A store without programs. */
export function makeProgramStore(limits: StoreLimits = defaults): ProgramStore {
  /** The bytes of each, the longest unused first. */
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
        // What runs is kept, however large.
        if (fits || oldest === program) return;
        remove(oldest);
        oldest.dispose();
      }
    },
    remove,
  };
}
