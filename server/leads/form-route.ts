import type { IncomingMessage } from "node:http";
import type { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Database } from "#db/client.ts";
import { DomainError, LimitError } from "#server/core/errors.ts";
import type { HttpEnv } from "#server/http/env.ts";
import { submitForm } from "./submit-form.ts";

const BODY_LIMIT = 64 * 1024;
const STATUS = { not_found: 404, limit: 429, invalid_input: 422 } as const;

/**
 * `POST /forms/<key>`, from any site: form data or JSON, no cookie, no session. Answers a browser with a redirect or a word of
 * thanks, and never with anything that was sent.
 */
export function mountWebForms(
  app: Hono<HttpEnv>,
  db: Database,
  now: () => Date,
  addressOf: (request: IncomingMessage) => string,
): void {
  app.use("/forms/*", bodyLimit({ maxSize: BODY_LIMIT, onError: (c) => c.text("This is too long.", 413) }));
  app.post("/forms/:key", async (c) => {
    const type = c.req.header("content-type")?.split(";")[0];
    const isJson = type === "application/json";
    if (!isJson && type !== "application/x-www-form-urlencoded" && type !== "multipart/form-data")
      return c.text("Send a form.", 415);
    try {
      const body: unknown = isJson ? await c.req.json() : await c.req.parseBody();
      const fields = Object.fromEntries(
        Object.entries((body ?? {}) as Record<string, unknown>)
          .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value))
          .map(([name, value]) => [name, String(value).replaceAll("\u0000", "")]),
      );
      const sent = { publicKey: c.req.param("key"), network: addressOf(c.env.incoming), fields };
      const { thanksUrl } = await submitForm(db, now, sent);
      if (thanksUrl && !isJson) return c.redirect(thanksUrl, 303);
      return isJson ? c.json({ ok: true }, 201) : c.text("Thank you. We will be in touch.", 201);
    } catch (error) {
      if (error instanceof SyntaxError) return c.text("This is not JSON.", 400);
      if (!(error instanceof DomainError) || !(error.code in STATUS)) throw error;
      if (error instanceof LimitError) c.header("retry-after", String(error.details.retryAfterSeconds));
      const status = STATUS[error.code as keyof typeof STATUS];
      return isJson ? c.json({ error: error.message, details: error.details }, status) : c.text(error.message, status);
    }
  });
}
