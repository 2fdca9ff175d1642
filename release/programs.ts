/** Which program shows that a loss and its gradient work somewhere? */

/** The body of an async function that returns what `expectedOutput` says, on this engine. */
export function stepOf(engine: string): string {
  return `
const engine = await ${engine}();
const step = compile(valueAndGrad((predictions, targets) => huber(targets, predictions).mean()), { engine });
const [loss, gradient] = await step([1.5, 2, 0], [1, 2, 3]);
await engine.dispose();
return JSON.stringify([loss.item(), ...gradient.data].map((value) => Math.round(value * 1e4) / 1e4));`;
}

/** An ES module that prints it. */
export function moduleOf(engine: string): string {
  return `
import { compile, valueAndGrad } from "@symloss/core";
import { ${engine} } from "@symloss/engine-${engine}";
import { huber } from "@symloss/losses";

async function run() {${stepOf(engine)}
}
run().then((text) => console.log(text));
`;
}

export const expectedOutput = "[0.875,0.1667,0,-0.3333]";
