/** What are formats called? */

/** What a file may be, wherever it is. */
export type Format = "arrow" | "jsonl" | "parquet" | "safetensors";
