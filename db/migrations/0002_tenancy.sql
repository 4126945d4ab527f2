-- Every tenant table behind row-level security. The list of what each condition means is in docs/architecture.md ("Who sees what").
ALTER TABLE workspace ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE workspace FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY app_select ON workspace FOR SELECT TO ringside_app USING (id = (SELECT app.workspace_id()));
--> statement-breakpoint
CREATE POLICY app_update ON workspace FOR UPDATE TO ringside_app USING (id = (SELECT app.workspace_id()));
--> statement-breakpoint
CREATE POLICY system_all ON workspace FOR ALL TO ringside_system USING (true) WITH CHECK (true);
--> statement-breakpoint
GRANT SELECT, UPDATE ON workspace TO ringside_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON workspace, sign_in_throttle, event_consumer TO ringside_system;
--> statement-breakpoint
SELECT app.protect('app_user', verbs => 'INSERT, UPDATE');
--> statement-breakpoint
-- Password hashes are read by sign-in only, which runs as ringside_system.
GRANT SELECT (workspace_id, id, email, name, title, role, team_id, status, is_demo, time_zone, external_id, version, created_at, updated_at) ON app_user TO ringside_app;
--> statement-breakpoint
SELECT app.protect('team');
--> statement-breakpoint
ALTER TABLE team ADD CONSTRAINT team_manager_fk FOREIGN KEY (workspace_id, manager_id) REFERENCES app_user (workspace_id, id);
--> statement-breakpoint
SELECT app.protect('holiday');
--> statement-breakpoint
SELECT app.protect('session',
  readable => 'user_id = (SELECT app.user_id()) OR (SELECT app.sees_all())',
  writable => 'user_id = (SELECT app.user_id()) OR (SELECT app.sees_all())');
--> statement-breakpoint
SELECT app.protect('record_share',
  readable => 'user_id = (SELECT app.user_id()) OR created_by = (SELECT app.user_id()) OR (SELECT app.sees_all())');
--> statement-breakpoint
SELECT app.protect('notification', readable => 'user_id = (SELECT app.user_id())');
--> statement-breakpoint
SELECT app.protect('product');
--> statement-breakpoint
SELECT app.protect('pipeline');
--> statement-breakpoint
SELECT app.protect('stage');
--> statement-breakpoint
SELECT app.protect('sla_policy');
--> statement-breakpoint
SELECT app.protect('opportunity',
  readable => $$(SELECT app.sees_all()) OR owner_id = ANY ((SELECT app.owner_ids())::uuid[]) OR id IN (
    SELECT s.record_id FROM record_share s WHERE s.workspace_id = (SELECT app.workspace_id())
      AND s.user_id = (SELECT app.user_id()) AND s.record_type = 'opportunity')$$,
  writable => $$(SELECT app.sees_all()) OR owner_id = ANY ((SELECT app.owner_ids())::uuid[]) OR id IN (
    SELECT s.record_id FROM record_share s WHERE s.workspace_id = (SELECT app.workspace_id())
      AND s.user_id = (SELECT app.user_id()) AND s.record_type = 'opportunity' AND s.access = 'write')$$);
--> statement-breakpoint
-- Whoever may read one of its opportunities may read the account.
SELECT app.protect('account',
  readable => $$(SELECT app.sees_all()) OR owner_id = ANY ((SELECT app.owner_ids())::uuid[]) OR id IN (
    SELECT o.account_id FROM opportunity o WHERE o.workspace_id = (SELECT app.workspace_id())
      AND o.account_id IS NOT NULL AND o.owner_id = ANY ((SELECT app.owner_ids())::uuid[])) OR id IN (
    SELECT s.record_id FROM record_share s WHERE s.workspace_id = (SELECT app.workspace_id())
      AND s.user_id = (SELECT app.user_id()) AND s.record_type = 'account')$$,
  writable => $$(SELECT app.sees_all()) OR owner_id = ANY ((SELECT app.owner_ids())::uuid[]) OR id IN (
    SELECT s.record_id FROM record_share s WHERE s.workspace_id = (SELECT app.workspace_id())
      AND s.user_id = (SELECT app.user_id()) AND s.record_type = 'account' AND s.access = 'write')$$);
--> statement-breakpoint
SELECT app.protect('contact',
  readable => $$(SELECT app.sees_all()) OR owner_id = ANY ((SELECT app.owner_ids())::uuid[]) OR account_id IN (
    SELECT a.id FROM account a WHERE a.workspace_id = (SELECT app.workspace_id())) OR id IN (
    SELECT s.record_id FROM record_share s WHERE s.workspace_id = (SELECT app.workspace_id())
      AND s.user_id = (SELECT app.user_id()) AND s.record_type = 'contact')$$,
  writable => $$(SELECT app.sees_all()) OR owner_id = ANY ((SELECT app.owner_ids())::uuid[]) OR id IN (
    SELECT s.record_id FROM record_share s WHERE s.workspace_id = (SELECT app.workspace_id())
      AND s.user_id = (SELECT app.user_id()) AND s.record_type = 'contact' AND s.access = 'write')$$);
--> statement-breakpoint
SELECT app.protect('opportunity_stage_history',
  readable => $$(SELECT app.sees_all()) OR opportunity_id IN (SELECT o.id FROM opportunity o WHERE o.workspace_id = (SELECT app.workspace_id()))$$);
--> statement-breakpoint
SELECT app.protect('opportunity_contact',
  readable => $$(SELECT app.sees_all()) OR opportunity_id IN (SELECT o.id FROM opportunity o WHERE o.workspace_id = (SELECT app.workspace_id()))$$);
--> statement-breakpoint
SELECT app.protect('activity_link',
  readable => $$(SELECT app.sees_all())
    OR opportunity_id IN (SELECT o.id FROM opportunity o WHERE o.workspace_id = (SELECT app.workspace_id()))
    OR account_id IN (SELECT a.id FROM account a WHERE a.workspace_id = (SELECT app.workspace_id()))
    OR contact_id IN (SELECT c.id FROM contact c WHERE c.workspace_id = (SELECT app.workspace_id()))$$);
--> statement-breakpoint
SELECT app.protect('activity',
  readable => $$(SELECT app.sees_all()) OR owner_id = ANY ((SELECT app.owner_ids())::uuid[]) OR EXISTS (
    SELECT 1 FROM activity_link l WHERE l.workspace_id = (SELECT app.workspace_id()) AND l.activity_id = activity.id)$$,
  writable => $$(SELECT app.sees_all()) OR owner_id = ANY ((SELECT app.owner_ids())::uuid[])$$);
--> statement-breakpoint
SELECT app.protect('task',
  readable => $$(SELECT app.sees_all()) OR owner_id = ANY ((SELECT app.owner_ids())::uuid[])
    OR opportunity_id IN (SELECT o.id FROM opportunity o WHERE o.workspace_id = (SELECT app.workspace_id()))
    OR account_id IN (SELECT a.id FROM account a WHERE a.workspace_id = (SELECT app.workspace_id()))$$);
--> statement-breakpoint
-- Coaching is between the rep, the author, the managers above the rep and whoever it escalated to.
SELECT app.protect('coaching_item',
  readable => $$(SELECT app.sees_all()) OR rep_id = ANY ((SELECT app.owner_ids())::uuid[])
    OR author_id = (SELECT app.user_id()) OR (SELECT app.user_id()) = ANY (escalated_to)$$,
  writable => $$(SELECT app.sees_all()) OR rep_id = ANY ((SELECT app.owner_ids())::uuid[])
    OR author_id = (SELECT app.user_id()) OR (SELECT app.user_id()) = ANY (escalated_to)$$);
--> statement-breakpoint
SELECT app.protect('coaching_entry',
  readable => $$(SELECT app.sees_all()) OR item_id IN (SELECT i.id FROM coaching_item i WHERE i.workspace_id = (SELECT app.workspace_id()))$$,
  verbs => 'SELECT, INSERT');
--> statement-breakpoint
SELECT app.protect('review',
  readable => $$(SELECT app.sees_all()) OR reviewer_id = (SELECT app.user_id()) OR opportunity_id IN (
    SELECT o.id FROM opportunity o WHERE o.workspace_id = (SELECT app.workspace_id()) AND o.owner_id = ANY ((SELECT app.owner_ids())::uuid[]))$$,
  verbs => 'SELECT, INSERT');
--> statement-breakpoint
SELECT app.protect('import_run',
  readable => $$(SELECT app.sees_all()) OR created_by = (SELECT app.user_id())$$);
--> statement-breakpoint
SELECT app.protect('import_file_part',
  readable => $$run_id IN (SELECT r.id FROM import_run r WHERE r.workspace_id = (SELECT app.workspace_id()))$$);
--> statement-breakpoint
SELECT app.protect('import_row',
  readable => $$run_id IN (SELECT r.id FROM import_run r WHERE r.workspace_id = (SELECT app.workspace_id()))$$);
--> statement-breakpoint
SELECT app.protect('event_inbox', readable => 'false', verbs => 'INSERT');
--> statement-breakpoint
GRANT USAGE ON SEQUENCE event_inbox_id_seq TO ringside_app, ringside_system;
--> statement-breakpoint
-- An event is as visible as what it speaks of; the log itself is written by the sequencer alone.
SELECT app.protect('event_log',
  readable => $$(SELECT app.sees_all()) OR CASE subject_type
    WHEN 'opportunity' THEN EXISTS (SELECT 1 FROM opportunity s WHERE s.workspace_id = (SELECT app.workspace_id()) AND s.id = subject_id)
    WHEN 'account' THEN EXISTS (SELECT 1 FROM account s WHERE s.workspace_id = (SELECT app.workspace_id()) AND s.id = subject_id)
    WHEN 'contact' THEN EXISTS (SELECT 1 FROM contact s WHERE s.workspace_id = (SELECT app.workspace_id()) AND s.id = subject_id)
    WHEN 'activity' THEN EXISTS (SELECT 1 FROM activity s WHERE s.workspace_id = (SELECT app.workspace_id()) AND s.id = subject_id)
    WHEN 'task' THEN EXISTS (SELECT 1 FROM task s WHERE s.workspace_id = (SELECT app.workspace_id()) AND s.id = subject_id)
    WHEN 'coaching_item' THEN EXISTS (SELECT 1 FROM coaching_item s WHERE s.workspace_id = (SELECT app.workspace_id()) AND s.id = subject_id)
    WHEN 'review' THEN EXISTS (SELECT 1 FROM review s WHERE s.workspace_id = (SELECT app.workspace_id()) AND s.id = subject_id)
    WHEN 'user' THEN subject_id = (SELECT app.user_id())
    ELSE false END$$,
  writable => 'false', verbs => 'SELECT');
--> statement-breakpoint
SELECT app.protect('event_head', readable => '(SELECT app.sees_all())', writable => 'false', verbs => 'SELECT');
--> statement-breakpoint
SELECT app.protect('event_dead_letter', readable => '(SELECT app.sees_all())', writable => '(SELECT app.sees_all())', verbs => 'SELECT, DELETE');
--> statement-breakpoint
-- A room is open to whoever may read its record; its parts to whoever may read the room. Only the room server writes the log.
SELECT app.protect('room',
  readable => $$(SELECT app.sees_all()) OR CASE subject_type
    WHEN 'opportunity' THEN EXISTS (SELECT 1 FROM opportunity s WHERE s.workspace_id = (SELECT app.workspace_id()) AND s.id = subject_id)
    WHEN 'account' THEN EXISTS (SELECT 1 FROM account s WHERE s.workspace_id = (SELECT app.workspace_id()) AND s.id = subject_id)
    ELSE false END$$,
  verbs => 'SELECT, INSERT, UPDATE');
--> statement-breakpoint
SELECT app.protect('room_client',
  readable => $$(SELECT app.sees_all()) OR room_id IN (SELECT r.id FROM room r WHERE r.workspace_id = (SELECT app.workspace_id()))$$,
  verbs => 'SELECT, INSERT');
--> statement-breakpoint
SELECT app.protect('room_update',
  readable => $$(SELECT app.sees_all()) OR room_id IN (SELECT r.id FROM room r WHERE r.workspace_id = (SELECT app.workspace_id()))$$,
  verbs => 'SELECT, INSERT');
--> statement-breakpoint
SELECT app.protect('room_snapshot',
  readable => $$(SELECT app.sees_all()) OR room_id IN (SELECT r.id FROM room r WHERE r.workspace_id = (SELECT app.workspace_id()))$$,
  writable => 'false', verbs => 'SELECT');
--> statement-breakpoint
SELECT app.protect('room_block',
  readable => $$(SELECT app.sees_all()) OR room_id IN (SELECT r.id FROM room r WHERE r.workspace_id = (SELECT app.workspace_id()))$$,
  writable => 'false', verbs => 'SELECT');
--> statement-breakpoint
-- The assistant's index is written by jobs; a search reads it with the asking person's scopes and passes its records through their own policies.
GRANT SELECT ON ai_model TO ringside_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON ai_model TO ringside_system;
--> statement-breakpoint
SELECT app.protect('ai_scope', writable => '(SELECT app.sees_all())');
--> statement-breakpoint
-- The scopes that a search has found to be open to its user; nothing is readable before it has said so.
CREATE FUNCTION app.scope_ids() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(nullif(current_setting('app.scope_ids', true), '')::uuid[], '{}'::uuid[]);
--> statement-breakpoint
SELECT app.protect('ai_document', readable => '(SELECT app.sees_all()) OR scope_id = ANY ((SELECT app.scope_ids())::uuid[])', writable => '(SELECT app.sees_all())');
--> statement-breakpoint
SELECT app.protect('ai_chunk', readable => '(SELECT app.sees_all()) OR scope_id = ANY ((SELECT app.scope_ids())::uuid[])', writable => '(SELECT app.sees_all())');
--> statement-breakpoint
SELECT app.protect('ai_posting', writable => '(SELECT app.sees_all())');
--> statement-breakpoint
SELECT app.protect('ai_term', writable => '(SELECT app.sees_all())');
--> statement-breakpoint
SELECT app.protect('ai_stat', writable => '(SELECT app.sees_all())');
--> statement-breakpoint
SELECT app.protect('ai_vector', writable => '(SELECT app.sees_all())');
--> statement-breakpoint
SELECT app.protect('ai_embed_cache', readable => '(SELECT app.sees_all())', writable => '(SELECT app.sees_all())');
--> statement-breakpoint
SELECT app.protect('ai_pending', writable => '(SELECT app.sees_all())');
--> statement-breakpoint
SELECT app.protect('ai_refresh', readable => '(SELECT app.sees_all())', writable => '(SELECT app.sees_all())');
--> statement-breakpoint
-- What was written for one person is for that person; a job may only renew it and take away what was erased.
CREATE FUNCTION app.is_job() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN app.user_id() IS NULL AND app.sees_all();
--> statement-breakpoint
SELECT app.protect('ai_summary', readable => 'user_id = (SELECT app.user_id()) OR (SELECT app.is_job())', writable => 'user_id = (SELECT app.user_id()) OR (SELECT app.is_job())');
--> statement-breakpoint
SELECT app.protect('ai_visit', readable => 'user_id = (SELECT app.user_id()) OR (SELECT app.is_job())', writable => 'user_id = (SELECT app.user_id()) OR (SELECT app.is_job())');
--> statement-breakpoint
-- A suggestion is as visible as what it speaks of.
SELECT app.protect('ai_suggestion',
  readable => $$(SELECT app.sees_all()) OR CASE target_type
    WHEN 'opportunity' THEN EXISTS (SELECT 1 FROM opportunity s WHERE s.workspace_id = (SELECT app.workspace_id()) AND s.id = target_id)
    WHEN 'account' THEN EXISTS (SELECT 1 FROM account s WHERE s.workspace_id = (SELECT app.workspace_id()) AND s.id = target_id)
    ELSE false END$$);
--> statement-breakpoint
SELECT app.protect('ai_answer', readable => 'user_id = (SELECT app.user_id()) OR (SELECT app.is_job())', writable => 'user_id = (SELECT app.user_id()) OR (SELECT app.is_job())');
--> statement-breakpoint
SELECT app.protect('ai_stream',
  readable => 'answer_id IN (SELECT a.id FROM ai_answer a WHERE a.workspace_id = (SELECT app.workspace_id()))',
  writable => 'answer_id IN (SELECT a.id FROM ai_answer a WHERE a.workspace_id = (SELECT app.workspace_id()))');
--> statement-breakpoint
SELECT app.protect('ai_run', readable => 'user_id = (SELECT app.user_id()) OR (SELECT app.sees_all())', verbs => 'SELECT, INSERT');
--> statement-breakpoint
SELECT app.protect('room_ticket', readable => 'false', writable => 'user_id = (SELECT app.user_id())', verbs => 'INSERT');
--> statement-breakpoint
SELECT app.protect('room_comment',
  readable => $$(SELECT app.sees_all()) OR room_id IN (SELECT r.id FROM room r WHERE r.workspace_id = (SELECT app.workspace_id()))$$,
  writable => $$(SELECT app.sees_all()) OR room_id IN (SELECT r.id FROM room r WHERE r.workspace_id = (SELECT app.workspace_id()))$$);
