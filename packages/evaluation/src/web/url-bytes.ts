/** Which bytes does a file at an address have? They are asked for in ranges, each of which must be of the file that the first was of. */
import { OutOfRangeError } from "@symloss/core";
import type { FileBytes } from "../formats/file-bytes.ts";
import type { Place } from "../formats/file-error.ts";
import type { Answer, AskOptions } from "./ask-options.ts";
import { ask, bodyOf, refused } from "./asking.ts";

/** A file at an address. */
export interface UrlBytes extends FileBytes {
  /** Another one if the file has changed, if the server says so. */
  readonly etag: string | undefined;
}

/**
 * So many bytes are asked for at a time, and the next ones while these are used. No connection waits while rows are computed: servers close such,
 * and browsers allow six, of which tensors that are read beside each other would need more.
 */
const rangeLength = 2 ** 22;

/** So many are asked for first where all that follow may be read, for often a header is enough. */
const firstLength = 2 ** 16;

/** A file, and what is known of it. */
interface Known {
  readonly place: Place;
  readonly options: AskOptions;
  readonly length: number | undefined;
  /** What changes with the file. */
  readonly version: string | undefined;
}

/** A file of which the first byte is asked for. Throws `OutOfRangeError`, naming the address and the status, if the server does not give it. */
export async function openUrl(caller: string, address: string, options: AskOptions): Promise<UrlBytes> {
  const place = { caller, name: address };
  const first = await ask(place, options, { method: "GET", range: [0, 0] });
  await bodyOf(place, options, first).cancel();
  const known: Known = { place, options, version: versionOf(first), length: await findLength(place, options, first) };
  const { length, version } = known;
  // 416: there is no first byte.
  const isKnown = first.status === 200 || first.status === 206 || (first.status === 416 && length === 0);
  if (!isKnown) throw refused(place, "200 or 206", first);
  const hasRanges = first.status === 206 && length !== undefined;
  return {
    ...place,
    etag: version === undefined ? undefined : `${length ?? "unknown"}-${version}`,
    length: async () => length ?? refuseLength(place),
    stream: (start = 0, count = Infinity) => {
      const end = Math.min(start + count, length ?? Infinity);
      if (end <= start) return new ReadableStream({ start: (controller) => controller.close() });
      const step = count === Infinity ? firstLength : rangeLength;
      if (hasRanges) return inRanges(known, { start, end, step });
      return start === 0 ? asAWhole(known, end) : refuseRanges(place);
    },
  };
}

function refuseLength({ caller, name }: Place): never {
  throw new OutOfRangeError(
    `${caller}: the server must tell the length of ${name}, got no Content-Length. To pages of other origins it shows Content-Range and ETag by Access-Control-Expose-Headers.`,
  );
}

function refuseRanges({ caller, name }: Place): never {
  throw new OutOfRangeError(
    `${caller}: the server must answer ranges of ${name} with the status 206, got 200 for all of it. Such a file can be read as a Blob.`,
  );
}

/** The length that an answer says; if it says none, that which another to HEAD says, of which browsers show more. */
async function findLength(place: Place, options: AskOptions, first: Answer): Promise<number | undefined> {
  const length = lengthOf(first);
  if (length !== undefined || first.status === 200) return length;
  const head = await ask(place, options, { method: "HEAD" });
  await bodyOf(place, options, head).cancel();
  return head.status === 200 ? lengthOf(head) : undefined;
}

/** The length of the whole file: `bytes 0-0/1234`, and of an empty one `bytes * /0`. */
function lengthOf({ status, headers }: Answer): number | undefined {
  const isEncoded = (headers.get("Content-Encoding") ?? "identity") !== "identity";
  const text =
    status === 200 ? headers.get("Content-Length") : /\/(\d+)$/.exec(headers.get("Content-Range") ?? "")?.[1];
  return isEncoded || text === undefined || text === null ? undefined : Number(text);
}

function versionOf({ headers }: Answer): string | undefined {
  return headers.get("ETag") ?? headers.get("Last-Modified") ?? undefined;
}

/** Throws `OutOfRangeError` if an answer is about another file than the first was. */
function requireSame({ place: { caller, name }, length, version }: Known, answer: Answer): void {
  const [nowLength, nowVersion] = [lengthOf(answer) ?? length, versionOf(answer)];
  if (nowVersion === version && nowLength === length) return;
  throw new OutOfRangeError(
    `${caller}: ${name} must stay as it is while it is read, got ${nowVersion ?? "no ETag"} of ${nowLength} bytes after ${version ?? "no ETag"} of ${length}.`,
  );
}

/** The bytes from one on up to another, and how many are asked for first. */
interface Ranges {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

function inRanges(known: Known, { start, end, step }: Ranges): ReadableStream<Uint8Array> {
  const controller = new AbortController();
  let at = start;
  let length = step;
  return new ReadableStream({
    async pull(stream) {
      const next = Math.min(end, at + length);
      stream.enqueue(await readRange(known, [at, next - 1], controller.signal));
      at = next;
      length = Math.min(rangeLength, 4 * length);
      if (at === end) stream.close();
    },
    cancel: () => controller.abort(),
  });
}

async function readRange(known: Known, range: readonly [number, number], ended: AbortSignal): Promise<Uint8Array> {
  const { place, options } = known;
  const answer = await ask(place, options, { method: "GET", range, ended });
  const reader = bodyOf(place, options, answer).getReader();
  try {
    if (answer.status === 200) refuseRanges(place);
    if (answer.status !== 206) throw refused(place, "206", answer);
    requireSame(known, answer);
    const got = answer.headers.get("Content-Range");
    if (got !== null && !got.startsWith(`bytes ${range.join("-")}/`)) throw otherBytes(place, range, got);
    const bytes = new Uint8Array(range[1] - range[0] + 1);
    let filled = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (filled + part.value.length > bytes.length) throw otherBytes(place, range, "more");
      bytes.set(part.value, filled);
      filled += part.value.length;
    }
    if (filled < bytes.length) throw otherBytes(place, range, `${filled} of them`);
    return bytes;
  } finally {
    // Whatever else has failed is told already.
    await reader.cancel().catch(() => {});
  }
}

function otherBytes({ caller, name }: Place, range: readonly [number, number], got: string): OutOfRangeError {
  return new OutOfRangeError(`${caller}: the server must give bytes ${range.join("-")} of ${name}, got ${got}.`);
}

/** All bytes up to one, by one answer, for a server that knows no ranges. */
function asAWhole(known: Known, end: number): ReadableStream<Uint8Array> {
  const { place, length } = known;
  const controller = new AbortController();
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let left = end;
  return new ReadableStream({
    async pull(stream) {
      reader ??= await readWhole(known, controller.signal);
      const part = await reader.read();
      if (part.done) {
        // Of unknown length it ends where the server ends it.
        if (length !== undefined) throw otherBytes(place, [0, end - 1], `${end - left} of them`);
        stream.close();
        return;
      }
      const bytes = part.value.subarray(0, left);
      left -= bytes.length;
      stream.enqueue(bytes);
      if (left > 0) return;
      stream.close();
      controller.abort();
    },
    cancel: () => controller.abort(),
  });
}

async function readWhole(known: Known, ended: AbortSignal): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const { place, options } = known;
  const answer = await ask(place, options, { method: "GET", ended });
  if (answer.status !== 200) throw refused(place, "200", answer);
  requireSame(known, answer);
  return bodyOf(place, options, answer).getReader();
}
