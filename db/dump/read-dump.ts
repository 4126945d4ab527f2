import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { endOfTable, type DumpHeader, type DumpTrailer, type TableHeader } from "./format.ts";

export type DumpPart =
  | { kind: "header"; header: DumpHeader }
  | { kind: "table"; table: TableHeader }
  /** Some rows of the last table: for each column its values, as text. */
  | { kind: "rows"; columns: (string | null)[][] }
  | { kind: "trailer"; trailer: DumpTrailer };

const batchRows = 1_000;
const batchCharacters = 1024 * 1024;

/** Reads a dump part by part. @throws Error if it is not a dump or not whole */
export async function* readDump(file: string): AsyncGenerator<DumpPart> {
  const lines = readLines(file);
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next().catch((error: unknown) => {
      throw new Error(`${file} cannot be read as a dump`, { cause: error });
    });
    if (done) throw new Error(`${file} is not whole: it ends early`);
    return value;
  };
  const header = JSON.parse(await next()) as DumpHeader;
  if (header.format !== "ringside-dump" || header.version !== 1) throw new Error(`${file} is not a dump of Ringside`);
  yield { kind: "header", header };
  for (;;) {
    const part = JSON.parse(await next()) as TableHeader | DumpTrailer;
    if (!("table" in part)) {
      yield { kind: "trailer", trailer: part };
      return;
    }
    yield { kind: "table", table: part };
    yield* readTable(next, part.columns.length);
  }
}

/** Lines end with a line feed and nothing else: node's own reader would also break them at other separators in the data. */
async function* readLines(file: string): AsyncGenerator<string, undefined> {
  const source = createReadStream(file);
  const input = source.pipe(createGunzip()).setEncoding("utf8");
  source.on("error", (error) => input.destroy(error));
  let rest = "";
  for await (const text of input as AsyncIterable<string>) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

async function* readTable(next: () => Promise<string>, width: number): AsyncGenerator<DumpPart> {
  const empty = (): (string | null)[][] => Array.from({ length: width }, () => []);
  let columns = empty();
  let characters = 0;
  for (let text = await next(); text !== endOfTable; text = await next()) {
    text.split("\t").forEach((value, index) => columns[index]?.push(unescape(value)));
    characters += text.length;
    if ((columns[0]?.length ?? 0) < batchRows && characters < batchCharacters) continue;
    yield { kind: "rows", columns };
    columns = empty();
    characters = 0;
  }
  if (columns[0]?.length) yield { kind: "rows", columns };
}

const escapes: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/** A value of COPY's text format; `\N` is null. */
function unescape(value: string): string | null {
  if (value === "\\N") return null;
  return value.replace(/\\(.)/gs, (_, escaped: string) => escapes[escaped] ?? escaped);
}
