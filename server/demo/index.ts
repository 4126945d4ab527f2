import { sql } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { hashPassword } from "#server/auth/password.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";
import type { Settings } from "#server/env.ts";
import { createWorkspace } from "#server/workspaces/index.ts";
import { generateDemo } from "./generate-demo.ts";
import { importFolder, type DemoFolder } from "./import-folder.ts";

export type { DemoFolder };

const DEMO_PASSWORD = "ringside-demo";

/**
 * Seeds the demo workspace into a new database and names its logins; refuses to run demo accounts in production unless told to.
 * @throws Error in production with demo accounts.
 */
export async function ensureDemo(db: Database, settings: Settings, folder?: DemoFolder): Promise<DemoLogin[]> {
  const { users, demoUsers } = await withSystemTransaction(db, async (tx) => {
    const [row] = await tx.execute<{ users: number; demo: number }>(
      sql`select count(*)::int as users, count(*) filter (where is_demo)::int as demo from app_user`,
    );
    return { users: row?.users ?? 0, demoUsers: row?.demo ?? 0 };
  });
  if (demoUsers > 0 && settings.isProduction && settings.demo !== "allow") {
    throw new Error(
      "This database holds demo accounts with a public password. Remove them, or set RINGSIDE_DEMO=allow.",
    );
  }
  if (folder && users > 0) throw new Error("This database holds data already. Choose another DATA_DIR for the files.");
  if (folder) await seedFromFolder(db, folder);
  else if (users === 0 && settings.demo !== "off" && !settings.isProduction)
    await generateDemo(db, await hashPassword(DEMO_PASSWORD), new Date());
  else if (demoUsers === 0) return [];
  return listLogins(db);
}

interface DemoLogin {
  label: string;
  email: string;
  password: string;
}

/** The administrator, the manager with the most deals below him, and the rep of his with the most. */
async function listLogins(db: Database): Promise<DemoLogin[]> {
  const rows = await withSystemTransaction(db, (tx) =>
    tx.execute<{ label: string; email: string }>(sql`
      with reps as (
        select u.workspace_id, u.id, u.email, t.manager_id, count(o.id) as deals from app_user u
          join team t on t.workspace_id = u.workspace_id and t.id = u.team_id
          left join opportunity o on o.workspace_id = u.workspace_id and o.owner_id = u.id and o.stage_kind = 'open'
        where u.is_demo and u.role = 'rep' and u.status = 'active' and t.manager_id is not null
        group by u.workspace_id, u.id, u.email, t.manager_id
      ), managers as (select manager_id, sum(deals) as deals from reps group by manager_id order by deals desc, manager_id limit 1)
      (select 'Admin' as label, email from app_user where is_demo and role = 'admin' limit 1)
      union all (select 'Manager', u.email from app_user u join managers m on m.manager_id = u.id)
      union all (select 'Rep', r.email from reps r join managers m on m.manager_id = r.manager_id order by r.deals desc, r.email limit 1)`),
  );
  return rows.map(({ label, email }) => ({ label, email, password: DEMO_PASSWORD }));
}

async function seedFromFolder(db: Database, folder: DemoFolder): Promise<void> {
  const passwordHash = await hashPassword(DEMO_PASSWORD);
  const admin = { name: "Avery Admin", email: "admin@demo.ringside.test", passwordHash };
  const { ctx, adminId } = await createWorkspace(db, { name: "Imported demo", isDemo: true, admin });
  await importFolder(db, ctx.workspaceId, adminId, folder, passwordHash);
}
