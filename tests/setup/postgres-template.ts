import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { migratePostgres } from "#db/migrate.ts";

export interface PostgresTemplate {
  adminUrl: string;
  templateName: string;
  /** A login that is neither owner nor superuser nor passes row-level security, as in production. */
  loginName: string;
  loginPassword: string;
  drop(): Promise<void>;
}

/** Migrates a database once on the server of `adminUrl`; each test file copies it. */
export async function makePostgresTemplate(adminUrl: string): Promise<PostgresTemplate> {
  const mark = randomBytes(4).toString("hex");
  const templateName = `ringside_template_${mark}`;
  const loginName = `ringside_login_${mark}`;
  const loginPassword = randomBytes(16).toString("hex");

  await asAdmin(adminUrl, (sql) => sql`create database ${sql(templateName)}`);
  await migratePostgres(urlOf(adminUrl, { database: templateName }));
  await asAdmin(adminUrl, async (sql) => {
    // A password is not a parameter in this statement; this one is hexadecimal.
    await sql.unsafe(
      `create role ${loginName} login password '${loginPassword}' in role ringside_app, ringside_system`,
    );
  });
  const drop = (): Promise<void> =>
    asAdmin(adminUrl, async (sql) => {
      await sql`drop database ${sql(templateName)}`;
      await sql`drop role ${sql(loginName)}`;
    });
  return { adminUrl, templateName, loginName, loginPassword, drop };
}

/** Copies the template. @returns the application's URL, the owner's, and how to remove the copy */
export async function copyPostgresTemplate(
  template: Omit<PostgresTemplate, "drop">,
): Promise<{ url: string; adminUrl: string; drop(): Promise<void> }> {
  const { adminUrl, templateName, loginName, loginPassword } = template;
  const database = `ringside_test_${randomBytes(6).toString("hex")}`;
  await asAdmin(adminUrl, (sql) => sql`create database ${sql(database)} template ${sql(templateName)}`);
  return {
    url: urlOf(adminUrl, { database, username: loginName, password: loginPassword }),
    adminUrl: urlOf(adminUrl, { database }),
    drop: () => asAdmin(adminUrl, async (sql) => void (await sql`drop database ${sql(database)} with (force)`)),
  };
}

async function asAdmin<T>(adminUrl: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

function urlOf(url: string, parts: { database: string; username?: string; password?: string }): string {
  const changed = new URL(url);
  changed.pathname = `/${parts.database}`;
  if (parts.username) changed.username = parts.username;
  if (parts.password) changed.password = parts.password;
  return changed.href;
}
