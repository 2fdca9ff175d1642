/** What is a program that computes on gl? It says what it got, and then has nothing more to do; `dispose`: with its engine neither. */
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
