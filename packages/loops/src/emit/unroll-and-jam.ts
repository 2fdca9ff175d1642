/** Which loops take two turns at once, so that what both turns read in a loop inside is read once? */
import type {
  Address,
  Expression,
  Operand,
  Program,
  Reduction,
  Register,
  Statement,
  StatementOf,
} from "../program/program.ts";
import { addressedBy, allStatements, registersOf, valuesOf } from "../program/statements.ts";

type Loop = StatementOf<"loop">;

/** Beyond this the numbers of two turns no longer fit into registers. */
const longest = 10;

/** The program with two turns at once of each loop around one short reduction. */
export function unrollAndJam({ body }: Program): Program {
  let last = -1;
  for (const statement of allStatements(body))
    for (const register of registersOf(statement)) last = Math.max(last, register);
  return { body: jamAll(body, { next: last + 1 }) };
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

/** The one loop inside, if it only sums or takes the largest, and turns of the loop around it can be told apart by addresses alone. */
function innerOf({ index, extent, body }: Loop): Loop | undefined {
  const [inner, ...others] = body.filter((statement): statement is Loop => statement.kind === "loop");
  if (inner === undefined || others.length > 0 || extent % 2 !== 0 || inner.body.length > longest) return undefined;
  const isShort = inner.body.every(
    (statement) => statement.kind === "let" || (statement.kind === "accumulate" && jammed.has(statement.reduction)),
  );
  if (!isShort || !hasOwnResults(body, inner) || !body.every(canBeJammed)) return undefined;
  const isAddressOnly = allStatements(body).every((statement) =>
    valuesOf(statement).every((operand) => !isIndex(operand, index)),
  );
  return isAddressOnly ? inner : undefined;
}

/** Whether each turn has results of its own: one that both add to would be one sum with two names. */
function hasOwnResults(body: readonly Statement[], inner: Loop): boolean {
  const results = new Set(body.flatMap((statement) => (statement.kind === "accumulator" ? [statement.register] : [])));
  return inner.body.every((statement) => statement.kind !== "accumulate" || results.has(statement.register));
}

function canBeJammed(statement: Statement): boolean {
  return !turnsBound.has(statement.kind) && (statement.kind !== "accumulate" || jammed.has(statement.reduction));
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
    ...statements.map((statement) => inTurn(statement, { index, turn: 0, renamed: new Map() })),
    ...statements.filter(isOwn).map((statement) => inTurn(statement, { index, turn: 1, renamed: second })),
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
  const isOwn = (operand: Operand): boolean =>
    isIndex(operand, index) || (operand.kind === "register" && own.has(operand.register));
  for (const statement of allStatements(body)) {
    const isNew =
      statement.kind === "accumulator" ||
      (statement.kind === "let" && [...valuesOf(statement), ...addressedBy(statement)].some(isOwn));
    if (isNew) for (const register of registersOf(statement)) own.add(register);
  }
  return own;
}

/** One of two turns of a loop that now takes half as many. */
interface Turn {
  readonly index: number;
  readonly turn: 0 | 1;
  readonly renamed: ReadonlyMap<Register, Register>;
}

/** A statement as it stands in a turn. */
function inTurn(statement: Statement, turn: Turn): Statement {
  switch (statement.kind) {
    case "let": {
      const { register, expression } = statement;
      return { ...statement, register: registerIn(register, turn), expression: expressionIn(expression, turn) };
    }
    case "accumulator": {
      const { register, position } = statement;
      const moved = position === undefined ? undefined : registerIn(position, turn);
      return { ...statement, register: registerIn(register, turn), position: moved };
    }
    case "accumulate": {
      const { register, value } = statement;
      return { ...statement, register: registerIn(register, turn), value: operandIn(value, turn), turn: turn.turn };
    }
    case "store":
      return {
        ...statement,
        address: addressInTurn(statement.address, turn),
        value: operandIn(statement.value, turn),
      };
    case "fill":
    case "loop":
    case "multiply":
    case "update":
      throw new Error(`loops: a ${statement.kind} must not stand in a loop that takes two turns at once.`);
  }
}

function registerIn(register: Register, { renamed }: Turn): Register {
  return renamed.get(register) ?? register;
}

function operandIn(operand: Operand, turn: Turn): Operand {
  return operand.kind === "register" ? { kind: "register", register: registerIn(operand.register, turn) } : operand;
}

function expressionIn(expression: Expression, turn: Turn): Expression {
  return expression.kind === "apply"
    ? { ...expression, operands: expression.operands.map((operand) => operandIn(operand, turn)) }
    : { ...expression, address: addressInTurn(expression.address, turn) };
}

function addressInTurn({ constant, terms }: Address, turn: Turn): Address {
  const ofLoop = terms.filter(({ operand }) => isIndex(operand, turn.index));
  return {
    constant: ofLoop.reduce((sum, { stride }) => sum + turn.turn * stride, constant),
    terms: terms.map(({ operand, stride }) => ({
      operand: operandIn(operand, turn),
      stride: isIndex(operand, turn.index) ? 2 * stride : stride,
    })),
  };
}

function isIndex(operand: Operand, index: number): boolean {
  return operand.kind === "index" && operand.index === index;
}
