import { request, type IncomingHttpHeaders } from "node:http";

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

interface Message {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array | AsyncIterable<Uint8Array>;
}

/** One request on a connection of its own, with exactly these headers: what a browser would never send included. */
export function send(url: string, { method = "GET", headers = {}, body }: Message = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text: Buffer.concat(chunks).toString("utf8"),
        }),
      );
      incoming.on("error", reject);
    });
    outgoing.on("error", reject);
    void write(outgoing, body).catch(reject);
  });
}

async function write(outgoing: ReturnType<typeof request>, body: Message["body"]): Promise<void> {
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) return void outgoing.end(body);
  for await (const chunk of body) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(chunk)) await drained(outgoing);
  }
  outgoing.end();
}

function drained(outgoing: ReturnType<typeof request>): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      outgoing.off("drain", settle).off("close", settle);
      resolve();
    };
    outgoing.on("drain", settle).on("close", settle);
  });
}

/** Fills in the sign-in form. @returns the answer, and the cookie it set */
export async function postLogin(
  origin: string,
  email: string,
  password: string,
  path = "/login",
): Promise<Answer & { cookie: string | undefined }> {
  const answer = await send(`${origin}${path}`, {
    method: "POST",
    headers: { origin, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ email, password }).toString(),
  });
  return { ...answer, cookie: answer.headers["set-cookie"]?.[0]?.split(";")[0] };
}

/** A person's session, calling procedures over HTTP. */
export class Visitor {
  private constructor(
    readonly origin: string,
    readonly cookie: string,
  ) {}

  static async signIn(origin: string, email: string, password: string): Promise<Visitor> {
    const { status, cookie, text } = await postLogin(origin, email, password);
    if (status !== 302 || !cookie) throw new Error(`Sign-in of ${email} ended with ${status}: ${text.slice(0, 200)}`);
    return new Visitor(origin, cookie);
  }

  get(path: string): Promise<Answer> {
    return send(`${this.origin}${path}`, { headers: { cookie: this.cookie } });
  }

  async query<T>(name: string, input?: unknown): Promise<T> {
    const search = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
    return unwrap<T>(
      await send(`${this.origin}/trpc/${name}${search}`, { headers: { cookie: this.cookie, "x-ringside": "1" } }),
    );
  }

  /** The answer to a change as it came, refusals included. */
  post(name: string, input: unknown): Promise<Answer> {
    return send(`${this.origin}/trpc/${name}`, {
      method: "POST",
      headers: { cookie: this.cookie, origin: this.origin, "x-ringside": "1", "content-type": "application/json" },
      body: JSON.stringify(input),
    });
  }

  async mutate<T>(name: string, input?: unknown): Promise<T> {
    return unwrap<T>(await this.post(name, input));
  }

  /** Uploads a file to be imported. */
  upload(fileName: string, body: Message["body"], headers: Record<string, string> = {}): Promise<Answer> {
    const search = new URLSearchParams({ recordType: "account", fileName });
    return send(`${this.origin}/api/imports?${search}`, {
      method: "POST",
      headers: { cookie: this.cookie, origin: this.origin, "content-type": "text/csv", ...headers },
      ...(body === undefined ? {} : { body }),
    });
  }
}

function unwrap<T>({ status, text }: Answer): T {
  if (status !== 200) throw new Error(`The server answered ${status}: ${text.slice(0, 500)}`);
  return (JSON.parse(text) as { result: { data: T } }).result.data;
}
