import { createHash, randomBytes } from "node:crypto";
import { and, eq, gt, lt, sql } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "#db/client.ts";
import { appUser, setupLink } from "#db/schema/index.ts";
import { hashPassword } from "#server/auth/password.ts";
import { requireStrongPassword } from "#server/auth/password-strength.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";
import { createWorkspace } from "#server/workspaces/index.ts";

const VALID_HOURS = 24;
/** Any constant: one set-up at a time over all processes. */
const SETUP_LOCK = 7_216_027;

export const SetupInput = z.object({
  token: z.string().min(1).max(200),
  workspaceName: z.string().trim().min(1, "The workspace needs a name").max(120),
  timeZone: z.string().refine(isTimeZone, "This time zone is not known"),
  currency: z
    .string()
    .trim()
    .toUpperCase()
    .regex(/^[A-Z]{3}$/, "A currency has three letters, such as USD"),
  name: z.string().trim().min(1, "Say your name").max(120),
  email: z.string().trim().toLowerCase().max(254).pipe(z.email("This is no e-mail address")),
  password: z.string().max(1024),
});

/** A link's token for a server that nobody can sign in to yet; undefined once there is somebody. Only its hash is kept. */
export async function offerSetup(db: Database, now: Date): Promise<string | undefined> {
  const token = randomBytes(32).toString("base64url");
  const expiresAt = new Date(now.getTime() + VALID_HOURS * 3_600_000);
  return withSystemTransaction(db, async (tx) => {
    if (await hasUsers(tx)) return undefined;
    await tx.delete(setupLink).where(lt(setupLink.expiresAt, now));
    await tx.insert(setupLink).values({ tokenHash: hashOf(token), expiresAt });
    return token;
  });
}

export function isSetupLinkOpen(db: Database, token: string, now: Date): Promise<boolean> {
  return withSystemTransaction(db, async (tx) => !(await hasUsers(tx)) && (await findLink(tx, token, now)));
}

/**
 * Makes the first workspace and its administrator, once: whoever comes second, with whichever link, comes too late.
 * @throws NotFoundError when the link is not good (any more); InvalidInputError for a poor password.
 */
export async function completeSetup(db: Database, input: z.infer<typeof SetupInput>, now: Date): Promise<void> {
  const { token, workspaceName, timeZone, currency, name, email, password } = input;
  // Before the costly hash, so that strangers cannot order one.
  if (!(await isSetupLinkOpen(db, token, now))) throw new NotFoundError("Link", "");
  requireStrongPassword(password, [workspaceName, name, email]);
  const passwordHash = await hashPassword(password);
  await withSystemTransaction(db, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${SETUP_LOCK})`);
    if ((await hasUsers(tx)) || !(await findLink(tx, token, now))) throw new NotFoundError("Link", "");
    await tx.delete(setupLink);
    await createWorkspace(tx, { name: workspaceName, currency, timeZone, admin: { name, email, passwordHash } });
  });
}

async function hasUsers(tx: Database): Promise<boolean> {
  return (await tx.select({ id: appUser.id }).from(appUser).limit(1)).length > 0;
}

async function findLink(tx: Database, token: string, now: Date): Promise<boolean> {
  const isThis = and(eq(setupLink.tokenHash, hashOf(token)), gt(setupLink.expiresAt, now));
  return (await tx.select().from(setupLink).where(isThis)).length > 0;
}

const hashOf = (token: string): string => createHash("sha256").update(token).digest("base64url");

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
