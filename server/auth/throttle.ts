import { createHash } from "node:crypto";
import { inArray, sql } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { signInThrottle } from "#db/schema/index.ts";
import { LimitError } from "#server/core/errors.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";

interface Rule {
  key: string;
  /** Failures before the first delay. */
  free: number;
  maxDelaySeconds: number;
}

/** A colleague's failures must never lock an account out: the account alone waits 15 s at most, its pair with an address longer. */
function rulesFor(email: string, ip: string): Rule[] {
  const account = createHash("sha256").update(email).digest("base64url").slice(0, 22);
  const network = ip.includes(":") ? ip.split(":").slice(0, 4).join(":") : ip;
  return [
    { key: `pair:${account}:${network}`, free: 5, maxDelaySeconds: 900 },
    { key: `account:${account}`, free: 20, maxDelaySeconds: 15 },
    { key: `network:${network}`, free: 50, maxDelaySeconds: 900 },
    { key: "everyone", free: 1000, maxDelaySeconds: 5 },
  ];
}

/** Failures older than this count no more. */
const MEMORY_SECONDS = 3600;

const delaySeconds = (rule: Rule, failures: number): number =>
  failures < rule.free ? 0 : Math.min(rule.maxDelaySeconds, 2 ** (failures - rule.free));

/** @throws LimitError with `retryAfterSeconds` while any of the keys must wait. */
export async function requireSignInAllowed(db: Database, email: string, ip: string, now: Date): Promise<void> {
  const rules = rulesFor(email, ip);
  const rows = await withSystemTransaction(db, (tx) =>
    tx
      .select()
      .from(signInThrottle)
      .where(
        inArray(
          signInThrottle.key,
          rules.map((rule) => rule.key),
        ),
      ),
  );
  let wait = 0;
  for (const row of rows) {
    const rule = rules.find(({ key }) => key === row.key)!;
    const age = (now.getTime() - row.lastFailureAt.getTime()) / 1000;
    if (age < MEMORY_SECONDS) wait = Math.max(wait, delaySeconds(rule, row.failures) - age);
  }
  if (wait > 0) {
    const retryAfterSeconds = Math.ceil(wait);
    throw new LimitError(`Too many failed sign-ins. Try again in ${retryAfterSeconds} s.`, { retryAfterSeconds });
  }
}

export async function recordFailedSignIn(db: Database, email: string, ip: string, now: Date): Promise<void> {
  await withSystemTransaction(db, (tx) =>
    tx
      .insert(signInThrottle)
      .values(rulesFor(email, ip).map(({ key }) => ({ key, failures: 1, lastFailureAt: now })))
      .onConflictDoUpdate({
        target: signInThrottle.key,
        set: {
          failures: sql`case when ${signInThrottle.lastFailureAt} < ${new Date(now.getTime() - MEMORY_SECONDS * 1000).toISOString()}::timestamptz then 1 else ${signInThrottle.failures} + 1 end`,
          lastFailureAt: now,
        },
      }),
  );
}

/** A success clears what the person's own attempts had counted. */
export async function clearFailedSignIns(db: Database, email: string, ip: string): Promise<void> {
  const own = rulesFor(email, ip)[0]!.key;
  await withSystemTransaction(db, (tx) => tx.delete(signInThrottle).where(inArray(signInThrottle.key, [own])));
}
