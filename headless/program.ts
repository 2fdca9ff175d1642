/** A program that computes on gl: it prints what it got and then has nothing more to do. With `dispose` it also disposes of its engine. */
import { evaluate, sum } from "@symloss/core";
import { gpu } from "@symloss/engine-gpu";

try {
  const engine = await gpu();
  const total = await evaluate(sum([1, 2, 3]), { engine });
  if (process.argv.includes("dispose")) await engine.dispose();
  console.log(JSON.stringify({ device: engine.device, total: total.item() }));
} catch (error) {
  console.log(String(error));
}
