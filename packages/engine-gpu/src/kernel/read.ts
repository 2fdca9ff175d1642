/** How does a kernel read an element of a texture? It fetches each texel once, and selects a lane or channel. */
import { stridesOf } from "@symloss/core/engine";
import { type KernelBuilder, argumentOf, define, indexIn } from "./builder.ts";
import { type Expression, call, element, integer } from "./expression.ts";
import { type Index, type Position, depthOf, divide, flatten, isConstant } from "./index-expression.ts";
import { type Place, lanes } from "./layout.ts";
import type { KernelNode } from "./node.ts";

/** The costs of fetching a texel and of selecting a lane, roughly in additions. */
const fetchCost = 8;
const pickCost = 3;

/** The element of a node that lies there. */
export function readElement(builder: KernelBuilder, place: Place, node: KernelNode, position: Position): Expression {
  const index = flatten(position, stridesOf(node.shape));
  const { texture, channel } = place;
  const argument = argumentOf(builder, texture);
  const fetch = (at: Index): Expression =>
    define(builder, "t", element(argument, indexIn(builder, at)), { depth: depthOf(at), cost: fetchCost });
  if (channel !== undefined) return element(fetch(index), integer(channel));
  const [at, lane] = divide(index, lanes);
  if (isConstant(lane)) return element(fetch(at), integer(lane.constant));
  const number = indexIn(builder, lane);
  return define(builder, "v", call("pick", fetch(at), number), { depth: depthOf(index), cost: pickCost });
}
