/** Which rooms has the page, and which of them is open? */
import { type ComponentType, type JSX, lazy } from "preact/compat";
import { Suspense } from "preact/compat";
import { useEffect, useState } from "preact/hooks";
import { type RoomName, parseAddress, roomTitles } from "./address.ts";
import { Failure } from "./failure.tsx";

/** What a room is given. */
export interface RoomProperties {
  /** What the address said when the room was entered. */
  readonly parameters: URLSearchParams;
}

/** Each is loaded when it is entered. */
const rooms: Readonly<Record<RoomName, ComponentType<RoomProperties>>> = {
  environment: lazy(async () => import("./environment/room.tsx")),
  losses: lazy(async () => import("./losses/room.tsx")),
  race: lazy(async () => import("./race/room.tsx")),
};

/** The menu, and the room that the address says. */
export function Page(): JSX.Element {
  const [{ room, parameters }, setAddress] = useState(() => parseAddress(location.hash));
  useEffect(() => {
    // Not what a room writes into the address itself, which is no event.
    const follow = (): void => setAddress(parseAddress(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  useEffect(() => {
    document.title = `${roomTitles[room]} · symloss bench`;
  }, [room]);
  const Room = rooms[room];
  return (
    <>
      <a class="skip" href="#main" onClick={focusMain}>
        Skip to the content
      </a>
      <header>
        <p class="name">symloss bench</p>
        <nav aria-label="Rooms">
          {(Object.keys(roomTitles) as RoomName[]).map((name) => (
            <a key={name} href={`#${name}`} aria-current={name === room ? "page" : undefined}>
              {roomTitles[name]}
            </a>
          ))}
        </nav>
      </header>
      <main id="main" tabIndex={-1}>
        <Failure key={`${room} ${parameters}`}>
          <Suspense fallback={<p role="status">Loading …</p>}>
            <Room parameters={parameters} />
          </Suspense>
        </Failure>
      </main>
    </>
  );
}

/** The address is the room's, so that the link can't be followed. */
function focusMain(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("#main")!.focus();
}
