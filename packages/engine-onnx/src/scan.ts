/** How are the results of a scan written, as one node whose body is a step? */
import type { Graph, ScanNode, Tensor } from "@symloss/core/engine";
import type { AttributeValue, Subgraph } from "./model.ts";
import type { ModelValue, Writer } from "./writer.ts";

/** The value of each tensor that has been written. */
type Values = Map<Tensor, ModelValue>;

/** Writes the nodes of a graph whose inputs have values. */
type WriteGraph = (writer: Writer, graph: Graph, values: Values) => void;

/** Writes a scan, of which these are results, and notes their values. */
export function writeScan(writer: Writer, results: readonly ScanNode[], values: Values, writeGraph: WriteGraph): void {
  const [{ inputs, attributes }] = results as readonly [ScanNode];
  const { carries, sequences, reverse } = attributes;
  const stacked = results.filter(({ attributes: { output } }) => output >= carries);
  const operands = inputs
    .slice(0, carries + sequences)
    .map((operand) => writer.full(values.get(operand)!, operand.shape));
  const counted = sequences > 0 ? [] : [stepsOf(writer, attributes.length)];
  const body = writeBody(writer, results[0]!, stacked, values, writeGraph);
  const names = writer.nodeOf(carries + stacked.length, "Scan", [...operands, ...counted], {
    body,
    num_scan_inputs: Math.max(1, sequences),
    ...(reverse ? reversed(Math.max(1, sequences), stacked.length) : {}),
  });
  for (const result of results) {
    const { output } = result.attributes;
    const position = output < carries ? output : carries + stacked.indexOf(result);
    values.set(result, { name: names[position]!, type: result.dtype, shape: result.shape });
  }
}

/** Something to go along, if there is no sequence: a node has a step for each slice of one. */
function stepsOf(writer: Writer, length: ScanNode["attributes"]["length"]): string {
  return writer.node("ConstantOfShape", [writer.shape([length])]);
}

function reversed(inputs: number, outputs: number): Readonly<Record<string, AttributeValue>> {
  const backward = (count: number): number[] => Array.from({ length: count }, () => 1);
  return {
    scan_input_directions: backward(inputs),
    ...(outputs === 0 ? {} : { scan_output_directions: backward(outputs) }),
  };
}

/** A step: from carries and slices to carries and what is stacked. Invariants are read where they are. */
function writeBody(
  writer: Writer,
  { inputs, attributes }: ScanNode,
  stacked: readonly ScanNode[],
  values: Values,
  writeGraph: WriteGraph,
): Subgraph {
  const { body, carries, sequences } = attributes;
  const taken = body.inputs.slice(0, carries + sequences).map(({ dtype, shape }) => ({ type: dtype, shape }));
  const counted = sequences > 0 ? [] : [{ type: "float32" as const, shape: [] }];
  return writer.body([...taken, ...counted], (inner, given) => {
    const own: Values = new Map(
      body.inputs.map((input, index) => [input, index < taken.length ? given[index]! : values.get(inputs[index]!)!]),
    );
    writeGraph(inner, body, own);
    inner.begin("scan");
    const outputs = [...body.outputs.slice(0, carries), ...stacked.map((result) => stackedIn(attributes, result))];
    return outputs.map((output) => ({
      name: inner.full(own.get(output)!, output.shape),
      type: output.dtype,
      shape: output.shape,
    }));
  });
}

/** What each step gives of a result that is stacked: of this body, of which another result may have a copy. */
function stackedIn({ body, carries }: ScanNode["attributes"], { attributes: { output } }: ScanNode): Tensor {
  return output < 2 * carries ? body.inputs[output - carries]! : body.outputs[output - carries]!;
}
