/**
 * Which compiled kernels does a context keep? One for each source, shared by all plans that use it, and some that no plan uses any more.
 */
import type { ArrayTexture, GpuContext } from "./context.ts";
import type { Kernel, KernelTexture } from "./gpu-js.ts";
import type { PrintedKernel } from "../kernel/print.ts";

/** A kernel as used by one plan. */
export interface PooledKernel {
  /** Computes from the first textures, and renders to the others. */
  run(given: readonly KernelTexture[], drawn: readonly ArrayTexture[]): void;
  /** Called when the plan no longer needs it. */
  release(): void;
}

/** How many unused kernels are kept. */
const mostIdle = 256;

interface Entry {
  readonly kernel: Kernel;
  users: number;
}

/** The kernels of a context. */
export class KernelPool {
  readonly #context: GpuContext;
  readonly #used = new Map<string, Entry>();
  /** The least recently used first. */
  readonly #idle = new Map<string, Kernel>();

  constructor(context: GpuContext) {
    this.#context = context;
  }

  /** A kernel for arguments of these types. Throws `EngineError` if it does not compile. */
  take(step: PrintedKernel, textures: readonly KernelTexture[]): PooledKernel {
    const sizes = textures.map(({ size }) => Array.from(size).join("x"));
    const key = [step.source, step.output.join("x"), ...sizes].join("|");
    const entry = this.#used.get(key) ?? { kernel: this.#find(key, step, textures), users: 0 };
    this.#used.set(key, entry);
    entry.users++;
    const { kernel } = entry;
    return {
      run: (given, drawn) => {
        this.#context.drawOn(kernel, drawn);
        kernel(...given);
      },
      release: () => this.#release(key),
    };
  }

  #find(key: string, step: PrintedKernel, textures: readonly KernelTexture[]): Kernel {
    const kernel = this.#idle.get(key);
    this.#idle.delete(key);
    return kernel ?? this.#context.createKernel(step, textures);
  }

  #release(key: string): void {
    const entry = this.#used.get(key);
    // A plan may outlive its engine.
    if (entry === undefined) return;
    entry.users--;
    this.#context.drawNowhere(entry.kernel);
    if (entry.users > 0) return;
    this.#used.delete(key);
    this.#idle.set(key, entry.kernel);
    for (const [oldest, kernel] of this.#idle) {
      if (this.#idle.size <= mostIdle) break;
      this.#idle.delete(oldest);
      this.#context.destroyKernel(kernel);
    }
  }

  /** Frees them all. */
  destroy(): void {
    const used = [...this.#used.values()].map(({ kernel }) => kernel);
    for (const kernel of [...this.#idle.values(), ...used]) this.#context.destroyKernel(kernel);
    this.#idle.clear();
    this.#used.clear();
  }
}
