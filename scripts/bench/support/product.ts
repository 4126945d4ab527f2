import { createTRPCClient, httpBatchLink } from "@trpc/client";
import { WebSocket } from "ws";
import type { AppRouter } from "#server/trpc/router.ts";
import { ServerChild } from "./child.ts";

export interface ProductSettings {
  port: number;
  env: Record<string, string>;
  isPinned?: boolean;
}

export const DEMO_ADMIN = "admin@demo.ringside.test";
const DEMO_PASSWORD = "ringside-demo";

/** Starts the built product; `env` says where its data is. */
export function startProduct({ port, env, isPinned }: ProductSettings): Promise<ServerChild> {
  return ServerChild.start({
    command: [process.execPath, "build/index.js"],
    env: { LOG_LEVEL: "fatal", DATABASE_URL: "", ...env, PORT: String(port) },
    isPinned,
    ready: /Ringside is ready/,
  });
}

export const originOf = (port: number): string => `http://localhost:${port}`;

/** Signs in as the sign-in page's form does. @returns the session as a cookie header */
export async function signIn(port: number, email: string): Promise<string> {
  const response = await fetch(`${originOf(port)}/login`, {
    method: "POST",
    redirect: "manual",
    headers: { origin: originOf(port) },
    body: new URLSearchParams({ email, password: DEMO_PASSWORD }),
  });
  const cookie = response.headers.getSetCookie()[0]?.split(";", 1)[0];
  if (!cookie) throw new Error(`Signing in as ${email} failed with status ${response.status}`);
  return cookie;
}

/** The product's procedures, as a page of the signed-in person calls them. */
export const procedures = (port: number, cookie: string) =>
  createTRPCClient<AppRouter>({
    links: [
      httpBatchLink({ url: `${originOf(port)}/trpc`, headers: { cookie, origin: originOf(port), "x-ringside": "1" } }),
    ],
  });

/** A WebSocket class that sends the session, as a browser page of the product does. */
export function signedInSocket(port: number, cookie: string): typeof globalThis.WebSocket {
  const Socket = class extends WebSocket {
    constructor(url: string) {
      super(url, { headers: { cookie, origin: originOf(port) } });
    }
  };
  return Socket as unknown as typeof globalThis.WebSocket;
}
