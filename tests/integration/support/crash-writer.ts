// A process that writes until it is killed: opens a data directory, commits numbered pairs one after the other, and
// notes each number in a ledger outside the database once its commit is acknowledged.
import { appendFileSync, readFileSync } from "node:fs";
import { openDatabase } from "#db/client.ts";

const [dataDir = "", ledger = ""] = process.argv.slice(2);
const handle = await openDatabase({ dataDir });
process.stdout.write("open\n");
let number = lastNumber();
for (;;) {
  number += 1;
  await handle.sql.begin(async (tx) => {
    await tx`insert into pair (number, half) values (${number}, 1)`;
    await tx`insert into pair (number, half) values (${number}, 2)`;
  });
  appendFileSync(ledger, `${number}\n`);
}

/** Leaves a gap, for the last round may have committed numbers that nobody could note any more. */
function lastNumber(): number {
  const numbers = readFileSync(ledger, "utf8").split("\n").map(Number);
  return Math.max(0, ...numbers) + 1_000;
}
