import { expect, test } from "vitest";
import { ndarray } from "./convert.ts";
import { describe, print } from "./describe.ts";
import { HostDeviceArray } from "../engine/host-device-array.ts";
import { type Engine, asTensor } from "../index.ts";

const { proxy, revoke } = Proxy.revocable({}, {});
revoke();

test.each([
  ["nothing", undefined, "undefined"],
  ["null", null, "null"],
  ["a string", "a", 'the string "a"'],
  ["a bigint", 5n, "the bigint 5"],
  ["a symbol", Symbol("a"), "Symbol(a)"],
  ["a long string", "a".repeat(10_000), `the string "${"a".repeat(60)}.."`],
  [
    "a record of many names",
    Object.fromEntries("abcdefghij".split("").map((name) => [name, 1])),
    "a record of a, b, c, d, e, f, g, h and 2 more",
  ],
  ["what can't be looked at", proxy, "an object"],
  ["a list", [1], "a list"],
  ["a record", { a: 1 }, "a record of a"],
  ["a record without a prototype", Object.create(null), "a record of nothing"],
  ["a promise", Promise.resolve(), "a promise"],
  ["an array", ndarray([1, 2]), "the NDArray f32[2]"],
  ["a tensor", asTensor([1, 2]), "the Tensor f32[2]"],
  ["a device array", new HostDeviceArray({} as Engine, Int32Array.of(1), [1], "int32"), "a device array i32[1]"],
  ["what the platform brings", new Map(), "a Map"],
  ["a typed array", Int8Array.of(1), "an Int8Array"],
  ["an object of a class, whose name a bundler may have shortened", new (class Loss {})(), "an object"],
  ["an object of a class with a name of the platform's", new (class Map {})(), "an object"],
])("a message shows %s", (_, value, text) => {
  expect(describe(value)).toBe(text);
});

test.each([
  [[2, -0, "a", 5n, null], '[2,-0,"a",the bigint 5,null]'],
  [[[1], [2]], "[[..],[..]]"],
  [Array.from({ length: 100 }, () => 1), "[1,1,1,1,1,1,1,1,..]"],
  ["float16", '"float16"'],
])("a literal is printed as it is written, as far as that is short", (value, text) => {
  expect(print(value)).toBe(text);
});
