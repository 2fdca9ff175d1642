/** How do files at addresses become shards? */
import { OutOfRangeError } from "@symloss/core";
import { type OptionTable, checkOptions, describe } from "@symloss/core/engine";
import { formatOf, formatRule, formats, shardOf } from "../formats/format.ts";
import type { Format } from "../formats/format-name.ts";
import type { Shard, Source } from "../source.ts";
import { type Address, namesAt, pathAt, wholeAddress } from "./addresses.ts";
import type { AskOptions } from "./ask-options.ts";
import { askTable } from "./asking.ts";
import { shardNames } from "./shard-names.ts";
import { openUrl } from "./url-bytes.ts";

/** What files are, and how servers are asked. */
export interface UrlsOptions extends AskOptions {
  /** What all of them are, whatever their endings. */
  readonly format?: Format | undefined;
}

const table: OptionTable<UrlsOptions> = { ...askTable, format: formatRule(formats) };

/**
 * The rows of files at addresses, each a shard named by the last part of its path, or by more of the address if that is another's too: JSON lines,
 * Parquet, safetensors and Arrow. They are read by ranges, of which each must come from the same file. A server that knows no ranges can give
 * JSON lines and streams of Arrow.
 * Throws `OutOfRangeError` if an address is none, or what is there can't be told from its ending; the run throws it, naming address and status,
 * if a server does not give a file, or gives another one in between.
 * @example await test.run(urls(["https://example.org/part-0.parquet"]), { engine });
 */
export function urls(addresses: Address | readonly Address[], options: UrlsOptions = {}): Source {
  const { format, ...asking } = checkOptions("urls", options, table) as UrlsOptions;
  const list = [addresses].flat() as readonly unknown[];
  if (list.length === 0) throw new OutOfRangeError(`urls: addresses must be one at least, got ${describe(addresses)}.`);
  const whole = list.map((address) => wholeAddress("urls", address));
  const names = shardNames("urls", whole.map(namesAt));
  const readers = whole.map((address) => formats.readers[format ?? formatOf("urls", formats, pathAt(address))]);
  const open = async (index: number): Promise<Shard> => {
    const file = await openUrl("urls", whole[index]!, asking);
    return shardOf(readers[index]!, file, names[index]!, file.etag);
  };
  return {
    async *shards(): AsyncGenerator<Shard> {
      for (const index of whole.keys()) yield open(index);
    },
    async shardNamed(name): Promise<Shard | undefined> {
      const index = names.indexOf(name);
      return index === -1 ? undefined : open(index);
    },
  };
}
