import { writeSync } from "node:fs";

const keptLines = 20;
const lines: string[] = [];

/** Keeps what PostgreSQL writes to its error stream, to explain an end that it announces there. */
export function hear(line: string): void {
  lines.push(line);
  if (lines.length > keptLines) lines.shift();
}

/**
 * Ends this process at once: after a failure the engine may spin without returning to the event loop. The reason goes to
 * the error stream by a synchronous write; the parent reads it there.
 */
export function die(error: unknown): never {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const heard = lines.filter((line) => /(WARNING|ERROR|FATAL|PANIC):/.test(line)).map((line) => `  ${line}\n`);
  writeSync(2, `${reason}\n${heard.join("")}`);
  process.exit(1);
}
