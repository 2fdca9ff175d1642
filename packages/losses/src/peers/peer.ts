/** What is said of a function of another library? */

/** Another library. */
export interface Peer {
  /** `PyTorch`. */
  readonly name: string;
  /** Where its functions are: `torch.nn`, `torch.nn.functional`. */
  readonly modules: string;
  /** The version of which `functions` has every name. */
  readonly version: string;
  /** What holds for all of its functions. */
  readonly conventions: string;
  /** Names with one meaning, separated by spaces, and what is said of them. */
  readonly functions: Readonly<Record<string, PeerFunction>>;
}

/** Our call with the arguments of theirs, or why there is none; then every difference. */
export type PeerFunction = Counterpart | Absence;

/** The same function here. */
export interface Counterpart {
  /** An expression of our functions; other names are arguments of theirs. */
  readonly ours: string;
  readonly differences?: string;
}

/** A function without a counterpart. */
export interface Absence {
  readonly none: string;
}
