import type postgres from "postgres";

/**
 * Takes away, for the rest of a transaction, what would hinder loading rows in any order: foreign keys, triggers, and
 * row-level security where it binds the owner too. @returns what brings all of it back; the keys check every row then
 */
export async function liftProtection(tx: postgres.TransactionSql): Promise<() => Promise<void>> {
  const keys = await tx<{ table: string; name: string; definition: string }[]>`
    select conrelid::regclass::text as table, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`;
  const forced = await tx<{ table: string }[]>`
    select oid::regclass::text as table from pg_class
    where relforcerowsecurity and relnamespace = 'public'::regnamespace`;
  const triggered = await tx<{ table: string }[]>`
    select distinct tgrelid::regclass::text as table from pg_trigger join pg_class c on c.oid = tgrelid
    where not tgisinternal and relnamespace = 'public'::regnamespace`;
  const alter = (table: string, change: string): Promise<unknown> => tx.unsafe(`alter table ${table} ${change}`);

  for (const { table, name } of keys) await alter(table, `drop constraint ${name}`);
  for (const { table } of forced) await alter(table, "no force row level security");
  for (const { table } of triggered) await alter(table, "disable trigger user");
  return async () => {
    for (const { table, name, definition } of keys) await alter(table, `add constraint ${name} ${definition}`);
    for (const { table } of forced) await alter(table, "force row level security");
    for (const { table } of triggered) await alter(table, "enable trigger user");
  };
}
