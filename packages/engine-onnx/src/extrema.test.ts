/** Is a `where` written as a minimum only if NaN can't reveal the difference? */
import { type Tensor, abs, where } from "@symloss/core";
import { traceGraph } from "@symloss/core/engine";
import { expect, test } from "vitest";
import { findExtrema } from "./extrema.ts";

const inputs = { x: { shape: [4] }, y: { shape: [4] } };

function typesFound(fn: (inputs: { readonly x: Tensor; readonly y: Tensor }) => unknown): string[] {
  return [...findExtrema(traceGraph("test", fn, inputs)).values()].map(({ type }) => type);
}

const smaller = (x: Tensor, y: Tensor): Tensor => where(x.lessEqual(y), x, y);

const throughOthers = (x: Tensor, y: Tensor): Tensor => smaller(x, y).mul(0.5).sub(x.exp());

test.each<[string, (inputs: { readonly x: Tensor; readonly y: Tensor }) => unknown, string[]]>([
  ["a factor of what it was chosen from", ({ x, y }) => smaller(x, y).mul(x), ["Min"]],
  ["by way of other operations", ({ x, y }) => throughOthers(abs(x), y), ["Min"]],
  ["the larger", ({ x, y }) => where(y.less(x), x, y).mul(x), ["Max"]],
  ["on every one of several ways", ({ x, y }) => [smaller(x, y).mul(x), smaller(x, y).exp().add(x)], ["Min", "Min"]],
  ["but not an output", ({ x, y }) => [smaller(x, y)], []],
  ["nor on a way that NaN has not reached", ({ x, y }) => [smaller(x, y).mul(x), smaller(x, y).mul(y)], ["Min"]],
  ["nor below a comparison, which makes NaN false", ({ x, y }) => where(smaller(x, y).less(1), x, 0).mul(x), []],
  ["nor below a sum, which mixes places", ({ x, y }) => smaller(x, y).sum().mul(x), []],
  ["nor another choice", ({ x, y }) => where(x.less(y), x, 1).mul(x), []],
])("%s", (_, fn, types) => expect(typesFound(fn)).toEqual(types));
