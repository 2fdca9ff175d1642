/** Has something been disposed? */
import { DisposedError } from "../array/errors.ts";

/** The time until something is disposed. */
export class Lifetime {
  readonly #what: string;
  #ended = false;

  /** `what` is how a message names it: `engine "cpu"`. */
  constructor(what: string) {
    this.#what = what;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Ends it; false if it had already ended. */
  end(): boolean {
    const first = !this.#ended;
    this.#ended = true;
    return first;
  }

  /** Throws `DisposedError` if it has ended. */
  require(caller: string): void {
    if (this.#ended) throw new DisposedError(`${caller}: ${this.#what} has been disposed.`);
  }
}
