import chardet from "chardet";
import iconv from "iconv-lite";
import Papa from "papaparse";
import { InvalidInputError } from "#server/core/errors.ts";

export interface TableShape {
  encoding: string;
  delimiter: string;
  header: string[];
  /** First rows, for the mapping screen. */
  sample: string[][];
}

const BOMS: [number[], string][] = [
  [[0xef, 0xbb, 0xbf], "utf-8"],
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"],
];
const DELIMITERS = [",", ";", "\t", "|"];
const SAMPLE_ROWS = 20;

/**
 * How a file is to be read, from its first bytes.
 * @throws InvalidInputError when it is empty, binary, or has no header.
 */
export function detectTable(head: Uint8Array, isWhole: boolean): TableShape {
  if (head.length === 0) throw new InvalidInputError("The file is empty", { file: "empty" });
  const encoding = detectEncoding(head);
  const text = iconv.decode(Buffer.from(head), encoding).replace(/^\uFEFF/, "");
  if (text.includes("\u0000"))
    throw new InvalidInputError("This is not a text file. Export the table as CSV.", { file: "binary" });
  const delimiter = detectDelimiter(text);
  const { data } = Papa.parse<string[]>(text, { delimiter, skipEmptyLines: "greedy", preview: SAMPLE_ROWS + 1 });
  // The last row of a cut-off head may be half a row.
  const rows = isWhole || data.length > SAMPLE_ROWS ? data : data.slice(0, -1);
  const [header = [], ...sample] = rows;
  if (header.every((cell) => cell.trim() === ""))
    throw new InvalidInputError("The first line must name the columns", { file: "header" });
  return { encoding, delimiter, header: uniqueHeader(header), sample };
}

function detectEncoding(head: Uint8Array): string {
  const marked = BOMS.find(([mark]) => mark.every((byte, index) => head[index] === byte));
  if (marked) return marked[1];
  if (isUtf8(head)) return "utf-8";
  const guess = chardet.detect(head);
  return guess && iconv.encodingExists(guess) && !/^utf-8$/i.test(guess) ? guess : "windows-1252";
}

/** Valid UTF-8, not counting a character that the end of the head cuts in two. */
function isUtf8(head: Uint8Array): boolean {
  for (let cut = 0; cut < 4; cut++) {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(head.subarray(0, head.length - cut));
      return true;
    } catch {
      continue;
    }
  }
  return false;
}

/** The delimiter that gives the first rows the same, largest number of columns. */
function detectDelimiter(text: string): string {
  let best = { delimiter: ",", score: 0 };
  for (const delimiter of DELIMITERS) {
    const { data } = Papa.parse<string[]>(text, { delimiter, skipEmptyLines: "greedy", preview: 10 });
    const columns = data[0]?.length ?? 0;
    const share = data.filter((row) => row.length === columns).length / Math.max(1, data.length);
    const score = columns > 1 ? columns * share ** 2 : 0;
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

/** Names columns without a name by their place, and tells equal names apart. */
function uniqueHeader(header: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return header.map((cell, index) => {
    const name = cell.trim() || `Column ${index + 1}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}
