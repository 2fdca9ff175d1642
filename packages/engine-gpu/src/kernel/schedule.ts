/** Which loops of a kernel are fused? Those with the same number of iterations, if neither needs what the other computes. */
import { type Expression, type Name, renameIn, visitNames } from "./expression.ts";
import type { Numbering } from "./numbering.ts";
import type { Accumulator, Definition, Loop, Statement, Update } from "./statement.ts";

/** Statements in their new order, and a function that renames expressions to match. */
export interface Schedule {
  readonly statements: readonly Statement[];
  readonly rename: (expression: Expression) => Expression;
}

/** Moves every statement to the earliest stage its dependencies allow, fuses loops, and keeps the first of equal definitions. */
export function schedule(statements: readonly Statement[], numberOf: Numbering): Schedule {
  const aliases = new Map<Name, Name>();
  const rename = (expression: Expression): Expression =>
    aliases.size === 0 ? expression : renameIn(expression, (name) => aliases.get(name) ?? name);
  return { statements: arrange(statements, { aliases, rename, numberOf }), rename };
}

/** State shared by all scopes. */
interface Names {
  /** Names that were replaced. */
  readonly aliases: Map<Name, Name>;
  readonly rename: (expression: Expression) => Expression;
  readonly numberOf: Numbering;
}

/** A loop, and what is computed before it. */
interface Stage {
  readonly before: Statement[];
  loop?: Loop;
}

/** The statements of a scope so far. */
interface Arrangement extends Names {
  readonly stages: Stage[];
  /** The stage from which a name of this scope has its value. */
  readonly ready: Map<Name, number>;
  /** The names defined here. */
  readonly known: Map<number, Name>;
}

function arrange(statements: readonly Statement[], names: Names): Statement[] {
  const arrangement: Arrangement = { ...names, stages: [{ before: [] }], ready: new Map(), known: new Map() };
  for (const statement of statements) place[statement.kind](arrangement, statement as never);
  return arrangement.stages.flatMap(({ before, loop }) =>
    loop === undefined ? before : [...before, { ...loop, body: arrange(loop.body, names) }],
  );
}

const place: { readonly [K in Statement["kind"]]: (arrangement: Arrangement, statement: never) => void } = {
  definition: placeDefinition,
  accumulator: placeAccumulator,
  update: placeUpdate,
  loop: placeLoop,
};

function placeDefinition(arrangement: Arrangement, { kind, name, expression: given, cost }: Definition): void {
  const { stages, ready, known, aliases, rename, numberOf } = arrangement;
  const expression = rename(given);
  const number = numberOf(expression);
  const same = known.get(number);
  if (same !== undefined) {
    aliases.set(name, same);
    return;
  }
  known.set(number, name);
  const stage = stageOf(arrangement, expression);
  ready.set(name, stage);
  stages[stage]!.before.push({ kind, name, expression, cost });
}

function placeAccumulator({ stages, ready }: Arrangement, accumulator: Accumulator): void {
  ready.set(accumulator.name, 0);
  stages[0]!.before.push(accumulator);
}

function placeUpdate(arrangement: Arrangement, update: Update): void {
  const term = arrangement.rename(update.term);
  arrangement.stages[stageOf(arrangement, term, update.name)]!.before.push({ ...update, term });
}

function placeLoop(arrangement: Arrangement, given: Loop): void {
  const { stages, ready, aliases, rename } = arrangement;
  let stage = stageOf(arrangement, ...readIn([given]).map(rename));
  let loop = given;
  for (; stages[stage]?.loop !== undefined; stage++) {
    const joined = join(arrangement, stages[stage]!.loop!, given);
    if (joined === undefined) continue;
    aliases.set(given.variable, joined.variable);
    loop = joined;
    break;
  }
  stages[stage]!.loop = loop;
  if (stage + 1 === stages.length) stages.push({ before: [] });
  for (const name of updatedIn(given.body)) if (ready.has(name)) ready.set(name, stage + 1);
}

/** The first stage in which all of these have their values. */
function stageOf({ ready }: Arrangement, ...expressions: readonly Expression[]): number {
  let stage = 0;
  const wait = (name: Name): void => {
    stage = Math.max(stage, ready.get(name) ?? 0);
  };
  for (const expression of expressions) visitNames(expression, wait);
  return stage;
}

/** The first loop with the second's body appended; undefined if they do not iterate alike. */
function join({ rename, numberOf }: Names, first: Loop, second: Loop): Loop | undefined {
  const numberOfCondition = (condition: Expression | undefined): number | undefined => condition && numberOf(condition);
  const condition =
    second.condition &&
    renameIn(second.condition, (name) => (name === second.variable ? first.variable : (rename(name) as Name)));
  if (first.count !== second.count || numberOfCondition(first.condition) !== numberOfCondition(condition)) {
    return undefined;
  }
  return { ...first, body: [...first.body, ...second.body] };
}

/** Everything that is read, and the accumulators that are updated. */
function readIn(statements: readonly Statement[]): Expression[] {
  return statements.flatMap((statement) => {
    switch (statement.kind) {
      case "loop":
        return [...(statement.condition === undefined ? [] : [statement.condition]), ...readIn(statement.body)];
      case "update":
        return [statement.name, statement.term];
      case "definition":
        return [statement.expression];
      case "accumulator":
        return [statement.initial];
    }
  });
}

function updatedIn(statements: readonly Statement[]): Name[] {
  return statements.flatMap((statement) => {
    if (statement.kind === "loop") return updatedIn(statement.body);
    return statement.kind === "update" ? [statement.name] : [];
  });
}
