/** Which room does the address show, and what in it? All of it stands behind the #, which any host serves. */

/** A room of the page. */
export type RoomName = "environment" | "losses" | "race";

/** Every room, with what the menu calls it. */
export const roomTitles: Readonly<Record<RoomName, string>> = {
  environment: "Environment",
  losses: "Losses",
  race: "Race",
};

/** What an address says. */
export interface Address {
  readonly room: RoomName;
  readonly parameters: URLSearchParams;
}

/** The address that a hash says: `#losses?loss=huber`. An unknown room is the first. */
export function parseAddress(hash: string): Address {
  const [room = "", parameters = ""] = hash.replace(/^#/, "").split("?", 2);
  return {
    room: Object.hasOwn(roomTitles, room) ? (room as RoomName) : "environment",
    parameters: new URLSearchParams(parameters),
  };
}

/** The hash that says an address. */
export function formatAddress({ room, parameters }: Address): string {
  // Commas and colons separate lists here, and are allowed.
  const text = parameters.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  return text === "" ? `#${room}` : `#${room}?${text}`;
}

/** Makes the address bar say what the room shows, so that the link can be shared, without a new entry in the history. */
export function keepInAddress(address: Address): void {
  // A room may have been left of which the page will learn only now: its address is another room's by then.
  if (parseAddress(location.hash).room !== address.room) return;
  history.replaceState(undefined, "", formatAddress(address));
}
