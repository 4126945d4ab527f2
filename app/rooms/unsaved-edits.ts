import * as Y from "yjs";
import type { UnsavedStore } from "./unsaved-store.ts";

interface Edit {
  update: Uint8Array;
  /** The message that carried it on this connection, counted from 1; null while none has. */
  frame: number | null;
  isRefused: boolean;
  /** Its key in the browser's own storage. */
  storedAs: Promise<number | undefined>;
}

/**
 * The local edits the server has not yet called safe. Each is also kept in the browser until then, so that closing it, or a
 * crash without network, loses nothing.
 */
export class UnsavedEdits {
  private edits: Edit[] = [];
  private framesSent = 0;

  constructor(private readonly store: UnsavedStore) {}

  get count(): number {
    return this.edits.length;
  }

  /** The words of what is not saved, to be offered when it can no longer be merged. */
  get text(): string {
    return textOfUpdates(this.edits.map(({ update }) => update));
  }

  add(update: Uint8Array, storedAs?: number): void {
    const kept = storedAs === undefined ? this.store.add(update) : Promise.resolve(storedAs);
    this.edits.push({ update, frame: null, isRefused: false, storedAs: kept });
  }

  /** A new connection counts its messages from 1, and nobody knows what became of the last ones of the old. */
  connectionOpened(): void {
    this.framesSent = 0;
    for (const edit of this.edits) edit.frame = null;
  }

  /** An edit's own message left, or (as a merge) one with everything the server lacks. */
  frameSent(isMerge: boolean): void {
    const frame = ++this.framesSent;
    if (isMerge) for (const edit of this.edits) edit.frame = frame;
    else {
      const newest = this.edits.at(-1);
      if (newest && newest.frame === null) newest.frame = frame;
    }
  }

  /** @returns whether anything became safe */
  framesSaved(frames: number): boolean {
    const isSafe = ({ frame, isRefused }: Edit) => frame !== null && frame <= frames && !isRefused;
    const safe = this.edits.filter(isSafe);
    if (safe.length === 0) return false;
    this.edits = this.edits.filter((edit) => !isSafe(edit));
    void this.forget(safe);
    return true;
  }

  /** The server could not take a message now: its edits stay, to be sent again. */
  framePostponed(frame: number): void {
    for (const edit of this.edits) if (edit.frame === frame) edit.frame = null;
  }

  /**
   * The server will never take a message.
   * @param keeps whether its edits still count as unsaved: then something must be done about them
   * @returns their words
   */
  frameRefused(frame: number, keeps: boolean): string {
    const refused = this.edits.filter((edit) => edit.frame === frame);
    for (const edit of refused) edit.isRefused = true;
    if (!keeps) {
      this.edits = this.edits.filter((edit) => !refused.includes(edit));
      void this.forget(refused);
    }
    return textOfUpdates(refused.map(({ update }) => update));
  }

  private async forget(edits: Edit[]): Promise<void> {
    const keys = await Promise.all(edits.map(({ storedAs }) => storedAs));
    await this.store.remove(keys.filter((key) => key !== undefined));
  }
}

/** The text that updates insert, a line for each update that has any. */
export function textOfUpdates(updates: readonly Uint8Array[]): string {
  const lines = updates.map((update) =>
    Y.decodeUpdate(update)
      .structs.map((struct) =>
        struct instanceof Y.Item && struct.content instanceof Y.ContentString ? struct.content.str : "",
      )
      .join(""),
  );
  return joinTyped(lines);
}

/** Single letters were typed in one go; longer pieces stand on lines of their own. */
function joinTyped(pieces: readonly string[]): string {
  return pieces.reduce((text, piece) => {
    if (piece === "") return text;
    return piece.length > 1 && text !== "" ? `${text}\n${piece}` : text + piece;
  }, "");
}
