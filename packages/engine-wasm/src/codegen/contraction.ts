/** Which loop has sums inside that are taken for four of its iterations at once, so that no sum is spread over lanes? */
import {
  type Address,
  type Length,
  type Operand,
  type Register,
  type Statement,
  type StatementOf,
  addLengths,
  multiplyLengths,
  operandsOf,
} from "@symloss/loops";
import { dependsOn, isIndex, isOneOf, strideOf } from "./registers.ts";

/** A loop around one loop that only adds, and what stands before and after that. */
export interface Contraction {
  readonly index: number;
  readonly extent: Length;
  readonly before: readonly Statement[];
  readonly inner: StatementOf<"loop">;
  readonly after: readonly Statement[];
  /** The registers that differ between the iterations of the outer loop. */
  readonly own: ReadonlySet<Register>;
}

/** The loop as a contraction, with addresses in terms of indices; undefined if it is none. */
export function contractionOf({ index, extent, body }: StatementOf<"loop">): Contraction | undefined {
  const inners = body.filter((statement) => statement.kind === "loop");
  const [inner] = inners;
  // One iteration is a contraction too: it is a batch that may be longer another time.
  if (inner === undefined || inners.length > 1 || extent === 0 || inner.extent === 0) return undefined;
  if (!body.every((statement) => statement === inner || outside.has(statement.kind))) return undefined;
  const sums = new Set(
    body.flatMap((statement) =>
      statement.kind === "accumulator" && summed.has(statement.reduction) ? [statement.register] : [],
    ),
  );
  const onlyAdds = inner.body.every(
    (statement) =>
      (statement.kind === "let" && statement.dtype !== "float64") ||
      (statement.kind === "accumulate" && sums.has(statement.register)),
  );
  const begun = body.filter(({ kind }) => kind === "accumulator");
  if (!onlyAdds || begun.length !== sums.size) return undefined;
  const at = body.indexOf(inner);
  const addresses = new Map<Register, Address>();
  const before = inlineAll(body.slice(0, at), addresses);
  const inlined = { ...inner, body: inlineAll(inner.body, addresses) };
  const after = inlineAll(body.slice(at + 1), addresses);
  const own = ownRegisters(index, [...before, ...inlined.body, ...after]);
  return { index, extent, before, inner: inlined, after, own };
}

const outside: ReadonlySet<Statement["kind"]> = new Set<Statement["kind"]>([
  "let",
  "accumulator",
  "accumulate",
  "store",
]);

const summed: ReadonlySet<string> = new Set(["sum", "total"]);

/** The statements with the addresses that they define written where they are used. */
function inlineAll(statements: readonly Statement[], addresses: Map<Register, Address>): Statement[] {
  return statements.map((statement) => {
    switch (statement.kind) {
      case "let": {
        const { expression } = statement;
        if (expression.kind === "apply") return statement;
        const address = inlined(expression.address, addresses);
        if (expression.kind === "address") addresses.set(statement.register, address);
        return { ...statement, expression: { ...expression, address } };
      }
      case "store":
        return { ...statement, address: inlined(statement.address, addresses) };
      default:
        return statement;
    }
  });
}

function inlined({ constant, terms }: Address, addresses: ReadonlyMap<Register, Address>): Address {
  let sum = constant;
  const all: { readonly operand: Operand; readonly stride: Length }[] = [];
  for (const term of terms) {
    const known = term.operand.kind === "register" ? addresses.get(term.operand.register) : undefined;
    if (known === undefined) {
      all.push(term);
      continue;
    }
    sum = addLengths(sum, multiplyLengths(known.constant, term.stride));
    for (const { operand, stride } of known.terms) all.push({ operand, stride: multiplyLengths(stride, term.stride) });
  }
  return { constant: sum, terms: all };
}

/** The registers that depend on the index. */
function ownRegisters(index: number, statements: readonly Statement[]): ReadonlySet<Register> {
  const own = new Set<Register>();
  for (const statement of statements) {
    if (statement.kind === "accumulator") own.add(statement.register);
    if (statement.kind !== "let") continue;
    const depends = operandsOf(statement).some((operand) => isIndex(operand, index) || isOneOf(operand, own));
    if (depends) own.add(statement.register);
  }
  return own;
}

/** The loads of the inner loop that depend on the index of the outer one. */
export function dependentLoads({ index, inner, own }: Contraction): readonly StatementOf<"let">[] {
  return inner.body.filter(
    (statement): statement is StatementOf<"let"> =>
      statement.kind === "let" &&
      statement.expression.kind === "load" &&
      own.has(statement.register) &&
      (strideOf(statement.expression.address, index) !== 0 || dependsOn(statement.expression.address, own)),
  );
}

/** Whether what four iterations of the outer loop load lies side by side. */
export function isReady(contraction: Contraction): boolean {
  const loads = dependentLoads(contraction);
  return (
    loads.length > 0 &&
    loads.every(({ expression }) => {
      if (expression.kind !== "load") return false;
      const { address } = expression;
      return !dependsOn(address, contraction.own) && strideOf(address, contraction.index) === 1;
    })
  );
}
