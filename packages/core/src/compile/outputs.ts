/** Into which arrays are the results of a call written? */
import { describe, withArticle } from "../array/describe.ts";
import { isDeviceArray } from "../array/device-array.ts";
import { type DType, type TypedArray, holds } from "../array/dtype.ts";
import { DTypeError, ShapeError } from "../array/errors.ts";
import { isForeignArray } from "../array/foreign-array.ts";
import { formatType, type ArrayType } from "../array/type.ts";
import { NDArray, isNDArray, soundArray } from "../array/ndarray.ts";
import { sizeOf } from "../array/shape.ts";
import { type Leaf, type Structure, flatten } from "../array/tree.ts";
import { type AnyTypedArray, isTypedArray, typedArrayName, typedElements } from "../array/typed-array.ts";

/** The typed arrays into which results are written, from a tree with the structure of the results. */
export function bindOutputs(
  caller: string,
  tree: unknown,
  structure: Structure,
  types: readonly ArrayType[],
): readonly TypedArray[] {
  return matchOutputs(tree, structure, types) ?? takeOutputs(caller, tree, structure, types);
}

/** The arrays, if they are one or a flat list and each matches exactly; else undefined, and they have to be flattened. */
function matchOutputs(tree: unknown, structure: Structure, types: readonly ArrayType[]): TypedArray[] | undefined {
  const list = structure === null ? [tree] : tree;
  if (!Array.isArray(list) || list.length !== types.length) return undefined;
  if (structure !== null && !(Array.isArray(structure) && structure.every((part) => part === null))) return undefined;
  const arrays: TypedArray[] = [];
  for (let index = 0; index < list.length; index++) {
    const value: unknown = list[index];
    const { dtype, shape } = types[index]!;
    const size = sizeOf(shape);
    const data: unknown = value instanceof NDArray && value.dtype === dtype ? value.data : value;
    if (!holds(dtype, data) || data.length !== size || size === 0) return undefined;
    for (const earlier of arrays) if (overlap(earlier, data)) return undefined;
    arrays.push(data);
  }
  return arrays;
}

function takeOutputs(
  caller: string,
  tree: unknown,
  structure: Structure,
  types: readonly ArrayType[],
): readonly TypedArray[] {
  // For a single result, whatever was given is reported as that one array; a device array is never flattened.
  const isLeaf = (value: unknown): boolean =>
    structure === null || isNDArray(value) || isTypedArray(value) || isDeviceArray(value) || isForeignArray(value);
  const { leaves, structure: given } = flatten(caller, tree, isLeaf);
  if (JSON.stringify(given) !== JSON.stringify(structure)) {
    const wanted = formatStructure(
      structure,
      types.map(({ dtype, shape }) => formatType(dtype, shape)),
    );
    const got = Array.isArray(tree) ? `a list of ${tree.length}` : describe(tree);
    throw new DTypeError(`${caller}: outputs must be arrays in the structure of the results, ${wanted}, got ${got}.`);
  }
  const arrays = leaves.map(({ path, value }, index) => {
    const { dtype, shape } = types[index]!;
    const name = `outputs${path === "" ? "" : ` ${path}`}`;
    if (!isNDArray(value) && !isTypedArray(value)) {
      // Its strides and its type may be others than those of the result.
      const help = isForeignArray(value) ? " Give the typed array in it: x.data." : "";
      throw new DTypeError(
        `${caller}: ${name} must be an NDArray or a typed array that holds ${formatType(dtype, shape)}, got ${describe(value)}.${help}`,
      );
    }
    const data = elementsFor(caller, name, value, dtype);
    if (data?.length !== sizeOf(shape)) {
      throw new DTypeError(`${caller}: ${name} must hold ${formatType(dtype, shape)}, got ${describeArray(value)}.`);
    }
    return data;
  });
  requireApart(caller, arrays, leaves);
  return arrays;
}

/** The elements to write, as a typed array of this realm; undefined if they have another dtype. */
function elementsFor(
  caller: string,
  name: string,
  value: NDArray | AnyTypedArray,
  dtype: DType,
): TypedArray | undefined {
  if (isNDArray(value)) return value.dtype === dtype ? soundArray(caller, name, value).data : undefined;
  const { values } = typedElements(caller, name, value);
  return holds(dtype, values) ? values : undefined;
}

/** Throws `ShapeError` if two outputs share memory: the second would overwrite the first. */
function requireApart(caller: string, arrays: readonly TypedArray[], leaves: readonly Leaf[]): void {
  for (const [index, array] of arrays.entries()) {
    const other = arrays.findIndex((earlier, position) => position < index && overlap(earlier, array));
    if (other === -1) continue;
    throw new ShapeError(
      `${caller}: outputs ${leaves[other]!.path} and ${leaves[index]!.path} must not share memory, got arrays that overlap in one buffer.`,
    );
  }
}

/** Whether two typed arrays have bytes in common. */
export function overlap(left: TypedArray, right: TypedArray): boolean {
  return (
    left.buffer === right.buffer &&
    left.byteOffset < right.byteOffset + right.byteLength &&
    right.byteOffset < left.byteOffset + left.byteLength
  );
}

/** `[f32[], {weights: f32[3]}]` */
function formatStructure(structure: Structure, types: readonly string[]): string {
  let next = 0;
  const format = (node: Structure): string => {
    if (node === null) return types[next++]!;
    if (Array.isArray(node)) return `[${node.map(format).join(", ")}]`;
    return `{${Object.entries(node)
      .map(([name, item]) => `${name}: ${format(item)}`)
      .join(", ")}}`;
  };
  return format(structure);
}

function describeArray(value: NDArray | AnyTypedArray): string {
  return isNDArray(value) ? describe(value) : `${withArticle(typedArrayName(value)!)} of length ${value.length}`;
}
