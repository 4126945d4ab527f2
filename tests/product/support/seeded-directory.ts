import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inArray, sql } from "drizzle-orm";
import { openDatabase, type Database } from "#db/client.ts";
import { appUser } from "#db/schema/index.ts";
import { hashPassword } from "#server/auth/password.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";
import { createTestWorkspace } from "#tests/factories.ts";
import { createScene, type Scene } from "#tests/security/support/scene.ts";
import { copyTemplate, templateCluster } from "#tests/setup/template-cluster.ts";

export const PASSWORD = "a password of these tests";
/** Stands in every text of the other workspace. */
export const FOREIGN_MARK = "zqforeignmark";

type Who = "admin" | "manager" | "rep" | "peer" | "otherRep";

export interface SeededWorkspace {
  workspaceId: string;
  emails: Record<Who, string>;
  scene: Scene;
}

export interface Seed {
  mine: SeededWorkspace;
  theirs: SeededWorkspace;
}

/** A data directory with two small workspaces, made before the product opens it. */
export async function seededDirectory(): Promise<{ dataDir: string; seed: Seed }> {
  const dataDir = join(mkdtempSync(join(tmpdir(), "ringside-product-")), "data");
  copyTemplate(await templateCluster(), dataDir);
  const handle = await openDatabase({ dataDir });
  try {
    return { dataDir, seed: await seedWorkspaces(handle.db) };
  } finally {
    await handle.close();
  }
}

export async function seedWorkspaces(db: Database): Promise<Seed> {
  return { mine: await seedWorkspace(db, "own"), theirs: await seedWorkspace(db, FOREIGN_MARK) };
}

async function seedWorkspace(db: Database, mark: string): Promise<SeededWorkspace> {
  const world = await createTestWorkspace(db);
  const scene = await createScene(world, { rep: "rep", manager: "manager", viewer: "rep" }, mark);
  await world.settle();
  const passwordHash = await hashPassword(PASSWORD);
  const ids = Object.values(world.ids);
  const people = await withSystemTransaction(db, (tx) =>
    tx
      .update(appUser)
      .set({ passwordHash, email: sql`lower(${appUser.email})` })
      .where(inArray(appUser.id, ids))
      .returning({ id: appUser.id, email: appUser.email }),
  );
  const email = (who: Who): string => people.find(({ id }) => id === world.ids[who])!.email;
  const emails = Object.fromEntries(
    (["admin", "manager", "rep", "peer", "otherRep"] as const).map((who) => [who, email(who)]),
  ) as Record<Who, string>;
  return { workspaceId: world.workspaceId, emails, scene };
}
