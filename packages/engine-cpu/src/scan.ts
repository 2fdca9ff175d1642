/** How are the results of a scan computed together? Its body runs once for each step. */
import { type ScanNode, type TypedArray, allocate, runSteps, sizeOf } from "@symloss/core/engine";
import { type Layout, copier, isContiguous, rowMajor } from "./layout.ts";

/** Computes the outputs of the body from its inputs, all row-major, into new arrays. */
export type RunBody = (inputs: readonly TypedArray[]) => readonly TypedArray[];

/** Fills the arrays of some results of a scan, in their order, from those of its operands. */
export type FillAll = (results: readonly TypedArray[], operands: readonly TypedArray[]) => void;

/** How these results of one scan are computed for operands with these layouts. */
export function fillScan(nodes: readonly ScanNode[], layouts: readonly Layout[], runBody: RunBody): FillAll {
  const [node] = nodes as readonly [ScanNode];
  const { body, carries: count } = node.attributes;
  const whole = layouts.map((layout, index) => wholeArray(layout, node.inputs[index]!.dtype));
  const sizes = body.inputs.map(({ shape }) => sizeOf(shape));
  return (results, arrays) => {
    const operands = whole.map((arrayOf, index) => arrayOf(arrays[index]!));
    const store = (number: number, values: TypedArray, place: number): void => {
      for (const [index, { attributes }] of nodes.entries())
        if (attributes.output === number) results[index]!.set(values, place * values.length);
    };
    const carries = runSteps(node, operands, {
      sliceAt: (sequence, place, index) => sequence.subarray(place * sizes[index]!, (place + 1) * sizes[index]!),
      runBody,
      keep: (place, carried, given) => {
        for (const [index, carry] of carried.entries()) store(count + index, carry, place);
        for (const [index, output] of given.entries()) store(2 * count + index, output, place);
      },
    });
    for (const [index, carry] of carries.entries()) store(index, carry, 0);
  };
}

/** The elements of a value as an array of their own, row-major. */
function wholeArray(layout: Layout, dtype: ScanNode["dtype"]): (array: TypedArray) => TypedArray {
  const size = sizeOf(layout.shape);
  if (isContiguous(layout)) return (array) => array.subarray(layout.offset, layout.offset + size);
  const copy = copier(rowMajor(layout.shape), layout);
  return (array) => {
    const result = allocate(dtype, size);
    copy(result, array);
    return result;
  };
}
