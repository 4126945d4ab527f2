import { WebSocket } from "ws";

/** What became of an attempt to open a socket: the status of the refusal, or 101 and the socket. */
export interface Attempt {
  status: number;
  socket?: WebSocket;
}

export function openSocket(url: string, headers: Record<string, string>): Promise<Attempt> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers });
    socket.on("open", () => resolve({ status: 101, socket }));
    socket.on("unexpected-response", (_request, response) => {
      resolve({ status: response.statusCode ?? 0 });
      socket.terminate();
    });
    socket.on("error", (error) => reject(error));
  });
}

/** Resolves with the code of the socket's end. */
export const whenClosed = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => socket.once("close", (code) => resolve(code)));
