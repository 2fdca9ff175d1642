/** Which options does the command line have itself? A loss adds its own, which have no short form. */

/** An option with a value. */
interface OwnOption {
  readonly short?: string;
  /** What may stand for its value, and what is said of that. */
  readonly forms: Readonly<Record<string, string>>;
}

/** An option without a value. */
interface OwnFlag {
  readonly short?: string;
  readonly text: string;
}

/** The options of `export`, whatever the loss. */
export type ExportOption = "output" | "shape" | "dtype" | "labels" | "reduction" | "gradient";

/** The options of `evaluate` and `worker`, whatever the loss. */
export type EvaluateOption =
  | "data"
  | "reader"
  | "where"
  | "loss"
  | "metrics"
  | "by"
  | "query"
  | "weights"
  | "badRows"
  | "maxGroups"
  | "workers"
  | "queue"
  | "checkpoint"
  | "runs"
  | "engine"
  | "batch"
  | "dtype";

/** The options without a value. */
export type Flag = "list" | "help" | "version" | "json" | "exact";

/** The options of `export`, in the order in which help lists them. */
export const exportOptions: Readonly<Record<ExportOption, OwnOption>> = {
  output: { short: "o", forms: { FILE: "the file to write" } },
  shape: {
    short: "s",
    forms: {
      "batch,10": "the shape of its largest argument: lengths, or names of lengths known only when it runs",
      "NAME=batch,4": "the shape of one argument, or of an option that is to be an input of the model; may be repeated",
    },
  },
  dtype: { short: "d", forms: { float64: "the type of inputs that are neither integers nor masks; default float32" } },
  labels: { forms: { int64: "the type of inputs that are class indices or other integers; default int32" } },
  reduction: { short: "r", forms: { mean: "the mean or sum of the losses; default none, which gives each" } },
  gradient: {
    short: "g",
    forms: {
      "NAME,NAME":
        "also output the gradients with respect to these inputs, of the sum if nothing reduces the losses; may be repeated",
    },
  },
};

/** The options of `evaluate`, in the order in which help lists them. */
export const evaluateOptions: Readonly<Record<EvaluateOption, OwnOption>> = {
  data: { forms: { "'*.parquet'": "files that a pattern means, or a folder of them" } },
  reader: {
    forms: {
      duckdb: "who reads the files: files, or duckdb, which also knows .csv and .tsv; default by their endings",
    },
  },
  where: { forms: { "\"lang = 'de'\"": "only rows that meet a condition in SQL, by DuckDB" } },
  loss: { forms: { LOSS: "one that symloss --list shows, or one of your own: ./wing.js#wing" } },
  metrics: { forms: { LIST: "metrics, separated by commas, some with a number: accuracy,rocAuc:3" } },
  by: { forms: { COLUMN: "report each group of rows, by a column of names" } },
  query: { forms: { COLUMN: "the column that says to which query a row belongs, for ndcg" } },
  weights: { forms: { COLUMN: "how much each row counts for the loss" } },
  badRows: { forms: { skip: "leave out rows that can't be evaluated, and count them; default stop" } },
  maxGroups: { forms: { NUMBER: "the most groups; default 10000" } },
  workers: { forms: { NUMBER: "so many threads" } },
  queue: { forms: { URL: "machines that run symloss worker with the same options: redis://HOST:6379" } },
  checkpoint: { forms: { FILE: "keep what is done, and go on from there if the file exists" } },
  runs: { forms: { FOLDER: "where numbers of --exact are kept that have no room in memory" } },
  engine: { forms: { cpu: "wasm or cpu; default wasm" } },
  batch: { forms: { NUMBER: "how many rows are computed at a time; default 4096" } },
  dtype: { short: "d", forms: { float64: "the type of numbers; default float32" } },
};

/** The flags, in the order in which help lists them. */
export const flags: Readonly<Record<Flag, OwnFlag>> = {
  list: { short: "l", text: "list the losses, with their arguments and options" },
  help: { short: "h", text: "print help on the program, a command or a loss" },
  version: { short: "v", text: "print the version" },
  json: { text: "print the report of evaluate as JSON" },
  exact: { text: "evaluate areas, average precisions and quantiles exactly, and not within bounds" },
};

/** What each short form stands for. */
export const longNames: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...exportOptions, ...evaluateOptions, ...flags }).flatMap(([name, { short }]) =>
    short === undefined ? [] : [[short, name]],
  ),
);

/** Whether this is the name of a flag. */
export function isFlag(name: string): name is Flag {
  return Object.hasOwn(flags, name);
}

/** Whether this is the name of an option of `export`. */
export function isExportOption(name: string): name is ExportOption {
  return Object.hasOwn(exportOptions, name);
}

/** Whether this is the name of an option of `evaluate`. */
export function isEvaluateOption(name: string): name is EvaluateOption {
  return Object.hasOwn(evaluateOptions, name);
}

/** A line of help for each form of each option. */
export function describeOptions(options: Readonly<Record<string, OwnOption>>): string[] {
  return Object.entries(options).flatMap(([name, { short, forms }]) =>
    Object.entries(forms).map(([form, text]) => describeLine(short, `--${name} ${form}`, text)),
  );
}

/** A line of help for each flag. */
export function describeFlags(): string[] {
  return Object.entries(flags).map(([name, { short, text }]) => describeLine(short, `--${name}`, text));
}

/** `  -o, --output FILE            the file to write` */
function describeLine(short: string | undefined, form: string, text: string): string {
  return `  ${short === undefined ? "   " : `-${short},`} ${form.padEnd(24)} ${text}`;
}
