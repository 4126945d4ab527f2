CREATE EXTENSION IF NOT EXISTS vector;
--> statement-breakpoint
CREATE EXTENSION IF NOT EXISTS pg_trgm;
--> statement-breakpoint
CREATE EXTENSION IF NOT EXISTS unaccent;
--> statement-breakpoint
-- Roles belong to the whole cluster: another database of it may have made them already.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ringside_app') THEN CREATE ROLE ringside_app NOLOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ringside_system') THEN CREATE ROLE ringside_system NOLOGIN; END IF;
END $$;
--> statement-breakpoint
CREATE SCHEMA app;
--> statement-breakpoint
GRANT USAGE ON SCHEMA app, public TO ringside_app, ringside_system;
--> statement-breakpoint
CREATE FUNCTION app.workspace_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.workspace_id', true), '')::uuid;
--> statement-breakpoint
CREATE FUNCTION app.user_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.user_id', true), '')::uuid;
--> statement-breakpoint
CREATE FUNCTION app.sees_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(current_setting('app.sees_all', true), '') = 'on';
--> statement-breakpoint
-- The transaction's user and everybody below in the hierarchy of teams.
CREATE FUNCTION app.owner_ids() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(nullif(current_setting('app.owner_ids', true), '')::uuid[], '{}'::uuid[]);
--> statement-breakpoint
-- Puts a tenant table behind forced row-level security. `readable` and `writable` are conditions on the row beside the
-- workspace's own; a row may be written only where it may be read. ringside_system passes every workspace.
CREATE FUNCTION app.protect(target regclass, readable text DEFAULT 'true', writable text DEFAULT 'true', verbs text DEFAULT 'SELECT, INSERT, UPDATE, DELETE')
RETURNS void LANGUAGE plpgsql AS $$
DECLARE mine constant text := 'workspace_id = (SELECT app.workspace_id())';
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('CREATE POLICY app_select ON %s FOR SELECT TO ringside_app USING (%s AND (%s))', target, mine, readable);
  EXECUTE format('CREATE POLICY app_insert ON %s FOR INSERT TO ringside_app WITH CHECK (%s AND (%s))', target, mine, writable);
  EXECUTE format('CREATE POLICY app_update ON %s FOR UPDATE TO ringside_app USING (%s AND (%s)) WITH CHECK (%s AND (%s))', target, mine, writable, mine, writable);
  EXECUTE format('CREATE POLICY app_delete ON %s FOR DELETE TO ringside_app USING (%s AND (%s))', target, mine, writable);
  EXECUTE format('CREATE POLICY system_all ON %s FOR ALL TO ringside_system USING (true) WITH CHECK (true)', target);
  EXECUTE format('GRANT %s ON %s TO ringside_app', verbs, target);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO ringside_system', target);
END $$;
