/** What is evaluated? A function of columns, traced once for the shapes of rows: the statistics that it returns, and what they are computed from. */
import { DTypeError, OutOfRangeError, type Tensor } from "@symloss/core";
import {
  type Graph,
  type HostCheck,
  type OperationAttributes,
  collectChecks,
  describe,
  formatGraph,
  isRecord,
  nodesWithin,
  traceGraph,
} from "@symloss/core/engine";
import type { Column } from "./columns.ts";
import { requireRowWise, rowsName } from "./row-wise.ts";
import { sha256 } from "./platform.ts";
import { type StateParts, canonical } from "./state.ts";
import type { Statistic } from "./statistic.ts";

/** A function of columns to statistics. */
export type EvaluationFunction = (columns: never) => Readonly<Record<string, Statistic>>;

/** The statistics of a function, for rows of these shapes. */
export interface Subject extends StateParts {
  readonly statistics: readonly NamedStatistic[];
  /** Computes the columns of all statistics. */
  readonly compute: (columns: Readonly<Record<string, Tensor>>) => Tensor[];
  readonly graph: Graph;
  readonly checks: readonly HostCheck[];
}

/** A statistic, and the places of its columns among all that are computed. */
export interface NamedStatistic extends Pick<Statistic, "kind" | "options"> {
  readonly name: string;
  readonly places: readonly number[];
}

/** Names that a report has for itself. */
const reserved: readonly string[] = ["rows", "skipped", "digest", "fingerprint", "key", "by"];

/** Traces the function. Throws what tracing throws, and if what it computes of a row is not that row's alone. */
export function traceSubject(
  caller: string,
  fn: EvaluationFunction,
  columns: readonly Column[],
  query: string | undefined,
): Subject {
  const compute = (given: Readonly<Record<string, Tensor>>): readonly (readonly [string, Statistic])[] =>
    statisticsOf(caller, fn(given as never));
  const specs = columns.map(({ name, dtype, shape }) => [name, { shape: [rowsName, ...shape!], dtype }] as const);
  let statistics: readonly (readonly [string, Statistic])[] = [];
  const graph = traceGraph(
    caller,
    (given: Readonly<Record<string, Tensor>>) => {
      statistics = compute(given);
      return statistics.flatMap(([, { columns: own }]) => own);
    },
    Object.fromEntries(specs),
  );
  requireQueries(caller, statistics, query);
  requireRowWise(
    caller,
    graph,
    statistics.flatMap(([name, { columns: own }]) => own.map(() => name)),
  );
  let next = 0;
  const named = statistics.map(([name, { kind, options, columns: own }]): NamedStatistic => {
    return { name, kind, options, places: own.map(() => next++) };
  });
  return {
    statistics: named,
    kinds: new Map(named.map(({ name, kind }) => [name, kind])),
    query,
    compute: (given) => compute(given).flatMap(([, { columns: own }]) => own),
    graph,
    checks: collectChecks(graph),
  };
}

function statisticsOf(caller: string, returned: unknown): readonly (readonly [string, Statistic])[] {
  if (!isRecord(returned) || Object.keys(returned).length === 0) {
    throw new DTypeError(
      `${caller}: the function must return a record of statistics, such as { loss: states.mean(loss) }, got ${describe(returned)}.`,
    );
  }
  const entries = Object.entries(returned);
  for (const [name, value] of entries) {
    if (reserved.includes(name)) {
      throw new DTypeError(`${caller}: a statistic must have a name that a report has not itself, got ${name}.`);
    }
    if (!isStatistic(value)) {
      throw new DTypeError(
        `${caller}: ${name} must be a statistic, such as states.mean(loss), got ${describe(value)}.`,
      );
    }
  }
  return entries as unknown as readonly (readonly [string, Statistic])[];
}

/** Throws `OutOfRangeError` if a statistic takes queries and there are none. */
function requireQueries(
  caller: string,
  statistics: readonly (readonly [string, Statistic])[],
  query: string | undefined,
): void {
  const wanting = statistics.find(([, { kind }]) => kind.takes === "queries");
  if (wanting === undefined || query !== undefined) return;
  const [name, { kind }] = wanting;
  throw new OutOfRangeError(
    `${caller}: query must be the column of queries, for ${name} is states.${kind.name}, which takes all rows of one together, got undefined.`,
  );
}

function isStatistic(value: unknown): value is Statistic {
  return isRecord(value) && "kind" in value && "columns" in value && "options" in value;
}

/** The key of a subject: equal for equal columns, graphs and statistics, wherever it is computed. */
export async function keyOf(columns: readonly Column[], { statistics, graph, query }: Subject): Promise<string> {
  const names = new Map<unknown, number>();
  const constants: string[] = [];
  for (const node of nodesWithin(graph)) {
    if (node.operation !== "constant" || node.rank === 0) continue;
    const { data } = node.attributes as OperationAttributes["constant"];
    if (names.has(data)) continue;
    names.set(data, names.size);
    constants.push(Array.from(data, String).join());
  }
  const text = canonical({
    columns: columns.map(({ name, dtype, from, shape }) => [
      name,
      dtype,
      from instanceof RegExp ? from.source : from,
      shape!,
    ]),
    graph: formatGraph(graph),
    constants,
    query: query ?? null,
    statistics: statistics.map(({ name, kind, options }) => [name, kind.name, options]),
  });
  return (await sha256(text)).slice(0, 32);
}
