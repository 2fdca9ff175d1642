/** How does a page run its module? */
import run from "virtual:entry";
import { outcomeOf } from "./outcome.ts";
import { finish, receiveArguments, report } from "./test-end.ts";

await finish(await outcomeOf(run, await receiveArguments(), report));
