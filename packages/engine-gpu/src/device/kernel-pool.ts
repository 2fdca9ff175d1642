/** Which kernels has a context compiled? Each text once, however many plans run it, and some that none runs any more. */
import type { ArrayTexture, GpuContext } from "./context.ts";
import type { Kernel, KernelTexture } from "./gpu-js.ts";
import type { PrintedKernel } from "../kernel/print.ts";

/** A kernel as one plan uses it. */
export interface PooledKernel {
  /** Computes from these textures, and draws on the others. */
  run(given: readonly KernelTexture[], drawn: readonly ArrayTexture[]): void;
  /** The plan needs it no more. */
  release(): void;
}

/** The kernels of a context. */
export interface KernelPool {
  /** A kernel for arguments like these. Throws `EngineError` where it does not compile. */
  take(step: PrintedKernel, textures: readonly KernelTexture[]): PooledKernel;
  /** Frees them all. */
  destroy(): void;
}

/** Kernels kept that no plan uses. */
const mostIdle = 256;

/** A pool without kernels. */
export function makeKernelPool(context: GpuContext): KernelPool {
  const used = new Map<string, { readonly kernel: Kernel; users: number }>();
  /** The longest unused first. */
  const idle = new Map<string, Kernel>();

  const find = (key: string, step: PrintedKernel, textures: readonly KernelTexture[]): Kernel => {
    const kernel = idle.get(key);
    idle.delete(key);
    return kernel ?? context.createKernel(step, textures);
  };
  const release = (key: string): void => {
    const entry = used.get(key);
    // A plan may outlive its engine.
    if (entry === undefined) return;
    entry.users--;
    context.drawNowhere(entry.kernel);
    if (entry.users > 0) return;
    used.delete(key);
    idle.set(key, entry.kernel);
    for (const [oldest, kernel] of idle) {
      if (idle.size <= mostIdle) break;
      idle.delete(oldest);
      context.destroyKernel(kernel);
    }
  };

  return {
    take(step, textures) {
      const sizes = textures.map(({ size }) => Array.from(size).join("x"));
      const key = [step.source, step.output.join("x"), ...sizes].join("|");
      const entry = used.get(key) ?? { kernel: find(key, step, textures), users: 0 };
      used.set(key, entry);
      entry.users++;
      return {
        run(given, drawn) {
          context.drawOn(entry.kernel, drawn);
          entry.kernel(...given);
        },
        release: () => release(key),
      };
    },
    destroy() {
      for (const kernel of [...idle.values(), ...[...used.values()].map((entry) => entry.kernel)]) {
        context.destroyKernel(kernel);
      }
      idle.clear();
      used.clear();
    },
  };
}
