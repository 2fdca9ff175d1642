/** How are the results of a scan computed together? Its body runs once for each step. */
import { type ScanNode, type TypedArray, allocate, sizeOf } from "@symloss/core/engine";
import { type Layout, copier, isContiguous, rowMajor } from "./layout.ts";

/** Computes the outputs of the body from its inputs, all row-major, into new arrays. */
export type RunBody = (inputs: readonly TypedArray[]) => readonly TypedArray[];

/** Fills the arrays of some results of a scan, in their order, from those of its operands. */
export type FillAll = (results: readonly TypedArray[], operands: readonly TypedArray[]) => void;

/** How these results of one scan are computed for operands with these layouts. */
export function fillScan(nodes: readonly ScanNode[], layouts: readonly Layout[], runBody: RunBody): FillAll {
  const [node] = nodes as readonly [ScanNode];
  const { body, carries: count, sequences, reverse } = node.attributes;
  const length = node.attributes.length as number;
  const whole = layouts.map((layout, index) => wholeArray(layout, node.inputs[index]!.dtype));
  const sizes = body.inputs.map(({ shape }) => sizeOf(shape));
  const isSequence = (index: number): boolean => index >= count && index < count + sequences;
  return (results, arrays) => {
    const operands = whole.map((arrayOf, index) => arrayOf(arrays[index]!));
    let carries = operands.slice(0, count);
    const keep = (number: number, values: TypedArray, place: number): void => {
      for (const [index, { attributes }] of nodes.entries())
        if (attributes.output === number) results[index]!.set(values, place * values.length);
    };
    for (let step = 0; step < length; step++) {
      const place = reverse ? length - 1 - step : step;
      const inputs = operands.map((operand, index) => {
        if (index < count) return carries[index]!;
        return isSequence(index) ? operand.subarray(place * sizes[index]!, (place + 1) * sizes[index]!) : operand;
      });
      const outputs = runBody(inputs);
      for (const [index, carry] of carries.entries()) keep(count + index, carry, place);
      for (const [index, output] of outputs.slice(count).entries()) keep(2 * count + index, output, place);
      carries = outputs.slice(0, count);
    }
    for (const [index, carry] of carries.entries()) keep(index, carry, 0);
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
