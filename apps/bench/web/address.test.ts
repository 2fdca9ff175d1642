/** Do addresses say which room the page shows, and does a room that is being left not write over the next one's? */
import { afterEach, expect, test, vi } from "vitest";
import { formatAddress, keepInAddress, parseAddress } from "./address.ts";

afterEach(() => vi.unstubAllGlobals());

/** What is written into the address bar while it shows a hash. */
function writtenBeside(hash: string, room: "losses" | "race"): unknown {
  const replaceState = vi.fn<History["replaceState"]>();
  vi.stubGlobal("location", { hash });
  vi.stubGlobal("history", { replaceState });
  keepInAddress({ room, parameters: new URLSearchParams({ loss: "huber" }) });
  return replaceState.mock.calls.map(([, , address]) => address);
}

test("a room writes into its own address", () => {
  expect(writtenBeside("#losses", "losses")).toEqual(["#losses?loss=huber"]);
  expect(writtenBeside("#race?loss=mse", "race")).toEqual(["#race?loss=huber"]);
});

test("a room from which one has gone back, of which it learns only afterwards, writes nothing", () => {
  for (const hash of ["", "#environment", "#race"]) expect(writtenBeside(hash, "losses")).toEqual([]);
});

test.each(["#losses", "#losses?loss=huber&delta=0.5,1", "#race?engines=cpu,wasm:1"])(
  "%s is read as written",
  (hash) => {
    expect(formatAddress(parseAddress(hash))).toBe(hash);
  },
);

test("an unknown room is the first", () => {
  expect(parseAddress("#constructor").room).toBe("environment");
  expect(parseAddress("").room).toBe("environment");
});
