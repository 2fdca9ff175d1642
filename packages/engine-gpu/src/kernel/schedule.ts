/** Which loops of a kernel become one? Those of equally many turns where neither needs what the other computes. */
import { type Source, namesIn, renameIn } from "./source.ts";
import type { Definition, Loop, Statement } from "./statement.ts";

/** Statements in their new order, and how a source reads there. */
export interface Schedule {
  readonly statements: readonly Statement[];
  readonly rename: (source: Source) => Source;
}

/** Puts every statement as early as what it needs allows and loops into one, and keeps of definitions that read alike the first. */
export function schedule(statements: readonly Statement[]): Schedule {
  const aliases = new Map<Source, Source>();
  const rename = (source: Source): Source => renameIn(source, (name) => aliases.get(name) ?? name);
  return { statements: arrange(statements, aliases, rename), rename };
}

/** A loop, and what is computed before it. */
interface Stage {
  readonly before: Statement[];
  loop?: Loop;
}

function arrange(
  statements: readonly Statement[],
  aliases: Map<Source, Source>,
  rename: (source: Source) => Source,
): Statement[] {
  const stages: Stage[] = [{ before: [] }];
  /** The stage from which on a name of this scope has its value. */
  const ready = new Map<Source, number>();
  const known = new Map<Source, Source>();
  const stageOf = (sources: readonly Source[]): number => {
    const needed = sources.flatMap(namesIn);
    return needed.reduce((stage, name) => Math.max(stage, ready.get(name) ?? 0), 0);
  };

  const define = ({ name, source, ...rest }: Definition): void => {
    const renamed = rename(source);
    const same = known.get(renamed);
    if (same !== undefined) {
      aliases.set(name, same);
      return;
    }
    known.set(renamed, name);
    const stage = stageOf([renamed]);
    ready.set(name, stage);
    stages[stage]!.before.push({ ...rest, name, source: renamed });
  };

  const place = (given: Loop): void => {
    let stage = stageOf(sourcesIn([given]).map(rename));
    let loop = given;
    for (; stages[stage]?.loop !== undefined; stage++) {
      const joined = join(stages[stage]!.loop!, given, rename);
      if (joined === undefined) continue;
      aliases.set(given.variable, joined.variable);
      loop = joined;
      break;
    }
    stages[stage]!.loop = loop;
    if (stage + 1 === stages.length) stages.push({ before: [] });
    for (const name of updatedIn(given.body)) if (ready.has(name)) ready.set(name, stage + 1);
  };

  for (const statement of statements) {
    switch (statement.kind) {
      case "definition":
        define(statement);
        break;
      case "accumulator":
        ready.set(statement.name, 0);
        stages[0]!.before.push(statement);
        break;
      case "update": {
        const source = rename(statement.source);
        stages[stageOf([source, statement.name])]!.before.push({ ...statement, source });
        break;
      }
      case "loop":
        place(statement);
    }
  }
  return stages.flatMap(({ before, loop }) =>
    loop === undefined ? before : [...before, { ...loop, body: arrange(loop.body, aliases, rename) }],
  );
}

/** The first loop with the body of the second after its own, undefined where they do not turn alike. */
function join(first: Loop, second: Loop, rename: (source: Source) => Source): Loop | undefined {
  const condition =
    second.condition &&
    renameIn(second.condition, (name) => (name === second.variable ? first.variable : rename(name)));
  if (first.count !== second.count || first.condition !== condition) return undefined;
  return { ...first, body: [...first.body, ...second.body] };
}

/** All that is read, and the accumulators that are updated. */
function sourcesIn(statements: readonly Statement[]): Source[] {
  return statements.flatMap((statement) => {
    switch (statement.kind) {
      case "loop":
        return [...(statement.condition === undefined ? [] : [statement.condition]), ...sourcesIn(statement.body)];
      case "update":
        return [statement.name, statement.source];
      default:
        return [statement.source];
    }
  });
}

function updatedIn(statements: readonly Statement[]): Source[] {
  return statements.flatMap((statement) => {
    if (statement.kind === "loop") return updatedIn(statement.body);
    return statement.kind === "update" ? [statement.name] : [];
  });
}
