import { fork, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { ChildSettings } from "./messages.ts";

/**
 * Starts the database's process. `ended` resolves with its last words when it is gone.
 * From the sources it runs through tsx; in the bundle it is a file of its own beside this one.
 */
export function forkServer(settings: ChildSettings): { child: ChildProcess; ended: Promise<string> } {
  const here = fileURLToPath(import.meta.url);
  const isSource = here.endsWith(".ts");
  const entry = join(dirname(here), isSource ? "server.ts" : "embedded-server.js");
  const execArgv = isSource ? ["--import", pathToFileURL(createRequire(here).resolve("tsx")).href] : [];
  const child = fork(entry, [JSON.stringify(settings)], { execArgv, stdio: ["ignore", "inherit", "pipe", "ipc"] });

  let words = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-maxWords);
  });
  const ended = new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    // Comes after the exit, when its last words have been read too.
    child.on("close", (code, signal) => resolve(words.trim() || (signal ? `killed by ${signal}.` : `code ${code}.`)));
  });
  return { child, ended };
}

const maxWords = 4_000;
