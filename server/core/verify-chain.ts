import { and, asc, eq, gt } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { eventHead, eventLog } from "#db/schema/index.ts";
import { GENESIS_HASH, hashEvent, hashPayload } from "./hash-chain.ts";
import { withSystemTransaction } from "./transaction.ts";

const BATCH = 1000;

/** What is wrong with a workspace's chain of events, or how long it is. */
export type ChainVerdict =
  { isIntact: true; length: number; head: string } | { isIntact: false; workspaceSeq: number; problem: string };

/**
 * Walks the chain from its first event to the head: finds an edited, removed, reordered or inserted event, and a tail that was
 * cut off. A chain rewritten as a whole agrees with itself; give `knownHead`, from the daily line in the log, to catch that.
 */
export async function verifyChain(
  db: Database,
  workspaceId: string,
  knownHead?: { workspaceSeq: number; hash: string },
): Promise<ChainVerdict> {
  let workspaceSeq = 0;
  let hash = GENESIS_HASH;
  let isHeadKnown = knownHead === undefined;
  for (;;) {
    const rows = await withSystemTransaction(db, (tx) =>
      tx
        .select()
        .from(eventLog)
        .where(and(eq(eventLog.workspaceId, workspaceId), gt(eventLog.workspaceSeq, workspaceSeq)))
        .orderBy(asc(eventLog.workspaceSeq))
        .limit(BATCH),
    );
    for (const row of rows) {
      const broken = (problem: string): ChainVerdict => ({ isIntact: false, workspaceSeq: row.workspaceSeq, problem });
      if (row.workspaceSeq !== workspaceSeq + 1) return broken(`${workspaceSeq + 1} is missing`);
      if (row.prevHash !== hash) return broken("does not follow the event before it");
      if (hashPayload(row.payload) !== row.payloadHash) return broken("its contents were changed");
      if (hashEvent(hash, row) !== row.hash) return broken("its hash does not match");
      workspaceSeq = row.workspaceSeq;
      hash = row.hash;
      if (knownHead?.workspaceSeq === workspaceSeq && knownHead.hash === hash) isHeadKnown = true;
    }
    if (rows.length < BATCH) break;
  }
  const [head] = await withSystemTransaction(db, (tx) =>
    tx.select().from(eventHead).where(eq(eventHead.workspaceId, workspaceId)),
  );
  const expected = head ?? { workspaceSeq: 0, hash: GENESIS_HASH };
  if (expected.workspaceSeq !== workspaceSeq || expected.hash !== hash) {
    const problem =
      expected.workspaceSeq < workspaceSeq ? "events stand behind the end of the chain" : "the end was cut off";
    return { isIntact: false, workspaceSeq, problem };
  }
  if (!isHeadKnown) return { isIntact: false, workspaceSeq, problem: "the known head is not part of the chain" };
  return { isIntact: true, length: workspaceSeq, head: hash };
}
