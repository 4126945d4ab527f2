import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { openDatabase } from "#db/client.ts";
import { embeddedDirectory, temporaryFolder } from "#tests/setup/embedded-directory.ts";

export interface CrashSite {
  dataDir: string;
  ledger: string;
}

/** A data directory with the table the crash tests write to, and the ledger of what was acknowledged. */
export async function crashSite(): Promise<CrashSite> {
  const dataDir = await embeddedDirectory();
  const handle = await openDatabase({ dataDir });
  await handle.sql`create table pair (number int, half int, primary key (number, half))`;
  await handle.close();
  const ledger = join(temporaryFolder(), "ledger");
  writeFileSync(ledger, "");
  return { dataDir, ledger };
}

export const acknowledged = (ledger: string): number[] =>
  readFileSync(ledger, "utf8").split("\n").filter(Boolean).map(Number);

/** Everything in the ledger is in the database, and nothing is there by half. @returns how many were acknowledged */
export async function expectNothingLost({ dataDir, ledger }: CrashSite): Promise<number> {
  const handle = await openDatabase({ dataDir });
  try {
    const rows = await handle.sql<{ number: number; halves: number }[]>`
      select number, count(*) as halves from pair group by number`;
    const stored = new Set(rows.map(({ number }) => number));
    const numbers = acknowledged(ledger);
    expect(numbers.filter((number) => !stored.has(number))).toEqual([]);
    expect(rows.filter(({ halves }) => halves !== 2)).toEqual([]);
    return numbers.length;
  } finally {
    await handle.close();
  }
}
