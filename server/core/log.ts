import { pino, type Logger } from "pino";

/** Keys whose values never reach a log line, wherever they stand in it. */
const SECRET_PATHS = [
  "password",
  "passwordHash",
  "token",
  "ticket",
  "cookie",
  "authorization",
  "apiKey",
  "secret",
].flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/** The process's structured log: one JSON line per entry on standard output. */
export const log: Logger = pino({
  level: process.env.LOG_LEVEL ?? (process.env.VITEST ? "silent" : "info"),
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  redact: { paths: SECRET_PATHS, censor: "[hidden]" },
});
export type { Logger };
