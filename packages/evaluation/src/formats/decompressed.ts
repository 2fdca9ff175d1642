/** Which bytes did gzip make a file of? */
import { type FileBytes, readBytes } from "./file-bytes.ts";
import { fileError } from "./file-error.ts";
import { toldStream } from "./told-stream.ts";

/** The bytes of a file, or those that gzip made of it: its first bytes say so, whatever its name. */
export async function decompressed(file: FileBytes): Promise<ReadableStream<Uint8Array>> {
  const [first, second] = await readBytes(file, 0, Math.min(2, await file.length()));
  return first === 0x1f && second === 0x8b ? gunzipped(file) : file.stream();
}

/** What reading the file throws is thrown as it is; anything else is about the bytes. */
function gunzipped(file: FileBytes): ReadableStream<Uint8Array> {
  let broken: { readonly cause: unknown } | undefined;
  const compressed = toldStream(file.stream(), (cause) => {
    broken = { cause };
    return cause;
  });
  return toldStream(compressed.pipeThrough(new DecompressionStream("gzip")), (cause) =>
    broken === undefined ? fileError(file, "bytes that can be decompressed", reasonOf(cause), cause) : broken.cause,
  );
}

/** What an error says, or what caused it: some engines of JavaScript leave the message empty. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  if (message !== "") return message;
  return cause === undefined ? "others, or too few" : reasonOf(cause);
}
