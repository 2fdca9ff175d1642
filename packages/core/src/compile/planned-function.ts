/** How does a function of tensors become plans, and a call a run of one? A plan is made for each list of shapes and dtypes. */
import { type MaybePromise, isPromise } from "../array/promise.ts";
import type { Lengths, Shape } from "../array/shape.ts";
import type { ArrayType } from "../array/type.ts";
import type { Value } from "../engine/contract.ts";
import { Lifetime } from "../engine/lifetime.ts";
import {
  type BoundArguments,
  argumentsKey,
  bindArguments,
  isFlat,
  matchArguments,
  requireArguments,
  traceArguments,
} from "./arguments.ts";
import { type DynamicLength, nameLengths } from "./dynamic.ts";
import { type Execute, type Plan, type PlanOptions, makePlan, perform, planFor } from "./plan.ts";
import { PlanCache } from "./plans.ts";
import { type StaticArguments, isSame } from "./static.ts";

/** The types of the arguments, and the lengths of the names in them. */
interface Types {
  readonly types: readonly ArrayType<Shape>[];
  readonly lengths: Lengths | undefined;
}

/** A function of tensors with the plans of its calls. */
export class PlannedFunction {
  readonly #caller: string;
  readonly #fn: (...args: never[]) => unknown;
  readonly #options: PlanOptions;
  readonly #static: readonly number[];
  readonly #dynamic: readonly DynamicLength[];
  readonly #plans = new PlanCache<Plan>();
  readonly #lifetime = new Lifetime("the function");
  /** The plan of the last call, if each of its arguments was a single array: the next call is matched without flattening. */
  #last: Plan | undefined;
  /** The static arguments of that call. */
  #lastStatic: StaticArguments = new Map();

  /** `caller` is for messages; the static positions and dynamic lengths are valid. */
  constructor(
    caller: string,
    fn: (...args: never[]) => unknown,
    options: PlanOptions,
    staticPositions: readonly number[],
    dynamic: readonly DynamicLength[],
  ) {
    this.#caller = caller;
    this.#fn = fn;
    this.#options = options;
    this.#static = staticPositions;
    this.#dynamic = dynamic;
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

  /** The types for which a plan is made: with names in place of lengths if the engine can. */
  #typesOf(bound: BoundArguments): Types {
    if (this.#dynamic.length === 0) return { types: bound.arguments, lengths: undefined };
    const given = bound.arguments.map((argument, index) => ({
      ...argument,
      position: bound.positions[index]!,
      path: bound.paths[index]!,
    }));
    const named = nameLengths(this.#caller, this.#dynamic, given);
    // What is valid of no elements differs: they have no largest one.
    const isNamed = this.#options.engine.traits.namedDimensions && !Object.values(named.lengths).includes(0);
    return isNamed ? named : { types: bound.arguments, lengths: undefined };
  }

  #runAnew<R>(args: readonly unknown[], execute: Execute<R>): MaybePromise<R> {
    const [caller, fn, options] = [this.#caller, this.#fn, this.#options];
    requireArguments(caller, fn, args, "Call the compiled function with an array for each argument.");
    const bound = bindArguments(caller, options.engine, args, this.#static);
    const values = bound.arguments.map(({ value }) => value);
    const { types, lengths } = this.#typesOf(bound);
    const start = (plan: Plan, held: readonly Value[]): MaybePromise<R> => {
      const own = lengths === undefined ? plan : planFor(plan, lengths);
      this.#last = isFlat(bound) ? own : undefined;
      this.#lastStatic = bound.static;
      return perform(own, held, execute);
    };
    return this.#plans.use(
      argumentsKey(bound, types),
      () => makePlan(traceArguments(caller, fn, bound, types), options, lengths),
      (plan) => {
        if (!isPromise(plan)) return start(plan, values);
        // A call computes with the values that its arguments hold now, but the plan is not ready yet.
        const held = values.map((value) => (ArrayBuffer.isView(value) ? value.slice() : value));
        return plan.then((ready) => start(ready, held));
      },
    );
  }
}
