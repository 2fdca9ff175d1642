/** How does a stream tell what went wrong? In the words of its reader. */

/** The stream, of which what it throws becomes what `tell` makes of it. Nothing is read before someone asks. */
export function toldStream(
  stream: ReadableStream<Uint8Array>,
  tell: (cause: unknown) => unknown,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader() as ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const part = await reader.read().catch((cause: unknown) => {
          throw tell(cause);
        });
        if (part.done) controller.close();
        else controller.enqueue(part.value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
