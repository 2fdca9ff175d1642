/** Which bytes did gzip make a file of? */
import { type FileBytes, readBytes } from "./file-bytes.ts";
import { fileError } from "./file-error.ts";

/** The bytes of a file, or those that gzip made of it: its first bytes say so, whatever its name. */
export async function decompressed(file: FileBytes): Promise<ReadableStream<Uint8Array>> {
  return (await beginsAsGzip(file)) ? gunzipped(file) : file.stream();
}

async function beginsAsGzip(file: FileBytes): Promise<boolean> {
  const [first, second] = await readBytes(file, 0, Math.min(2, await file.length()));
  return first === 0x1f && second === 0x8b;
}

/** Throws, when it is read, what reading the file throws, and `DTypeError` if its bytes can't be decompressed. */
function gunzipped(file: FileBytes): ReadableStream<Uint8Array> {
  let broken: { readonly cause: unknown } | undefined;
  const compressed = watched(file.stream(), (cause) => (broken = { cause }));
  const reader = compressed.pipeThrough(new DecompressionStream("gzip")).getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (cause) {
        if (broken !== undefined) throw broken.cause;
        throw fileError(file, "bytes that can be decompressed", (cause as Error).message, cause);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** The stream, whose failure is told. */
function watched(
  stream: ReadableStream<Uint8Array>,
  tell: (cause: unknown) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value as Uint8Array<ArrayBuffer>);
      } catch (cause) {
        tell(cause);
        throw cause;
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
