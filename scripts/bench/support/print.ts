import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

/** Rows under their heads, words to the left and figures to the right. */
export function printTable(heads: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = heads.map((head, at) => Math.max(head.length, ...rows.map((row) => row[at]!.length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join("  ");
  console.log(`\n${line(heads)}\n${widths.map((width) => "-".repeat(width)).join("  ")}`);
  for (const row of rows) console.log(line(row));
  console.log();
}

/** Writes what was measured, with when and on what; nothing without a path. */
export function writeReport(path: string | undefined, report: object): void {
  if (path === undefined) return;
  const machine = { processors: cpus().length, model: cpus()[0]?.model, memoryGiB: Math.round(totalmem() / 2 ** 30) };
  const about = { at: new Date().toISOString(), node: process.version, machine };
  writeFileSync(path, `${JSON.stringify({ ...about, ...report }, null, 2)}\n`);
  console.log(`Written to ${path}`);
}
