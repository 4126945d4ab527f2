/** A complete piece of a reply that is still being written. */
export type ReplyPiece =
  | { readonly kind: "claim"; readonly section: string; readonly value: unknown }
  | { readonly kind: "action"; readonly value: unknown };

interface Level {
  readonly isArray: boolean;
  /** Where the value that this level belongs to began. */
  readonly start: number;
  key: string;
  title: string;
}

const MOST_CHARACTERS = 200_000;

/**
 * Reads the JSON of an answer while it streams in and hands out each claim and action the moment its closing brace arrives.
 * Prose or code fences around the JSON are skipped. Broken JSON yields nothing more; `isComplete` tells whether the outermost object was closed.
 */
export class ClaimReader {
  isComplete = false;
  private text = "";
  private at = 0;
  private stringStart = -1;
  private lastString = "";
  private readonly levels: Level[] = [];

  /** @throws RangeError when the reply grows beyond any sensible answer. */
  push(piece: string): ReplyPiece[] {
    this.text += piece;
    if (this.text.length > MOST_CHARACTERS) throw new RangeError("reply too long");
    const found: ReplyPiece[] = [];
    for (; this.at < this.text.length && !this.isComplete; this.at += 1) {
      const character = this.text[this.at] ?? "";
      if (this.stringStart >= 0) this.insideString(character);
      else this.outsideString(character, found);
    }
    return found;
  }

  private insideString(character: string): void {
    if (character === "\\") {
      this.at += 1;
      return;
    }
    if (character !== '"') return;
    this.lastString = parseJson(this.text.slice(this.stringStart, this.at + 1), "");
    this.stringStart = -1;
    const level = this.levels.at(-1);
    if (level?.key === "title" && !level.isArray) level.title = this.lastString;
  }

  private outsideString(character: string, found: ReplyPiece[]): void {
    const level = this.levels.at(-1);
    if (character === '"' && level) this.stringStart = this.at;
    else if (character === ":" && level && !level.isArray) level.key = this.lastString;
    else if (character === "," && level && !level.isArray) level.key = "";
    else if (character === "{" || (character === "[" && level)) {
      this.levels.push({ isArray: character === "[", start: this.at, key: "", title: "" });
    } else if (character === "}" || character === "]") this.close(found);
  }

  private close(found: ReplyPiece[]): void {
    const closed = this.levels.pop();
    if (!closed) return;
    if (this.levels.length === 0) this.isComplete = true;
    if (closed.isArray) return;
    const path = this.levels.map((level) => (level.isArray ? "*" : level.key)).join(".");
    const read = (): unknown => parseJson<unknown>(this.text.slice(closed.start, this.at + 1), undefined);
    if (path === "sections.*.claims.*")
      found.push({ kind: "claim", section: this.levels[2]?.title ?? "", value: read() });
    else if (path === "actions.*") found.push({ kind: "action", value: read() });
  }
}

function parseJson<T>(text: string, otherwise: T): T {
  try {
    // The one cast: the caller asks for a string literal or for `unknown`.
    return JSON.parse(text) as T;
  } catch {
    return otherwise;
  }
}
