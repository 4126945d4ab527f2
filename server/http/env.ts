import type { HttpBindings } from "@hono/node-server";

/** What Hono handlers find on their context. */
export type HttpEnv = { Bindings: HttpBindings; Variables: { requestId: string } };
