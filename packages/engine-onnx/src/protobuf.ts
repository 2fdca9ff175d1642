/** How are protocol buffers written? Only what an ONNX model needs, and no reading; what can't be written as it is, is refused. */
import { EngineError, print } from "@symloss/core/engine";

/** An integer, an enumeration or a boolean; negative ones as 64 bits of two's complement. Throws `EngineError` for anything else. */
export function integer(field: number, value: number): Uint8Array {
  if (!Number.isSafeInteger(value)) throw new EngineError(`encode: an integer must be written, got ${print(value)}.`);
  return Uint8Array.from([...tag(field, wireTypes.varint), ...varint(value)]);
}

/** A string, as UTF-8. Throws `EngineError` for what UTF-8 can't say. */
export function text(field: number, value: string): Uint8Array {
  if (typeof value !== "string" || /\p{Surrogate}/u.test(value)) {
    throw new EngineError(`encode: a text without halves of surrogate pairs must be written, got ${print(value)}.`);
  }
  return bytes(field, utf8(value));
}

/** Bytes as they are. */
export function bytes(field: number, value: Uint8Array): Uint8Array {
  return join([tag(field, wireTypes.delimited), varint(value.length), value]);
}

/** A message of these fields. */
export function message(field: number, fields: readonly Uint8Array[]): Uint8Array {
  return bytes(field, join(fields));
}

/** The fields one after another: a whole message. */
export function join(fields: readonly ArrayLike<number>[]): Uint8Array {
  const joined = new Uint8Array(fields.reduce((length, field) => length + field.length, 0));
  let position = 0;
  for (const field of fields) {
    joined.set(field, position);
    position += field.length;
  }
  return joined;
}

const wireTypes = { varint: 0, delimited: 2 };

function tag(field: number, wireType: number): number[] {
  return varint(field * 8 + wireType);
}

/** Seven bits a byte, the lowest first. */
function varint(value: number): number[] {
  const groups: number[] = [];
  let rest = value < 0 ? BigInt.asUintN(64, BigInt(value)) : BigInt(value);
  while (rest > 127n) {
    groups.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...groups, Number(rest)];
}

/** No library of types that this package may use declares `TextEncoder`, which every environment has. */
declare const TextEncoder: new () => { encode(text: string): Uint8Array };

function utf8(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
