import { useEffect, useState, useSyncExternalStore } from "react";
import { connectRoom, type RoomConnection, type RoomConnectionState } from "./provider.ts";

const CONNECTING: RoomConnectionState = {
  status: "connecting",
  role: "read",
  isStorageAway: false,
  unsavedCount: 0,
  savedAt: null,
  endReason: null,
};

/** Text that can no longer be merged, to be offered to its writer. */
export interface Leftover {
  reason: string;
  text: string;
}

/** A live connection to a room for as long as the screen is open; `attempt` grows when it must be opened anew. */
export function useRoom(roomId: string, user: { id: string; name: string }, attempt: number) {
  const [connection, setConnection] = useState<RoomConnection>();
  const [leftover, setLeftover] = useState<Leftover>();
  const { id, name } = user;
  useEffect(() => {
    const opened = connectRoom({
      roomId,
      user: { id, name, color: "#3f5bd0" },
      onRejected: (reason, text) => setLeftover({ reason, text }),
      onEpoch: (text) => setLeftover({ reason: "other-version", text }),
    });
    setConnection(opened);
    return () => {
      setConnection(undefined);
      opened.destroy();
    };
  }, [roomId, id, name, attempt]);
  const state = useSyncExternalStore(
    connection?.subscribe ?? subscribeToNothing,
    connection?.state ?? connecting,
    connecting,
  );
  return { connection, state, leftover, dismissLeftover: () => setLeftover(undefined) };
}

const subscribeToNothing = () => () => undefined;
const connecting = (): RoomConnectionState => CONNECTING;

/** Tells the browser to ask before it closes a tab with edits that are not safe yet. */
export function useUnsavedGuard(unsavedCount: number): void {
  useEffect(() => {
    if (unsavedCount === 0) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [unsavedCount]);
}
