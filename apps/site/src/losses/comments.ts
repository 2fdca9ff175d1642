/** What is written above each argument and option of a loss, where it is declared? */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../repository.ts";

const sources = join(root, "packages/losses/src");

/** The comment above an argument or option of the loss in this file, or in one that it imports; undefined if there is none. */
export function commentOf(name: string, file: string): string | undefined {
  const places = [file, ...importsOf(file)];
  return places.map((place) => commentsIn(place).get(name)).find((comment) => comment !== undefined);
}

const read = new Map<string, ReadonlyMap<string, string>>();

/** Above `name: ..` in a record, or above `const name = ..` of one that is put into several. */
function commentsIn(file: string): ReadonlyMap<string, string> {
  const found =
    read.get(file) ??
    new Map(
      [...textOf(file).matchAll(/^ *\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n *(?:export )?(?:const )?(\w+)(?::| =)/gm)].map(
        ([, comment, name]) => [name!, comment!.replaceAll(/\s*\n\s*\* ?/g, " ").trim()] as const,
      ),
    );
  read.set(file, found);
  return found;
}

function importsOf(file: string): readonly string[] {
  const paths = [...textOf(file).matchAll(/from "(\.[^"]+)"/g)].map(([, path]) => join(dirname(file), path!));
  return paths.map((path) => path.replaceAll("\\", "/"));
}

function textOf(file: string): string {
  return readFileSync(join(sources, file), "utf8");
}
