import { Text } from "@mantine/core";
import type { RoomConnectionState } from "./provider.ts";

const timeOnly = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const END_WORDS: Record<string, string> = {
  revoked: "You were signed out or lost access. What you see stays readable here.",
  forbidden: "This room is not open to you any more.",
  gone: "This room was deleted.",
  "other-version": "Another version was restored.",
  "too-large": "An edit was too large for this room.",
  broken: "The connection broke. Open the room anew.",
};

/** Whether what you typed is safe, in words: counted until the server says so. */
export function SaveStatus({ state }: { state: RoomConnectionState }) {
  return (
    <Text
      size="sm"
      c={state.unsavedCount > 0 || state.status !== "live" ? undefined : "dimmed"}
      role="status"
      aria-live="polite"
      data-unsaved={state.unsavedCount}
      className="tabular"
    >
      {words(state)}
    </Text>
  );
}

function words({ status, role, isStorageAway, unsavedCount, savedAt, endReason }: RoomConnectionState): string {
  const unsaved = unsavedCount === 1 ? "1 edit not saved yet" : `${unsavedCount} edits not saved yet`;
  if (status === "ended") return END_WORDS[endReason ?? "broken"] ?? "The room was closed.";
  if (status === "connecting") return unsavedCount > 0 ? `Connecting · ${unsaved}` : "Connecting";
  if (status === "offline")
    return unsavedCount > 0 ? `Offline · ${unsaved}, kept in this browser` : "Offline · you can go on writing";
  if (isStorageAway) return `The server cannot save just now · ${unsaved}`;
  if (unsavedCount > 0) return unsaved;
  if (role === "read") return "You can read and comment here";
  return savedAt ? `Saved ${timeOnly.format(savedAt)}` : "Saved";
}
