/** How does a program that opened the page follow its race? It defines a function there before the page loads, which is told everything. */
import type { RaceEvent } from "./race.ts";

/** The name of the function, a global of the page. */
export const followerName = "symlossFollowRace";

/** What it is told. */
export type RaceMessage =
  | RaceEvent
  | {
      readonly kind: "ended";
      /** Why, if it failed. */
      readonly failure?: string;
    };

/** The function; the race goes on when its promise has settled. */
export type RaceFollower = (message: RaceMessage) => Promise<unknown>;
