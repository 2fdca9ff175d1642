/** What does help say on evaluating? */
import { describeFlags, describeOptions, evaluateOptions } from "../own-options.ts";
import { metrics } from "./metrics.ts";

const metricLines = Object.entries(metrics).map(([name, { text, parameter }]) => {
  const form = parameter === undefined ? name : `${name}:${parameter.name.toUpperCase()}`;
  const fallback = parameter === undefined ? "" : `; default ${parameter.called ?? parameter.default}`;
  return `  ${form.padEnd(24)} ${text}${fallback}`;
});

/** Help on `evaluate`. */
export const helpOnEvaluate: string = `symloss evaluate --data FILES [--loss LOSS] [--metrics LIST] [options]

Evaluates a loss and metrics over the rows of files (Parquet, Arrow, JSON lines, CSV, safetensors, .npz), however many there are. Sums are exact: the report
is the same, to the last bit, in whatever order and partition rows come, on one thread or a hundred machines.

  symloss evaluate --data 'shards/*.parquet' --loss sparseSoftmaxCrossentropyLogits --labels label --logits 'logit_*' \\
    --metrics accuracy,rocAuc:3 --by lang --workers 4

Each argument of the loss is an option: the column that it is, several (a,b,c), or a pattern for columns beside each other ('logit_*'); default the
column of its own name. Metrics take --labels or --targets, and --logits, --probabilities, --scores or --predictions. The loss's own options, such as
--delta 0.5, are given as symloss help export LOSS shows them.

${[...describeOptions(evaluateOptions), ...describeFlags()].join("\n")}

Metrics
${metricLines.join("\n")}`;

/** Help on `worker`. */
export const helpOnWorker: string = `symloss worker --queue redis://HOST:6379 --data FOLDER [--loss LOSS] [--metrics LIST] [options]

Evaluates shards for runs of symloss evaluate with the same --loss, --metrics, columns and --queue, until it is stopped. A run sends the names of shards
alone; the worker looks for them below its own --data, and opens nothing else. bullmq and ioredis must be installed beside the command line.`;
