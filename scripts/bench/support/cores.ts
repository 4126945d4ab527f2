import { execFileSync, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

const canPin = availableParallelism() > 1 && spawnSync("taskset", ["--version"]).status === 0;

/** What is measured runs on the first processor, what measures on the second; both undefined where that cannot be had. */
export const SERVER_CORE = canPin ? 0 : undefined;
const LOAD_CORE = canPin ? 1 : undefined;

/** Keeps this process, and what it starts from now on, off the server's processor. */
export function pinLoadGenerator(): void {
  if (LOAD_CORE !== undefined)
    execFileSync("taskset", ["-acp", String(LOAD_CORE), String(process.pid)], { stdio: "ignore" });
}

/** The command that runs another one on the server's processor. */
export function onServerCore(command: readonly [string, ...string[]]): [string, ...string[]] {
  return SERVER_CORE === undefined ? [...command] : ["taskset", "-c", String(SERVER_CORE), ...command];
}
