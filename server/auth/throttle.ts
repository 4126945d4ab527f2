import { createHash } from "node:crypto";
import { asc, eq, inArray, sql } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { appUser, session, signInThrottle } from "#db/schema/index.ts";
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

/** An attempt that was let through; it counts as failed until it is taken back. */
export interface SignInAttempt {
  succeeded(): Promise<void>;
}

/**
 * Lets one attempt through, and counts it as failed beforehand: attempts at the same moment see each other.
 * @throws LimitError with `retryAfterSeconds` while any of the keys must wait.
 */
export async function admitSignIn(db: Database, email: string, ip: string, now: Date): Promise<SignInAttempt> {
  const before = await withSystemTransaction(db, async (tx) => {
    const isKnown = await isKnownAddress(tx, email, ip);
    const rules = rulesFor(email, ip).filter(({ key }) => !(isKnown && key.startsWith("account:")));
    const rows = await lockRows(tx, rules);
    const wait = Math.max(
      0,
      ...rules.map((rule) => {
        const row = rows.get(rule.key)!;
        const age = (now.getTime() - row.lastFailureAt.getTime()) / 1000;
        return age < MEMORY_SECONDS ? delaySeconds(rule, row.failures) - age : 0;
      }),
    );
    if (wait > 0) {
      const retryAfterSeconds = Math.ceil(wait);
      throw new LimitError(`Too many failed sign-ins. Try again in ${retryAfterSeconds} s.`, { retryAfterSeconds });
    }
    const stale = new Date(now.getTime() - MEMORY_SECONDS * 1000).toISOString();
    await tx
      .update(signInThrottle)
      .set({
        failures: sql`case when ${signInThrottle.lastFailureAt} < ${stale}::timestamptz then 1 else ${signInThrottle.failures} + 1 end`,
        lastFailureAt: now,
      })
      .where(
        inArray(
          signInThrottle.key,
          rules.map(({ key }) => key),
        ),
      );
    return rows;
  });
  return { succeeded: () => takeBack(db, rulesFor(email, ip)[0]!.key, before, now) };
}

type ThrottleRow = typeof signInThrottle.$inferSelect;

/** The rows of all keys, made where they are missing and locked in one order, so that two attempts never wait for each other. */
async function lockRows(tx: Database, rules: Rule[]): Promise<Map<string, ThrottleRow>> {
  const keys = rules.map(({ key }) => key).sort();
  const never = new Date(0);
  await tx
    .insert(signInThrottle)
    .values(keys.map((key) => ({ key, failures: 0, lastFailureAt: never })))
    .onConflictDoNothing();
  const rows = await tx
    .select()
    .from(signInThrottle)
    .where(inArray(signInThrottle.key, keys))
    .orderBy(asc(signInThrottle.key))
    .for("update");
  return new Map(rows.map((row) => [row.key, row]));
}

/** A success clears what the person's own attempts had counted, and leaves the other keys as they were. */
async function takeBack(db: Database, ownKey: string, before: Map<string, ThrottleRow>, now: Date): Promise<void> {
  await withSystemTransaction(db, async (tx) => {
    for (const key of [...before.keys()].sort()) {
      const isThis = eq(signInThrottle.key, key);
      const last = before.get(key)!.lastFailureAt.toISOString();
      const wasOurs = sql`${signInThrottle.lastFailureAt} = ${now.toISOString()}::timestamptz`;
      if (key === ownKey) await tx.delete(signInThrottle).where(isThis);
      else
        await tx
          .update(signInThrottle)
          .set({
            failures: sql`greatest(${signInThrottle.failures} - 1, 0)`,
            lastFailureAt: sql`case when ${wasOurs} then ${last}::timestamptz else ${signInThrottle.lastFailureAt} end`,
          })
          .where(isThis);
    }
  });
}

/** Where the account is signed in already: failures from elsewhere do not slow its owner down there. */
async function isKnownAddress(tx: Database, email: string, ip: string): Promise<boolean> {
  const rows = await tx.execute(sql`
    select 1 from ${session} join ${appUser} on ${appUser.workspaceId} = ${session.workspaceId} and ${appUser.id} = ${session.userId}
    where ${appUser.email} = ${email} and ${session.ip} = ${ip} limit 1`);
  return rows.length > 0;
}
