/** How are protocol buffers written? Only what an ONNX model needs, without reading; a value that can't be encoded exactly is an error. */
import { EngineError, print } from "@symloss/core/engine";

/** An integer, an enumeration or a boolean; negative ones as 64-bit two's complement. Throws `EngineError` for anything else. */
export function integer(field: number, value: number): Uint8Array {
  if (!Number.isSafeInteger(value))
    throw new EngineError(`encode: a number must be a safe integer, got ${print(value)}.`);
  return Uint8Array.from([...tag(field, wireTypes.varint), ...varint(value)]);
}

/** A string, as UTF-8. Throws `EngineError` if UTF-8 can't encode it. */
export function text(field: number, value: string): Uint8Array {
  if (typeof value !== "string" || /\p{Surrogate}/u.test(value)) {
    throw new EngineError(`encode: text must be a string without lone surrogates, got ${print(value)}.`);
  }
  return bytes(field, utf8(value));
}

/** Bytes, unchanged. */
export function bytes(field: number, value: Uint8Array): Uint8Array {
  return join([tag(field, wireTypes.delimited), varint(value.length), value]);
}

/** A message of these fields. */
export function message(field: number, fields: readonly Uint8Array[]): Uint8Array {
  return bytes(field, join(fields));
}

/** The fields joined: a whole message. */
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

/** Seven bits to a byte, the lowest first. */
function varint(value: number): number[] {
  const groups: number[] = [];
  let rest = value < 0 ? BigInt.asUintN(64, BigInt(value)) : BigInt(value);
  while (rest > 127n) {
    groups.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...groups, Number(rest)];
}

/** Every environment has `TextEncoder`, but none of the type libraries that this package may use declares it. */
declare const TextEncoder: new () => { encode(text: string): Uint8Array };

function utf8(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
