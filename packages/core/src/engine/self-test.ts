/** Does an engine compute correctly in this environment? Every factory runs this before it returns its engine. */
import type { Engine } from "./contract.ts";
import { EngineUnavailableError } from "../array/errors.ts";
import { exp, mul, sub } from "../tensor/elementwise.ts";
import { prepare } from "./prepare.ts";
import { mean, softmax, sum } from "../tensor/reduction.ts";
import { placeholder } from "../tensor/operand.ts";

/**
 * Throws `EngineUnavailableError`, and disposes of the engine, unless a small graph (arithmetic, rows, a reduction, a product) gives
 * the right numbers.
 */
export async function selfTest(engine: Engine): Promise<void> {
  try {
    await compareWithKnown(engine);
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}

async function compareWithKnown(engine: Engine): Promise<void> {
  const x = placeholder("x", [5, 3], "float32");
  const weights = softmax(x);
  const outputs = [sum(mul(weights, x), 1), mean(exp(sub(x, 1)))];
  const values = Float32Array.from({ length: 15 }, (_, index) => ((index * 7) % 15) / 5 - 1);
  const executable = await engine.compile(prepare({ inputs: [x], outputs }, engine));
  try {
    const [rows, scalar] = await executable.run([values]);
    const expected = expectedOf(values);
    const got = [...rows!, ...scalar!];
    const worst = Math.max(...expected.map((want, index) => Math.abs(want - got[index]!)));
    // Written so that NaN fails too.
    if (!(worst <= 1e-4)) {
      throw new EngineUnavailableError(
        `${engine.name}: the self-test must agree with the right numbers to 1e-4, got a difference of ${worst} on ${engine.device}.`,
      );
    }
  } finally {
    await executable.dispose();
  }
}

function expectedOf(values: Float32Array): number[] {
  const rows = Array.from({ length: 5 }, (_, row) => [...values.subarray(3 * row, 3 * row + 3)]);
  const weighted = rows.map((row) => {
    const powers = row.map((value) => Math.exp(value));
    const total = powers.reduce((left, right) => left + right, 0);
    return row.reduce((left, value, index) => left + (value * powers[index]!) / total, 0);
  });
  const average = values.reduce((left, value) => left + Math.exp(value - 1), 0) / values.length;
  return [...weighted, average];
}
