/** How are rows read from a Parquet file? One group of rows after the other, by hyparquet. */
import { EngineUnavailableError } from "@symloss/core";
import type { Batch } from "../columns.ts";

/** The rows of a file. Throws `EngineUnavailableError` if hyparquet is not installed. */
export async function* readGroups(path: string, wants: (column: string) => boolean): AsyncGenerator<Batch> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema } = await load();
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const columns = parquetSchema(metadata)
    .children.map(({ element: { name } }) => name)
    .filter(wants);
  let start = 0;
  for (const { num_rows: count } of metadata.row_groups) {
    const [rowStart, rowEnd] = [start, start + Number(count)];
    start = rowEnd;
    const chunks = new Map<string, ArrayLike<unknown>[]>(columns.map((name) => [name, []]));
    await parquetRead({
      file,
      metadata,
      columns,
      rowStart,
      rowEnd,
      onChunk: ({ columnName, columnData }) => void chunks.get(columnName)?.push(columnData),
    });
    yield Object.fromEntries([...chunks].map(([name, parts]) => [name, join(parts)])) as Batch;
  }
}

function join(parts: readonly ArrayLike<unknown>[]): unknown {
  const [first] = parts;
  if (parts.length === 1) return plain(first!);
  return parts.flatMap((part) => Array.from(part));
}

/** Lists of integers that may be missing are lists of bigint. */
function plain(values: ArrayLike<unknown>): unknown {
  if (!Array.isArray(values)) return values;
  return values.some((value) => typeof value === "bigint")
    ? values.map((value) => (typeof value === "bigint" ? Number(value) : (value as unknown)))
    : values;
}

async function load(): Promise<typeof import("hyparquet")> {
  try {
    return await import("hyparquet");
  } catch (cause) {
    throw new EngineUnavailableError(
      "files: hyparquet must be installed to read Parquet (npm install hyparquet), got none.",
      {
        cause,
      },
    );
  }
}
