/** Which errors can the user fix? Of such an error only the message is printed; any other is a bug and keeps its stack. */

/** The message reads `<what> must <hold>, got <what came>.`, then says how to fix it. */
export class Failure extends Error {
  override readonly name = "Failure" as const;
}
