import { describe, expect, test } from "vitest";
import { type Holder, makeProgramStore } from "./program-store.ts";

interface Program extends Holder {
  readonly name: string;
}

function makePrograms(bytes: readonly number[]): { programs: Program[]; freed: string[] } {
  const freed: string[] = [];
  const programs = bytes.map((size, index): Program => {
    const name = `p${index}`;
    return { name, bytes: size, dispose: () => void freed.push(name) };
  });
  return { programs, freed };
}

describe("a store of programs", () => {
  test("frees the longest unused beyond its bytes, never what runs", () => {
    const { programs, freed } = makePrograms([40, 40, 40, 200, 10]);
    const store = makeProgramStore({ bytes: 100, programs: 10 });
    const [first, second, third, large, small] = programs;
    store.touch(first!);
    store.touch(second!);
    store.touch(first!);
    store.touch(third!);
    expect(freed).toEqual(["p1"]);
    store.touch(large!);
    expect(freed).toEqual(["p1", "p0", "p2"]);
    store.touch(small!);
    expect(freed).toEqual(["p1", "p0", "p2", "p3"]);
  });

  test("frees the longest unused beyond its number", () => {
    const { programs, freed } = makePrograms([0, 0, 0]);
    const store = makeProgramStore({ bytes: 100, programs: 2 });
    for (const program of programs) store.touch(program);
    expect(freed).toEqual(["p0"]);
    store.remove(programs[1]!);
    store.touch(programs[0]!);
    expect(freed).toEqual(["p0"]);
  });

  test("counts what a program holds now", () => {
    const freed: string[] = [];
    const growing = { bytes: 10, dispose: () => void freed.push("growing") };
    const other = { bytes: 50, dispose: () => void freed.push("other") };
    const store = makeProgramStore({ bytes: 100, programs: 10 });
    store.touch(other);
    store.touch(growing);
    growing.bytes = 60;
    store.touch(growing);
    expect(freed).toEqual(["other"]);
  });
});
