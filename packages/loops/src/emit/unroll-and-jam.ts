/** Which loops take two turns at once, so that what both turns read in a loop inside is read once? */
import {
  type Atom,
  type Expression,
  type Place,
  type Program,
  type Reduction,
  type Register,
  type Statement,
  allStatements,
} from "../program/program.ts";

type Loop = Extract<Statement, { kind: "loop" }>;

/** Beyond this the numbers of two turns no longer fit into registers. */
const longest = 10;

/** The program with two turns at once of each loop around one short reduction. */
export function jamProgram({ body }: Program): Program {
  let registers = -1;
  for (const statement of allStatements(body))
    for (const register of registersOf(statement)) registers = Math.max(registers, register);
  return { body: jamAll(body, { next: registers + 1 }) };
}

interface Counter {
  next: Register;
}

function jamAll(statements: readonly Statement[], registers: Counter): Statement[] {
  return statements.map((statement) => {
    if (statement.kind !== "loop") return statement;
    const inner = innerOf(statement);
    if (inner !== undefined) return jam(statement, inner, registers);
    return { ...statement, body: jamAll(statement.body, registers) };
  });
}

/** The one loop inside, where it only sums or takes the largest, and where turns of the loop around it can be told apart by places alone. */
function innerOf({ index, extent, body }: Loop): Loop | undefined {
  const [inner, ...others] = body.filter((statement): statement is Loop => statement.kind === "loop");
  if (inner === undefined || others.length > 0 || extent % 2 !== 0 || inner.body.length > longest) return undefined;
  const isShort = inner.body.every(
    ({ kind, ...rest }) =>
      kind === "let" || (kind === "accumulate" && "reduction" in rest && jammed.has(rest.reduction as Reduction)),
  );
  // Each turn must have results of its own: one that both add to would be one sum with two names.
  const results = new Set(body.flatMap((statement) => (statement.kind === "accumulator" ? [statement.register] : [])));
  const isOwn = inner.body.every((statement) => statement.kind !== "accumulate" || results.has(statement.register));
  const isPlain = body.every(
    (statement) =>
      !turnsBound.has(statement.kind) && (statement.kind !== "accumulate" || jammed.has(statement.reduction)),
  );
  const isPlace = allStatements(body).every((statement) =>
    atomsOf(statement).every((atom) => atom.kind !== "index" || atom.index !== index),
  );
  return isShort && isOwn && isPlain && isPlace ? inner : undefined;
}

/** What can't be done for two turns at once. */
const turnsBound: ReadonlySet<Statement["kind"]> = new Set<Statement["kind"]>(["update", "fill", "multiply"]);

/** What two turns can do side by side. */
const jammed: ReadonlySet<Reduction> = new Set<Reduction>(["sum", "total", "max"]);

function jam({ index, extent, body }: Loop, inner: Loop, registers: Counter): Loop {
  const own = ownRegisters(index, body);
  const second = new Map([...own].map((register) => [register, registers.next++]));
  const isOwn = (statement: Statement): boolean => statement.kind !== "let" || own.has(statement.register);
  const both = (statements: readonly Statement[]): Statement[] => [
    ...statements.map((statement) => renamed(statement, { index, turn: 0, second: new Map() })),
    ...statements.filter(isOwn).map((statement) => renamed(statement, { index, turn: 1, second })),
  ];
  const position = body.indexOf(inner);
  return {
    kind: "loop",
    index,
    extent: extent / 2,
    body: [...both(body.slice(0, position)), { ...inner, body: both(inner.body) }, ...both(body.slice(position + 1))],
  };
}

/** What differs from turn to turn. */
function ownRegisters(index: number, body: readonly Statement[]): ReadonlySet<Register> {
  const own = new Set<Register>();
  const isOwn = (atom: Atom): boolean =>
    (atom.kind === "index" && atom.index === index) || (atom.kind === "register" && own.has(atom.register));
  for (const statement of allStatements(body)) {
    if (statement.kind === "accumulator") {
      own.add(statement.register);
      if (statement.position !== undefined) own.add(statement.position);
    } else if (statement.kind === "let") {
      const { expression } = statement;
      const atoms = expression.kind === "apply" ? expression.operands : expression.place.terms.map(({ atom }) => atom);
      if (atoms.some(isOwn)) own.add(statement.register);
    }
  }
  return own;
}

/** A statement as it stands in one of two turns of a loop that now takes half as many. */
interface Turn {
  readonly index: number;
  readonly turn: 0 | 1;
  readonly second: ReadonlyMap<Register, Register>;
}

function renamed(statement: Statement, turn: Turn): Statement {
  const register = (old: Register): Register => turn.second.get(old) ?? old;
  const atom = (old: Atom): Atom =>
    old.kind === "register" ? { kind: "register", register: register(old.register) } : old;
  const place = ({ constant, terms }: Place): Place => {
    const moved = terms.reduce(
      (sum, { atom: at, stride }) => (isIndex(at, turn.index) ? sum + turn.turn * stride : sum),
      constant,
    );
    return {
      constant: moved,
      terms: terms.map(({ atom: at, stride }) => ({
        atom: atom(at),
        stride: isIndex(at, turn.index) ? 2 * stride : stride,
      })),
    };
  };
  const expression = (old: Expression): Expression =>
    old.kind === "apply" ? { ...old, operands: old.operands.map(atom) } : { ...old, place: place(old.place) };
  switch (statement.kind) {
    case "let":
      return { ...statement, register: register(statement.register), expression: expression(statement.expression) };
    case "accumulator": {
      const { position } = statement;
      return {
        ...statement,
        register: register(statement.register),
        position: position === undefined ? undefined : register(position),
      };
    }
    case "accumulate":
      return { ...statement, register: register(statement.register), value: atom(statement.value), turn: turn.turn };
    case "store":
      return { ...statement, place: place(statement.place), value: atom(statement.value) };
    case "fill":
    case "loop":
    case "multiply":
    case "update":
      throw new Error(`loops: a ${statement.kind} must not stand in a loop that takes two turns at once.`);
  }
}

function isIndex(atom: Atom, index: number): boolean {
  return atom.kind === "index" && atom.index === index;
}

function registersOf(statement: Statement): Register[] {
  switch (statement.kind) {
    case "accumulator":
      return [statement.register, statement.position ?? -1];
    case "let":
      return [statement.register];
    case "multiply":
      return [statement.element];
    default:
      return [];
  }
}

/** The atoms that are numbers, not parts of places. */
function atomsOf(statement: Statement): readonly Atom[] {
  switch (statement.kind) {
    case "let":
      return statement.expression.kind === "apply" ? statement.expression.operands : [];
    case "accumulate":
      return statement.position === undefined ? [statement.value] : [statement.value, statement.position.index];
    case "store":
      return [statement.value];
    default:
      return [];
  }
}
