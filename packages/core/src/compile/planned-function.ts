/** How does a function of tensors become plans, and a call a run of one? A plan is made for each list of shapes and dtypes. */
import { type MaybePromise, isPromise } from "../array/promise.ts";
import type { Value } from "../engine/contract.ts";
import { Lifetime } from "../engine/lifetime.ts";
import { argumentsKey, bindArguments, isFlat, matchArguments, requireArguments, traceArguments } from "./arguments.ts";
import { type Execute, type Plan, type PlanOptions, makePlan, perform } from "./plan.ts";
import { PlanCache } from "./plans.ts";
import { type StaticArguments, isSame } from "./static.ts";

/** A function of tensors with the plans of its calls. */
export class PlannedFunction {
  readonly #caller: string;
  readonly #fn: (...args: never[]) => unknown;
  readonly #options: PlanOptions;
  readonly #static: readonly number[];
  readonly #plans = new PlanCache<Plan>();
  readonly #lifetime = new Lifetime("the function");
  /** The plan of the last call, if each of its arguments was a single array: the next call is matched without flattening. */
  #last: Plan | undefined;
  /** The static arguments of that call. */
  #lastStatic: StaticArguments = new Map();

  /** `caller` is for messages; the static positions are valid. */
  constructor(
    caller: string,
    fn: (...args: never[]) => unknown,
    options: PlanOptions,
    staticPositions: readonly number[] = [],
  ) {
    this.#caller = caller;
    this.#fn = fn;
    this.#options = options;
    this.#static = staticPositions;
  }

  /** Runs the plan for these arguments. Synchronous if the engine is. Throws `DisposedError` after `dispose()`. */
  run<R>(args: readonly unknown[], execute: Execute<R>): MaybePromise<R> {
    this.#lifetime.require(this.#caller);
    const last = this.#last;
    const matched = last === undefined ? undefined : this.#match(last, args);
    return matched === undefined ? this.#runAnew(args, execute) : perform(last!, matched, execute);
  }

  /** Ends it; false if it had already ended. */
  end(): boolean {
    return this.#lifetime.end();
  }

  /** Frees the plans; no run may be pending. Synchronous if no plan is still being made. */
  release(): MaybePromise<void> {
    this.#last = undefined;
    return this.#plans.release();
  }

  /** The values of the arrays, if all arguments are like those of the last call. */
  #match({ inputs }: Plan, args: readonly unknown[]): Value[] | undefined {
    if (this.#static.length === 0) return matchArguments(inputs, args);
    const arrays: unknown[] = [];
    for (let position = 0; position < args.length; position++) {
      if (!this.#static.includes(position)) arrays.push(args[position]);
      else if (!this.#lastStatic.has(position) || !isSame(this.#lastStatic.get(position), args[position]))
        return undefined;
    }
    // As many arrays, and as many arguments as in the last call.
    return args.length === inputs.length + this.#lastStatic.size ? matchArguments(inputs, arrays) : undefined;
  }

  #runAnew<R>(args: readonly unknown[], execute: Execute<R>): MaybePromise<R> {
    const [caller, fn, options] = [this.#caller, this.#fn, this.#options];
    requireArguments(caller, fn, args, "Call the compiled function with an array for each argument.");
    const bound = bindArguments(caller, options.engine, args, this.#static);
    const values = bound.arguments.map(({ value }) => value);
    const start = (plan: Plan, held: readonly Value[]): MaybePromise<R> => {
      this.#last = isFlat(bound) ? plan : undefined;
      this.#lastStatic = bound.static;
      return perform(plan, held, execute);
    };
    return this.#plans.use(
      argumentsKey(bound),
      () => makePlan(traceArguments(caller, fn, bound), options),
      (plan) => {
        if (!isPromise(plan)) return start(plan, values);
        // A call computes with the values that its arguments hold now, but the plan is not ready yet.
        const held = values.map((value) => (ArrayBuffer.isView(value) ? value.slice() : value));
        return plan.then((ready) => start(ready, held));
      },
    );
  }
}
