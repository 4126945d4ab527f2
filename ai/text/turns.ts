/** One contribution to a conversation. `startSeconds` counts from the beginning of the recording, when the transcript says so. */
export interface Turn {
  readonly speaker: string;
  readonly text: string;
  readonly startSeconds?: number;
  readonly from: number;
  readonly to: number;
}

const TURN_LINE =
  /^[ \t]*(?:[[(]?(?<time>(?:\d{1,2}:)?\d{1,2}:\d{2})(?:\.\d+)?[\])]?[ \t]*[-–]?[ \t]*)?(?<speaker>\p{L}[\p{L}\p{N} .,'’()/-]{0,48}?)[ \t]*:[ \t]+(?<text>\S.*)$/u;
const FEWEST_TURNS = 3;

/**
 * Reads a transcript in the common form "[00:12:03] Speaker: words", one turn per line; lines without a speaker continue the turn above.
 * Returns undefined when the text is no conversation: fewer than three turns, or a "speaker" that never speaks twice (a fact sheet, not a call).
 */
export function parseTurns(source: string): Turn[] | undefined {
  const turns: { speaker: string; text: string; startSeconds?: number; from: number; to: number }[] = [];
  let from = 0;
  for (const line of source.split("\n")) {
    const to = from + line.length;
    const groups = TURN_LINE.exec(line.replace(/\r$/, ""))?.groups;
    const last = turns.at(-1);
    if (groups?.speaker && groups.text) {
      turns.push({
        speaker: groups.speaker.trim(),
        text: groups.text.trim(),
        from,
        to,
        ...(groups.time ? { startSeconds: toSeconds(groups.time) } : {}),
      });
    } else if (last && line.trim() !== "") {
      last.text = `${last.text} ${line.trim()}`;
      last.to = to;
    } else if (!last && line.trim() !== "") {
      return undefined;
    }
    from = to + 1;
  }
  const speakers = new Set(turns.map((turn) => turn.speaker));
  return turns.length >= FEWEST_TURNS && speakers.size < turns.length ? turns : undefined;
}

function toSeconds(time: string): number {
  return time.split(":").reduce((seconds, part) => seconds * 60 + Number(part), 0);
}
