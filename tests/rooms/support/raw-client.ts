import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import type { Person } from "./room-world.ts";

/** A bare socket, for saying what no client library would. */
export class RawClient {
  readonly received: Uint8Array[] = [];
  closeCode: number | undefined;
  /** The status of a refused upgrade. */
  refusedWith: number | undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on("message", (data: Buffer) => this.received.push(new Uint8Array(data)));
    socket.on("close", (code) => (this.closeCode = code));
    socket.on("unexpected-response", (_, response) => {
      this.refusedWith = response.statusCode;
      socket.terminate();
    });
    socket.on("error", () => undefined);
    onTestFinished(() => socket.terminate());
  }

  /** Resolves when the socket is open or refused. */
  static async connect(url: string, roomId: string, person?: Person, options: RawOptions = {}): Promise<RawClient> {
    const query = new URLSearchParams({ ...(person ? { user: person.id } : {}), ...options.query });
    const headers = options.origin === undefined ? {} : { origin: options.origin };
    const client = new RawClient(new WebSocket(`${url}/${roomId}?${query}`, { headers }));
    await new Promise<void>((resolve) => {
      for (const event of ["open", "close", "error"]) client.socket.once(event, () => resolve());
    });
    return client;
  }

  send(...bytes: number[]): void {
    this.sendBytes(Uint8Array.from(bytes));
  }

  sendBytes(bytes: Uint8Array): void {
    this.socket.send(bytes);
  }

  /** Messages of one type (and for sync, one step). */
  ofType(type: number, step?: number): Uint8Array[] {
    return this.received.filter((bytes) => bytes[0] === type && (step === undefined || bytes[1] === step));
  }
}

interface RawOptions {
  origin?: string;
  query?: Record<string, string>;
}
