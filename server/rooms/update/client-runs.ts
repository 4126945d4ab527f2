import type { StructId } from "./walk-update.ts";

/** What a run's structs have in common. */
export interface RunFacts {
  /** Index into the shape's lists; 0 means collected garbage, whose list nobody remembers. */
  list: number;
  /** The content is gone, so it can no longer be told whether a type stood here. */
  isErased: boolean;
  origin: StructId | null;
  rightOrigin: StructId | null;
}

export interface Run extends RunFacts {
  from: number;
  /** Exclusive. */
  to: number;
}

/**
 * Where the structs of one client stand, from clock 0 on without a gap.
 * A run is a stretch typed in one go: each element's origin is the element before it, and all share list and right origin.
 * A paragraph typed without moving the cursor is one run, so this is far smaller than the document.
 */
export class ClientRuns {
  readonly runs: Run[] = [];

  /** The next clock this client will use. */
  get clock(): number {
    return this.runs.length === 0 ? 0 : this.runs[this.runs.length - 1]!.to;
  }

  append(client: number, length: number, facts: RunFacts): void {
    const last = this.runs[this.runs.length - 1];
    if (last && continues(last, client, facts)) last.to += length;
    else this.runs.push({ from: this.clock, to: this.clock + length, ...facts });
  }

  /** The run that holds a clock. The clock must be known (`< this.clock`). */
  at(clock: number): Run {
    let low = 0;
    let high = this.runs.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.runs[middle]!.to > clock) high = middle;
      else low = middle + 1;
    }
    return this.runs[low]!;
  }

  /** Forgets everything from `clock` on: how a half-admitted update is taken back. */
  truncate(clock: number): void {
    while (this.runs.length > 0 && this.runs[this.runs.length - 1]!.from >= clock) this.runs.pop();
    const last = this.runs[this.runs.length - 1];
    if (last && last.to > clock) last.to = clock;
  }
}

function continues(last: Run, client: number, next: RunFacts): boolean {
  if (last.list !== next.list || last.isErased !== next.isErased) return false;
  // Of collected garbage nothing is known but that it is gone.
  if (last.list === 0) return true;
  return (
    next.origin !== null &&
    next.origin.client === client &&
    next.origin.clock === last.to - 1 &&
    isSameId(next.rightOrigin, last.rightOrigin)
  );
}

export function isSameId(a: StructId | null, b: StructId | null): boolean {
  return a === b || (a !== null && b !== null && a.client === b.client && a.clock === b.clock);
}
