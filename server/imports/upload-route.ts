import { Readable } from "node:stream";
import type { Hono } from "hono";
import { DomainError } from "#server/core/errors.ts";
import type { HttpEnv } from "#server/http/env.ts";
import { createContext, type Services } from "#server/trpc/context.ts";
import { MAX_FILE_BYTES, uploadFile, UploadInput } from "./manage-import.ts";

const STATUS = {
  not_found: 404,
  forbidden: 403,
  conflict: 409,
  limit: 429,
  unavailable: 503,
  invalid_input: 422,
  unauthenticated: 401,
} as const;

/** `POST /api/imports?recordType=&fileName=` with the file as the body, streamed: files are the one thing that is not JSON. */
export function mountImportUpload(app: Hono<HttpEnv>, services: Services): void {
  app.post("/api/imports", async (c) => {
    const { request } = await createContext(services, c.req.header("cookie"), c.get("requestId"));
    if (!request) return c.json({ error: "Please sign in" }, 401);
    const input = UploadInput.safeParse(c.req.query());
    if (!input.success) return c.json({ error: "Say what the file holds and what it is called" }, 422);
    if (Number(c.req.header("content-length") ?? 0) > MAX_FILE_BYTES)
      return c.json({ error: "The file is larger than 100 MB. Split it into parts." }, 413);
    const body = c.req.raw.body;
    if (!body) return c.json({ error: "The file is empty" }, 422);
    try {
      return c.json(
        await uploadFile(request, input.data, Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0])),
        201,
      );
    } catch (error) {
      if (error instanceof DomainError)
        return c.json({ error: error.message, details: error.details }, STATUS[error.code]);
      throw error;
    }
  });
}
