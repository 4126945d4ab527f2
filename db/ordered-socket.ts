import type { Socket } from "node:net";

/**
 * Makes a socket tell its error together with its close. Node tells them in two turns of the event loop, and the client
 * library takes a statement issued between the two for sent: after the reconnect, answers would go to the wrong callers.
 */
export function orderEvents<T extends Socket>(socket: T): T {
  const emit = socket.emit.bind(socket) as (event: string | symbol, ...rest: unknown[]) => boolean;
  let failure: unknown[] | undefined;
  socket.emit = (event: string | symbol, ...rest: unknown[]): boolean => {
    if (event === "error") {
      failure = rest;
      return true;
    }
    if (event === "close" && failure) emit("error", ...failure);
    return emit(event, ...rest);
  };
  return socket;
}
