/**
 * Which loops are too short to be loops? Those over a few channels or classes in a loop over many positions: they are written out, what
 * they read again and again is read once, and what they add up for each of the few stays in registers.
 */
import { assumeLength, lengthKey } from "../program/length.ts";
import type { Buffer, Program, Reduction, Register, Statement, StatementOf } from "../program/program.ts";
import { buffersOf, lastRegister, operandsOf, registersOf } from "../program/statements.ts";
import { inIteration, isOwn } from "./iteration.ts";

type Loop = StatementOf<"loop">;
type Update = StatementOf<"update">;

/** How many iterations a short loop has at most, how many a loop around it has at least, and how much may be written out. */
const few = 8;
const many = 16;
const longest = 64;

interface Counter {
  next: Register;
}

/** The program with short loops written out, if it sums in the order of its loops: of lanes they would be the vectors. */
export function writeOutShortLoops({ body }: Program): Program {
  const registers = { next: lastRegister(body) + 1 };
  return { body: writeOutIn(body, registers) };
}

function writeOutIn(statements: readonly Statement[], registers: Counter): Statement[] {
  return statements.flatMap((statement) => {
    if (statement.kind !== "loop") return [statement];
    const short = shortLoopsOf(statement);
    if (short.size === 0) return [{ ...statement, body: writeOutIn(statement.body, registers) }];
    const body = statement.body.flatMap((inner) =>
      inner.kind === "loop" && short.has(inner) ? iterationsOf(inner, registers) : [inner],
    );
    const { before, inside } = hoist(statement.index, body);
    return [...before, ...inRegisters({ ...statement, body: inside }, registers)];
  });
}

/** The loops in the body of a long one that are written out: all of them or none. */
function shortLoopsOf({ extent, body }: Loop): ReadonlySet<Loop> {
  const loops = body.filter((statement) => statement.kind === "loop");
  const size = body.length + loops.reduce((total, loop) => total + assumeLength(loop.extent) * loop.body.length, 0);
  const hasNests = body.some(({ kind }) => kind === "multiply" || kind === "mapRows");
  const isShort = assumeLength(extent) >= many && size <= longest && !hasNests && loops.every(canBeWrittenOut);
  return new Set(isShort ? loops : []);
}

function canBeWrittenOut({ extent, body }: Loop): boolean {
  return (
    typeof extent === "number" &&
    extent <= few &&
    body.every(
      (statement) =>
        statement.kind === "let" ||
        statement.kind === "store" ||
        (statement.kind === "update" && statement.within === undefined) ||
        (statement.kind === "accumulate" && inOrder.has(statement.reduction)),
    )
  );
}

/** Reductions that need no loop around them to be printed well. */
const inOrder: ReadonlySet<Reduction> = new Set<Reduction>(["sum", "max", "argmax"]);

function iterationsOf({ index, extent, body }: Loop, registers: Counter): Statement[] {
  return Array.from({ length: extent as number }, (_, number) => {
    const renamed = new Map<Register, Register>();
    for (const statement of body) if (statement.kind === "let") renamed.set(statement.register, registers.next++);
    return body.map((statement) => inIteration(statement, { index, number, step: 0, renamed }));
  }).flat();
}

/** What is the same in all iterations of a loop and can be known before it. */
function hoist(
  index: number,
  body: readonly Statement[],
): { readonly before: Statement[]; readonly inside: Statement[] } {
  const written = new Set(body.flatMap((statement) => (statement.kind === "let" ? [] : buffersOf(statement))));
  const own = new Set<Register>();
  const before: Statement[] = [];
  const inside: Statement[] = [];
  for (const statement of body) {
    const isFixed =
      statement.kind === "let" &&
      !operandsOf(statement).some((operand) => isOwn(operand, index, own)) &&
      !buffersOf(statement).some((buffer) => written.has(buffer));
    if (!isFixed) for (const register of registersOf(statement)) own.add(register);
    (isFixed ? before : inside).push(statement);
  }
  return { before, inside };
}

/** The loop, with what it adds up at few places of scratch in registers, which are added to these places after it. */
function inRegisters(loop: Loop, registers: Counter): Statement[] {
  const updates = updatesInPlace(loop.body);
  if (updates.length === 0) return [loop];
  const places = new Map<string, { readonly register: Register; readonly update: Update }>();
  for (const update of updates) {
    const place = placeOf(update);
    if (!places.has(place)) places.set(place, { register: registers.next++, update });
  }
  const moved = new Set<Statement>(updates);
  const body = loop.body.map((statement): Statement => {
    if (!moved.has(statement)) return statement;
    const { reduction, value } = statement as Update;
    const { register } = places.get(placeOf(statement as Update))!;
    return { kind: "accumulate", register, reduction, value, position: undefined };
  });
  const sums = [...places.values()];
  return [
    ...sums.map(({ register, update: { reduction } }): Statement => ({
      kind: "accumulator",
      register,
      reduction,
      position: undefined,
    })),
    { ...loop, body },
    ...sums.map(({ register, update }): Statement => ({ ...update, value: { kind: "register", register } })),
  ];
}

/** The updates of scratch that is touched by nothing else here, and at places that are the same in all iterations. */
function updatesInPlace(body: readonly Statement[]): readonly Update[] {
  const byBuffer = new Map<Buffer, Statement[]>();
  for (const statement of body)
    for (const buffer of buffersOf(statement)) byBuffer.set(buffer, [...(byBuffer.get(buffer) ?? []), statement]);
  return [...byBuffer].flatMap(([{ kind }, statements]) =>
    kind === "scratch" && statements.every(isInPlace) ? (statements as Update[]) : [],
  );
}

function isInPlace(statement: Statement): boolean {
  return statement.kind === "update" && statement.within === undefined && statement.address.terms.length === 0;
}

function placeOf({ buffer, address }: Update): string {
  return `${buffer.id} ${lengthKey(address.constant)}`;
}
