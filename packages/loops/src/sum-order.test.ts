/** Are sums in lanes arranged in the same way whatever the length of a batch is, and sums in order as ever? */
import { OutOfRangeError, type Tensor, einsum, exp, grad, matmul, square, sum, tanh } from "@symloss/core";
import { type Graph, allOperations, prepare, traceGraph } from "@symloss/core/engine";
import { fgmmVae, vaeGmm } from "@symloss/losses";
import { describe, expect, test } from "vitest";
import { type LoopPlan, type Statement, type StatementOf, allStatements, describePlan, planLoops } from "./index.ts";

const engine = {
  name: "test",
  traits: {
    dtypes: ["float32", "float64", "int32", "bool"] as const,
    operations: allOperations,
    namedDimensions: false,
  },
};

type Shape = readonly number[];
type RowFunction = (...inputs: Tensor[]) => readonly Tensor[];

function graphOf(fn: RowFunction, shapes: readonly Shape[]): Graph {
  const inputs = Object.fromEntries(shapes.map((shape, index) => [`x${index}`, { shape }]));
  return prepare(
    traceGraph("test", (given: Readonly<Record<string, Tensor>>) => fn(...Object.values(given)), inputs),
    engine,
  );
}

function inLanes(fn: RowFunction, shapes: readonly Shape[]): LoopPlan {
  return planLoops(graphOf(fn, shapes), { sums: "inLanes" });
}

function productsOf({ programs }: LoopPlan): StatementOf<"multiply">[] {
  return programs.flatMap(({ body }) => allStatements(body)).filter((statement) => statement.kind === "multiply");
}

type Skeleton = readonly (string | Skeleton)[];

/** What is done in which loop, without lengths, registers and addresses: a stride of 1 takes no multiplication. */
function skeletonOf(statements: readonly Statement[]): Skeleton {
  return statements.flatMap((statement): Skeleton => {
    switch (statement.kind) {
      case "let":
        if (statement.expression.kind === "address") return [];
        return [statement.expression.kind === "apply" ? statement.expression.operation : "load"];
      case "accumulator":
      case "accumulate":
      case "update":
        return [`${statement.kind} ${statement.reduction}`];
      case "loop":
        return [["loop", ...skeletonOf(statement.body)]];
      case "multiply": {
        const { rows, columns, epilogue } = statement;
        const nests = [rows.line, rows.depth, columns.line, columns.depth, epilogue.row, epilogue.column];
        return [["multiply", ...nests.map(({ body }) => skeletonOf(body))]];
      }
      case "fill":
      case "mapRows":
      case "store":
        return [statement.kind];
    }
  });
}

/** Each value and, for a scalar of them all, the gradient with respect to the first input. */
function withGradient(fn: (...inputs: Tensor[]) => Tensor): RowFunction {
  return (x, ...rest) => [fn(x!, ...rest), grad((y) => sum(square(fn(y, ...rest))))(x!)];
}

const batches = [1, 2, 7, 4096];

describe("the programs of a batch differ in its length alone", () => {
  const cases: Readonly<Record<string, { readonly fn: RowFunction; readonly shapes: (rows: number) => Shape[] }>> = {
    "a product with shared weights": {
      fn: withGradient((x, w) => tanh(matmul(x, w!))),
      shapes: (rows) => [
        [rows, 67],
        [67, 33],
      ],
    },
    "a product with few weights": {
      fn: withGradient((x, w) => tanh(matmul(x, w!))),
      shapes: (rows) => [
        [rows, 10],
        [10, 5],
      ],
    },
    "a product whose columns are the rows of the batch": {
      fn: withGradient((x, w) => matmul(w!, x.transpose()).transpose()),
      shapes: (rows) => [
        [rows, 67],
        [33, 67],
      ],
    },
    "a product of a batch of lists": {
      fn: withGradient((x, w) => matmul(x, w!)),
      shapes: (rows) => [
        [rows, 24, 40],
        [40, 33],
      ],
    },
    "a product of rows that are made of several axes": {
      fn: withGradient((x, w) => matmul(x.reshape([x.shape[0] as number, 96]), w!)),
      shapes: (rows) => [
        [rows, 4, 24],
        [96, 33],
      ],
    },
    "a product inside of another axis": {
      fn: withGradient((x, w) => einsum("nfc,fck->nfk", x, w!)),
      shapes: (rows) => [
        [rows, 3, 20],
        [3, 20, 40],
      ],
    },
    "a product with a vector": {
      fn: withGradient((x, w) => tanh(matmul(x, w!))),
      shapes: (rows) => [[rows, 67], [67]],
    },
    "a sum of products with sums of what is shared": {
      fn: withGradient((x, w) => sum(x.mul(w!.sum(1)), 1)),
      shapes: (rows) => [
        [rows, 67],
        [67, 9],
      ],
    },
    "a sum with what is shared and expensive": {
      fn: withGradient((x, w) => sum(x.mul(exp(w!)), 1)),
      shapes: (rows) => [[rows, 67], [67]],
    },
    "a sum of arrays that lie differently": {
      fn: withGradient((x, w) => w!.transpose([0, 2, 1]).sum(0).mul(x).sum(2)),
      shapes: (rows) => [
        [rows, 40, 50],
        [30, 50, 40],
      ],
    },
    "a sum over what is longer than some batches": {
      fn: (x, w) => [exp(square(w!.expandDims(1).sub(x!)).neg()).sum(0)],
      shapes: (rows) => [[rows], [64]],
    },
    "fgmmVae, with gradients": {
      fn: (...given) => {
        const loss = (...inputs: Tensor[]) => sum(fgmmVae(...(inputs as Parameters<typeof fgmmVae>)));
        return grad(loss, { wrt: [1, 4, 5, 7, 8] })(...given);
      },
      shapes: (rows) => [
        [rows, 50],
        [rows, 50],
        [50],
        [8],
        [rows, 8],
        [rows, 8],
        [3, 20, 8],
        [rows, 3, 20],
        [rows, 3],
        [3, 20],
        [3],
      ],
    },
    "vaeGmm, with gradients": {
      fn: (...given) => {
        const loss = (...inputs: Tensor[]) => sum(vaeGmm(...(inputs as Parameters<typeof vaeGmm>)).loss);
        return grad(loss, { wrt: [1, 2, 3] })(...given);
      },
      shapes: (rows) => [[rows, 50], [rows, 50], [rows, 8], [rows, 8], [5, 8], [5, 8], [5]],
    },
  };

  test.each(Object.entries(cases))("%s", (_, { fn, shapes }) => {
    const [first, ...others] = batches.map((rows) =>
      inLanes(fn, shapes(rows)).programs.map(({ body }) => skeletonOf(body)),
    );
    for (const other of others) expect(other).toEqual(first);
  });
});

test("a product is tiled if it is deep, whatever its rows and columns", () => {
  const counts = (rows: number, depth: number, columns: number) =>
    productsOf(
      inLanes(
        (x, w) => [tanh(matmul(x!, w!))],
        [
          [rows, depth],
          [depth, columns],
        ],
      ),
    ).map((product) => [product.rows.count, product.depth, product.columns.count]);
  for (const rows of batches) {
    expect(counts(rows, 16, 2)).toEqual([[rows, 16, 2]]);
    expect(counts(rows, 15, 500)).toEqual([]);
  }
});

test("what is always a single row or column is not tiled", () => {
  const single = inLanes((x, w) => [matmul(x!, w!), matmul(w!, x!)], [[67], [67, 67]]);
  expect(productsOf(single)).toEqual([]);
});

test("a product of one row is one program with its epilogue", () => {
  const { programs } = inLanes((x, w, b) => [tanh(matmul(x!, w!).add(b!)).square().sum()], [[1, 67], [67, 33], [33]]);
  expect(programs.map(({ body }) => body.filter(({ kind }) => kind === "multiply").length)).toEqual([1]);
  const [{ epilogue }] = productsOf({ parts: [], buffers: [], programs, batches: [] }) as [StatementOf<"multiply">];
  expect(epilogue.column.body).toContainEqual(
    expect.objectContaining({ expression: expect.objectContaining({ operation: "tanh" }) as unknown }),
  );
  expect(epilogue.column.body.at(-1)).toMatchObject({ kind: "accumulate", reduction: "total" });
});

test("a loop over a batch is not jammed, for its length may be odd another time", () => {
  const fn: RowFunction = (x, w) => [sum(square(x!.sub(w!)), 1)];
  const extents = (plan: LoopPlan) =>
    plan.programs.flatMap(({ body }) => body).flatMap((each) => (each.kind === "loop" ? [each.extent] : []));
  expect(extents(inLanes(fn, [[8, 67], [67]]))).toEqual([8]);
  expect(extents(planLoops(graphOf(fn, [[8, 67], [67]])))).toEqual([4]);
});

describe("in order, which is the default", () => {
  const product: RowFunction = (x, w) => [tanh(matmul(x!, w!))];
  const shapes = (rows: number): Shape[] => [
    [rows, 67],
    [67, 33],
  ];

  test("a batch of 1 has no loop, and a product is tiled if it is large", () => {
    expect(batches.map((rows) => productsOf(planLoops(graphOf(product, shapes(rows)))).length)).toEqual([0, 1, 1, 1]);
    const [loop] = planLoops(graphOf((x) => [sum(square(x!), 1)], [[1, 67]])).programs[0]!.body.slice(1);
    expect(loop).toMatchObject({ kind: "loop", extent: 67 });
  });

  test.each(batches)("%i rows are planned as without the option", (rows) => {
    const graph = graphOf(product, shapes(rows));
    expect(describePlan(planLoops(graph, { sums: "inOrder" }))).toBe(describePlan(planLoops(graph)));
  });
});

test("another order is refused", () => {
  const graph = graphOf((x) => [sum(x!)], [[3]]);
  // @ts-expect-error
  expect(() => planLoops(graph, { sums: "backwards" })).toThrow(
    new OutOfRangeError('planLoops: sums must be "inOrder" or "inLanes", got "backwards".'),
  );
  // @ts-expect-error
  expect(() => planLoops(graph, { sum: "inLanes" })).toThrow(OutOfRangeError);
});
