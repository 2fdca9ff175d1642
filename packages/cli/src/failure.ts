/** What can the user mend? Such an error is printed as its message alone; any other is a fault of the program and keeps its stack. */

/** The message reads `<what> must <hold>, got <what came>.` and says how to mend it. */
export class Failure extends Error {
  override readonly name = "Failure" as const;
}
