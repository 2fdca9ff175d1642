/** Which programs keep their textures between runs? The latest, within a number of bytes; the others make them again when they run. */

/** What holds textures, and can do without. */
export interface Holder {
  /** Bytes of its textures; may change with a run. */
  readonly bytes: number;
  dispose(): void;
}

/** The programs of a context. */
export interface ProgramStore {
  /** Says that a program has run, or is about to: others are freed where that is too much. */
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
  /** The longest unused first. */
  const programs = new Set<Holder>();
  return {
    touch(program) {
      programs.delete(program);
      programs.add(program);
      let bytes = 0;
      for (const one of programs) bytes += one.bytes;
      for (const oldest of programs) {
        if (bytes <= limits.bytes && programs.size <= limits.programs) return;
        // What runs is kept, however large.
        if (oldest === program) return;
        bytes -= oldest.bytes;
        programs.delete(oldest);
        oldest.dispose();
      }
    },
    remove: (program) => void programs.delete(program),
  };
}
