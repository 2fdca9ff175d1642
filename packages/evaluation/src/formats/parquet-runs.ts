/** Are the runs of equal values in a page as long as its header says? hyparquet writes as many as a run claims, be it two thousand million. */

/** Where runs are, how many bits each value has, and how many there are. */
export interface Runs {
  readonly from: number;
  readonly to: number;
  readonly width: number;
  readonly count: number;
}

/** The value that all have, where runs repeat one and the same; else undefined. Throws if a run has more values than there are. */
export function valueOfAll(bytes: Uint8Array, { from, to, width, count }: Runs): number | undefined {
  let at = from;
  const readHeader = (): number => {
    let header = 0;
    for (let shift = 0; at < to; shift += 7) {
      const byte = bytes[at++]!;
      header |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return header;
  };
  let shared: number | undefined;
  let isShared = true;
  let seen = 0;
  while (seen < count && at < to) {
    const header = readHeader();
    const isPacked = (header & 1) === 1;
    const length = isPacked ? (header >>> 1) * 8 : header >>> 1;
    // What is packed ends with the bytes, unless its values have none; writers pad it, some to 256 values.
    const isLong = length > count && (!isPacked || width === 0);
    if (isLong) throw new Error(`a run of ${length} values in a page of ${count}`);
    if (isPacked) {
      isShared = false;
      at += (length / 8) * width;
    } else {
      const value = valueAt(bytes, at, width);
      isShared &&= value === (shared ??= value);
      at += Math.ceil(width / 8);
    }
    seen += length;
  }
  return isShared && seen === count && at <= to ? shared : undefined;
}

/** The value of a run, from its lowest byte to its highest. */
function valueAt(bytes: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let byte = 0; byte < Math.ceil(width / 8); byte++) value |= bytes[at + byte]! << (8 * byte);
  return value;
}

/** Where the levels of a page are that has them of its first version: behind their length. Also where the next begin. */
export function levelsAt(bytes: Uint8Array, at: number): { readonly from: number; readonly to: number } {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
  if (at + 4 + length > bytes.length) throw new Error(`levels of ${length} bytes in a page of ${bytes.length}`);
  return { from: at + 4, to: at + 4 + length };
}

/** How many bits hold a level. */
export function bitsOf(level: number): number {
  return 32 - Math.clz32(level);
}
