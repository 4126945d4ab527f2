import * as encoding from "lib0/encoding";
import { encodeAwarenessUpdate } from "y-protocols/awareness";
import { messageAwareness, type WebsocketProvider } from "y-websocket";

interface SyncListener {
  /** A new socket was made. */
  opened(): void;
  /** A message with edits is about to leave: one edit, or (a merge) all that the server lacks. */
  sent(isMerge: boolean): void;
}

const SYNC = 0;
const STEP_2 = 1;
const UPDATE = 2;

/** A WebSocket class that tells of each message with edits, so that receipts, which only count them, can be understood. */
export function countSyncFrames(Base: typeof WebSocket, listener: SyncListener): typeof WebSocket {
  return class extends Base {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      listener.opened();
    }

    override send(data: Parameters<WebSocket["send"]>[0]): void {
      if (data instanceof Uint8Array && data[0] === SYNC && (data[1] === STEP_2 || data[1] === UPDATE))
        listener.sent(data[1] === STEP_2);
      super.send(data);
    }
  };
}

interface PresenceChange {
  added: number[];
  updated: number[];
  removed: number[];
}

/**
 * Sends only this page's own presence. The stock handler repeats everybody's to everybody: with n people in a room each
 * movement makes n messages of n.
 * @returns how to stop
 */
export function sendOwnPresenceOnly(provider: WebsocketProvider): () => void {
  const { awareness, doc } = provider;
  awareness.off("update", provider._awarenessUpdateHandler);
  const send = ({ added, updated, removed }: PresenceChange): void => {
    const isOurs = [...added, ...updated, ...removed].includes(doc.clientID);
    const { ws } = provider;
    if (!isOurs || !provider.wsconnected || ws?.readyState !== WebSocketState.Open) return;
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, messageAwareness);
    encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(awareness, [doc.clientID]));
    ws.send(encoding.toUint8Array(encoder));
  };
  awareness.on("update", send);
  return () => awareness.off("update", send);
}

const WebSocketState = { Open: 1 } as const;
