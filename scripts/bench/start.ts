// Measures a start of the built product: on a new directory with the demo workspace, again on the same one, and the memory of
// all its processes. See docs/measurements.md.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { freePort } from "./support/free-port.ts";
import { printTable, writeReport } from "./support/print.ts";
import { DEMO_ADMIN, procedures, signIn, startProduct } from "./support/product.ts";
import { waitForIndex } from "./support/wait-for-index.ts";

const { values } = parseArgs({ options: { out: { type: "string" } } });
const REST_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), "ringside-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const settings = { port: await freePort(), env: { DATA_DIR: join(folder, "data") }, isPinned: false };

const cold = await timed(() => startProduct(settings));
await wait(REST_MS);
const restMiB = treeMiB(cold.result.pid);
await waitForIndex(procedures(settings.port, await signIn(settings.port, DEMO_ADMIN)));
const indexedSeconds = (performance.now() - cold.startedAt) / 1_000;
const indexedMiB = treeMiB(cold.result.pid);
const stop = await timed(() => cold.result.stop());
const warm = await timed(() => startProduct(settings));
await warm.result.kill();
const afterKill = await timed(() => startProduct(settings));
await afterKill.result.kill();

const figures = [
  ["cold start, new directory with demo workspace", cold.seconds, "s", 15],
  ["warm start, same directory", warm.seconds, "s", 5],
  ["warm start after kill -9", afterKill.seconds, "s", 5],
  ["memory of all processes, 60 s after the start", restMiB, "MiB", 1200],
  ["memory of all processes, index caught up", indexedMiB, "MiB", 1200],
  ["until the assistant's index has caught up", indexedSeconds, "s", null],
  ["stop, with a dump", stop.seconds, "s", null],
] as const;
printTable(
  ["", "measured", "", "at most", ""],
  figures.map(([name, value, unit, bar]) => {
    const verdict = bar === null ? "" : value <= bar ? "met" : "missed";
    return [name, value.toFixed(1), unit, bar === null ? "" : String(bar), verdict];
  }),
);
writeReport(values.out, { figures: figures.map(([name, value, unit, bar]) => ({ name, value, unit, bar })) });
process.exit(0);

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number; startedAt: number }> {
  const startedAt = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - startedAt) / 1_000, startedAt };
}

/** Resident memory of a process and of all it started; what they share counts for each. */
function treeMiB(root: number): number {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid=,rss="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number, number]);
  const tree = new Set([root]);
  for (let size = 0; size !== tree.size;) {
    size = tree.size;
    for (const [pid, parent] of rows) if (tree.has(parent)) tree.add(pid);
  }
  return rows.reduce((sum, [pid, , kib]) => (tree.has(pid) ? sum + kib : sum), 0) / 1024;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
