CREATE TABLE "campaign" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"source" text DEFAULT 'event' NOT NULL,
	"starts_on" date,
	"sla_policy_id" uuid,
	"is_active" boolean DEFAULT true NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "campaign_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "campaign_workspace_id_name_unique" UNIQUE("workspace_id","name")
);
--> statement-breakpoint
CREATE TABLE "lead" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"first_name" text DEFAULT '' NOT NULL,
	"last_name" text NOT NULL,
	"company" text DEFAULT '' NOT NULL,
	"title" text,
	"email" text,
	"phone" text,
	"website" text,
	"country" text,
	"industry" text,
	"employees" integer,
	"description" text,
	"custom" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"source" text NOT NULL,
	"campaign_id" uuid,
	"web_form_id" uuid,
	"status" text DEFAULT 'new' NOT NULL,
	"owner_id" uuid,
	"assigned_at" timestamp with time zone,
	"routing" jsonb,
	"score" integer DEFAULT 0 NOT NULL,
	"score_breakdown" jsonb,
	"scored_at" timestamp with time zone,
	"sla_policy_id" uuid,
	"sla_started_at" timestamp with time zone,
	"sla_at_risk_at" timestamp with time zone,
	"sla_due_at" timestamp with time zone,
	"first_touch_at" timestamp with time zone,
	"sla_breached_at" timestamp with time zone,
	"follow_up_on" date,
	"hot_at" timestamp with time zone,
	"hot_reason" text,
	"flagged_at" timestamp with time zone,
	"flag_reason" text,
	"flagged_by" uuid,
	"fit" text,
	"authority" text,
	"need" text,
	"timing" text,
	"qualification_notes" text,
	"disqualify_reason" text,
	"next_step" text,
	"next_step_due" date,
	"last_activity_at" timestamp with time zone,
	"converted_at" timestamp with time zone,
	"converted_account_id" uuid,
	"converted_contact_id" uuid,
	"converted_opportunity_id" uuid,
	"is_tainted" boolean DEFAULT false NOT NULL,
	"external_id" text,
	"import_run_id" uuid,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone,
	CONSTRAINT "lead_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "lead_score_range" CHECK ("lead"."score" between 0 and 100),
	CONSTRAINT "lead_converted" CHECK (("lead"."status" = 'converted') = ("lead"."converted_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "lead_assignment" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"lead_id" uuid NOT NULL,
	"from_owner_id" uuid,
	"owner_id" uuid,
	"kind" text NOT NULL,
	"reason" text NOT NULL,
	"rule_version" integer,
	"rule_key" text,
	"inputs" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"actor_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "lead_assignment_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "lead_conversion" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"lead_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"opportunity_id" uuid NOT NULL,
	"is_new_account" boolean NOT NULL,
	"is_new_contact" boolean NOT NULL,
	"link_ids" uuid[] NOT NULL,
	"task_ids" uuid[] NOT NULL,
	"previous_status" text NOT NULL,
	"sourced_by_id" uuid,
	"handover_note" text,
	"converted_by" text NOT NULL,
	"opportunity_version" integer NOT NULL,
	"undo_until" timestamp with time zone NOT NULL,
	"undone_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "lead_conversion_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "lead_rule_set" (
	"workspace_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"version" integer NOT NULL,
	"rules" jsonb NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "lead_rule_set_workspace_id_kind_version_pk" PRIMARY KEY("workspace_id","kind","version")
);
--> statement-breakpoint
CREATE TABLE "lead_score" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"lead_id" uuid NOT NULL,
	"score" integer NOT NULL,
	"previous_score" integer,
	"rule_version" integer NOT NULL,
	"reason" text NOT NULL,
	"breakdown" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "lead_score_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "lead_signal" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"lead_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"detail" text,
	"occurred_at" timestamp with time zone NOT NULL,
	"external_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "lead_signal_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "lead_sla_policy" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"response_minutes" integer NOT NULL,
	"at_risk_percent" integer DEFAULT 75 NOT NULL,
	"purpose" text DEFAULT 'other' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "lead_sla_policy_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "lead_sla_policy_workspace_id_name_unique" UNIQUE("workspace_id","name")
);
--> statement-breakpoint
CREATE TABLE "lead_verdict" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"lead_id" uuid NOT NULL,
	"verdict" text NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"score_then" integer NOT NULL,
	"author_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "lead_verdict_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "lead_verdict_workspace_id_lead_id_unique" UNIQUE("workspace_id","lead_id")
);
--> statement-breakpoint
CREATE TABLE "web_form" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"public_key" text NOT NULL,
	"name" text NOT NULL,
	"campaign_id" uuid,
	"thanks_url" text,
	"hourly_limit" integer DEFAULT 200 NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "web_form_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "web_form_count" (
	"workspace_id" uuid NOT NULL,
	"form_id" uuid NOT NULL,
	"network" text NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"count" integer NOT NULL,
	CONSTRAINT "web_form_count_workspace_id_form_id_network_hour_pk" PRIMARY KEY("workspace_id","form_id","network","hour")
);
--> statement-breakpoint
ALTER TABLE "activity_link" DROP CONSTRAINT "activity_link_one_record";--> statement-breakpoint
ALTER TABLE "activity_link" ADD COLUMN "lead_id" uuid;--> statement-breakpoint
ALTER TABLE "task" ADD COLUMN "lead_id" uuid;--> statement-breakpoint
ALTER TABLE "campaign" ADD CONSTRAINT "campaign_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign" ADD CONSTRAINT "campaign_workspace_id_sla_policy_id_lead_sla_policy_workspace_id_id_fk" FOREIGN KEY ("workspace_id","sla_policy_id") REFERENCES "public"."lead_sla_policy"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead" ADD CONSTRAINT "lead_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead" ADD CONSTRAINT "lead_workspace_id_owner_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","owner_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead" ADD CONSTRAINT "lead_workspace_id_flagged_by_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","flagged_by") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead" ADD CONSTRAINT "lead_workspace_id_campaign_id_campaign_workspace_id_id_fk" FOREIGN KEY ("workspace_id","campaign_id") REFERENCES "public"."campaign"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead" ADD CONSTRAINT "lead_workspace_id_web_form_id_web_form_workspace_id_id_fk" FOREIGN KEY ("workspace_id","web_form_id") REFERENCES "public"."web_form"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead" ADD CONSTRAINT "lead_workspace_id_sla_policy_id_lead_sla_policy_workspace_id_id_fk" FOREIGN KEY ("workspace_id","sla_policy_id") REFERENCES "public"."lead_sla_policy"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead" ADD CONSTRAINT "lead_workspace_id_converted_account_id_account_workspace_id_id_fk" FOREIGN KEY ("workspace_id","converted_account_id") REFERENCES "public"."account"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead" ADD CONSTRAINT "lead_workspace_id_converted_contact_id_contact_workspace_id_id_fk" FOREIGN KEY ("workspace_id","converted_contact_id") REFERENCES "public"."contact"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead" ADD CONSTRAINT "lead_workspace_id_converted_opportunity_id_opportunity_workspace_id_id_fk" FOREIGN KEY ("workspace_id","converted_opportunity_id") REFERENCES "public"."opportunity"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead_assignment" ADD CONSTRAINT "lead_assignment_workspace_id_lead_id_lead_workspace_id_id_fk" FOREIGN KEY ("workspace_id","lead_id") REFERENCES "public"."lead"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead_assignment" ADD CONSTRAINT "lead_assignment_workspace_id_owner_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","owner_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead_assignment" ADD CONSTRAINT "lead_assignment_workspace_id_from_owner_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","from_owner_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead_conversion" ADD CONSTRAINT "lead_conversion_workspace_id_lead_id_lead_workspace_id_id_fk" FOREIGN KEY ("workspace_id","lead_id") REFERENCES "public"."lead"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead_conversion" ADD CONSTRAINT "lead_conversion_workspace_id_account_id_account_workspace_id_id_fk" FOREIGN KEY ("workspace_id","account_id") REFERENCES "public"."account"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead_conversion" ADD CONSTRAINT "lead_conversion_workspace_id_contact_id_contact_workspace_id_id_fk" FOREIGN KEY ("workspace_id","contact_id") REFERENCES "public"."contact"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead_conversion" ADD CONSTRAINT "lead_conversion_workspace_id_opportunity_id_opportunity_workspace_id_id_fk" FOREIGN KEY ("workspace_id","opportunity_id") REFERENCES "public"."opportunity"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead_conversion" ADD CONSTRAINT "lead_conversion_workspace_id_sourced_by_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","sourced_by_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead_rule_set" ADD CONSTRAINT "lead_rule_set_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead_score" ADD CONSTRAINT "lead_score_workspace_id_lead_id_lead_workspace_id_id_fk" FOREIGN KEY ("workspace_id","lead_id") REFERENCES "public"."lead"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead_signal" ADD CONSTRAINT "lead_signal_workspace_id_lead_id_lead_workspace_id_id_fk" FOREIGN KEY ("workspace_id","lead_id") REFERENCES "public"."lead"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead_sla_policy" ADD CONSTRAINT "lead_sla_policy_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead_verdict" ADD CONSTRAINT "lead_verdict_workspace_id_lead_id_lead_workspace_id_id_fk" FOREIGN KEY ("workspace_id","lead_id") REFERENCES "public"."lead"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead_verdict" ADD CONSTRAINT "lead_verdict_workspace_id_author_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","author_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "web_form" ADD CONSTRAINT "web_form_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "web_form" ADD CONSTRAINT "web_form_workspace_id_campaign_id_campaign_workspace_id_id_fk" FOREIGN KEY ("workspace_id","campaign_id") REFERENCES "public"."campaign"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "web_form_count" ADD CONSTRAINT "web_form_count_workspace_id_form_id_web_form_workspace_id_id_fk" FOREIGN KEY ("workspace_id","form_id") REFERENCES "public"."web_form"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "lead_owner" ON "lead" USING btree ("workspace_id","owner_id","status");--> statement-breakpoint
CREATE INDEX "lead_status" ON "lead" USING btree ("workspace_id","status","created_at","id");--> statement-breakpoint
CREATE INDEX "lead_created" ON "lead" USING btree ("workspace_id","created_at","id");--> statement-breakpoint
CREATE INDEX "lead_by_score" ON "lead" USING btree ("workspace_id","score","id");--> statement-breakpoint
CREATE INDEX "lead_sla_due" ON "lead" USING btree ("workspace_id",coalesce("sla_due_at", timestamptz 'infinity'),"id");--> statement-breakpoint
CREATE INDEX "lead_follow_up" ON "lead" USING btree ("workspace_id",coalesce("follow_up_on", date '9999-12-31'),"id");--> statement-breakpoint
CREATE INDEX "lead_last_activity" ON "lead" USING btree ("workspace_id",coalesce("last_activity_at", "created_at"),"id");--> statement-breakpoint
CREATE INDEX "lead_name" ON "lead" USING btree ("workspace_id",lower("last_name"),"id");--> statement-breakpoint
CREATE INDEX "lead_email" ON "lead" USING btree ("workspace_id",lower("email"));--> statement-breakpoint
CREATE INDEX "lead_campaign" ON "lead" USING btree ("workspace_id","campaign_id");--> statement-breakpoint
CREATE INDEX "lead_import_run" ON "lead" USING btree ("workspace_id","import_run_id");--> statement-breakpoint
CREATE INDEX "lead_external_id" ON "lead" USING btree ("workspace_id","external_id");--> statement-breakpoint
CREATE INDEX "lead_converted_account" ON "lead" USING btree ("workspace_id","converted_account_id");--> statement-breakpoint
CREATE INDEX "lead_converted_contact" ON "lead" USING btree ("workspace_id","converted_contact_id");--> statement-breakpoint
CREATE INDEX "lead_converted_opportunity" ON "lead" USING btree ("workspace_id","converted_opportunity_id");--> statement-breakpoint
CREATE INDEX "lead_breach_due" ON "lead" USING btree ("sla_due_at") WHERE "lead"."first_touch_at" is null and "lead"."sla_breached_at" is null;--> statement-breakpoint
CREATE INDEX "lead_nurture_due" ON "lead" USING btree ("follow_up_on") WHERE "lead"."status" = 'nurture';--> statement-breakpoint
CREATE INDEX "lead_assignment_lead" ON "lead_assignment" USING btree ("workspace_id","lead_id","created_at");--> statement-breakpoint
CREATE INDEX "lead_assignment_rule" ON "lead_assignment" USING btree ("workspace_id","rule_key","owner_id","created_at");--> statement-breakpoint
CREATE INDEX "lead_conversion_lead" ON "lead_conversion" USING btree ("workspace_id","lead_id","created_at");--> statement-breakpoint
CREATE INDEX "lead_conversion_opportunity" ON "lead_conversion" USING btree ("workspace_id","opportunity_id");--> statement-breakpoint
CREATE INDEX "lead_score_lead" ON "lead_score" USING btree ("workspace_id","lead_id","created_at");--> statement-breakpoint
CREATE INDEX "lead_signal_lead" ON "lead_signal" USING btree ("workspace_id","lead_id","occurred_at");--> statement-breakpoint
CREATE UNIQUE INDEX "lead_signal_external_id" ON "lead_signal" USING btree ("workspace_id","lead_id","external_id") WHERE "lead_signal"."external_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "lead_sla_policy_purpose" ON "lead_sla_policy" USING btree ("workspace_id","purpose") WHERE "lead_sla_policy"."purpose" <> 'other';--> statement-breakpoint
CREATE UNIQUE INDEX "web_form_public_key" ON "web_form" USING btree ("public_key");--> statement-breakpoint
CREATE INDEX "activity_link_lead" ON "activity_link" USING btree ("workspace_id","lead_id","occurred_at");--> statement-breakpoint
CREATE INDEX "task_lead" ON "task" USING btree ("workspace_id","lead_id");--> statement-breakpoint
ALTER TABLE "activity_link" ADD CONSTRAINT "activity_link_one_record" CHECK (num_nonnulls("activity_link"."account_id", "activity_link"."contact_id", "activity_link"."opportunity_id", "activity_link"."lead_id") = 1);
--> statement-breakpoint
-- Leads refer to deals and activities to leads: these two keys cannot stand in the schema's files without a circle.
ALTER TABLE "activity_link" ADD CONSTRAINT "activity_link_lead_fk" FOREIGN KEY ("workspace_id","lead_id") REFERENCES "lead"("workspace_id","id");
--> statement-breakpoint
ALTER TABLE "task" ADD CONSTRAINT "task_lead_fk" FOREIGN KEY ("workspace_id","lead_id") REFERENCES "lead"("workspace_id","id");
--> statement-breakpoint
-- The role of the transaction's user; empty for jobs.
CREATE FUNCTION app.role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(current_setting('app.role', true), '');
--> statement-breakpoint
SELECT app.protect('campaign');
--> statement-breakpoint
SELECT app.protect('lead_sla_policy', writable => '(SELECT app.sees_all())');
--> statement-breakpoint
SELECT app.protect('lead_rule_set', writable => '(SELECT app.sees_all())', verbs => 'SELECT, INSERT');
--> statement-breakpoint
-- A lead without owner lies in the pool, where managers see it. Whoever may read the deal it became may read it, too.
SELECT app.protect('lead',
  readable => $$(SELECT app.sees_all()) OR owner_id = ANY ((SELECT app.owner_ids())::uuid[]) OR (owner_id IS NULL AND (SELECT app.role()) = 'manager')
    OR converted_opportunity_id IN (SELECT o.id FROM opportunity o WHERE o.workspace_id = (SELECT app.workspace_id()))$$,
  writable => $$(SELECT app.sees_all()) OR owner_id = ANY ((SELECT app.owner_ids())::uuid[]) OR (owner_id IS NULL AND (SELECT app.role()) = 'manager')$$);
--> statement-breakpoint
SELECT app.protect('lead_assignment', readable => $$lead_id IN (SELECT l.id FROM lead l WHERE l.workspace_id = (SELECT app.workspace_id()))$$, verbs => 'SELECT, INSERT');
--> statement-breakpoint
SELECT app.protect('lead_signal', readable => $$lead_id IN (SELECT l.id FROM lead l WHERE l.workspace_id = (SELECT app.workspace_id()))$$, writable => $$lead_id IN (SELECT l.id FROM lead l WHERE l.workspace_id = (SELECT app.workspace_id()))$$, verbs => 'SELECT, INSERT');
--> statement-breakpoint
SELECT app.protect('lead_score', readable => $$lead_id IN (SELECT l.id FROM lead l WHERE l.workspace_id = (SELECT app.workspace_id()))$$, verbs => 'SELECT, INSERT');
--> statement-breakpoint
SELECT app.protect('lead_verdict', readable => $$lead_id IN (SELECT l.id FROM lead l WHERE l.workspace_id = (SELECT app.workspace_id()))$$, writable => $$lead_id IN (SELECT l.id FROM lead l WHERE l.workspace_id = (SELECT app.workspace_id()))$$);
--> statement-breakpoint
SELECT app.protect('lead_conversion', readable => $$lead_id IN (SELECT l.id FROM lead l WHERE l.workspace_id = (SELECT app.workspace_id()))$$, verbs => 'SELECT, INSERT, UPDATE');
--> statement-breakpoint
SELECT app.protect('web_form', writable => '(SELECT app.sees_all())');
--> statement-breakpoint
SELECT app.protect('web_form_count', readable => '(SELECT app.sees_all())', writable => '(SELECT app.sees_all())');
--> statement-breakpoint
-- What speaks of a lead is as visible as the lead.
DROP POLICY app_select ON activity_link;
--> statement-breakpoint
CREATE POLICY app_select ON activity_link FOR SELECT TO ringside_app USING (workspace_id = (SELECT app.workspace_id()) AND ((SELECT app.sees_all())
    OR opportunity_id IN (SELECT o.id FROM opportunity o WHERE o.workspace_id = (SELECT app.workspace_id()))
    OR account_id IN (SELECT a.id FROM account a WHERE a.workspace_id = (SELECT app.workspace_id()))
    OR contact_id IN (SELECT c.id FROM contact c WHERE c.workspace_id = (SELECT app.workspace_id()))
    OR lead_id IN (SELECT l.id FROM lead l WHERE l.workspace_id = (SELECT app.workspace_id()))));
--> statement-breakpoint
DROP POLICY app_select ON task;
--> statement-breakpoint
CREATE POLICY app_select ON task FOR SELECT TO ringside_app USING (workspace_id = (SELECT app.workspace_id()) AND ((SELECT app.sees_all())
    OR owner_id = ANY ((SELECT app.owner_ids())::uuid[])
    OR opportunity_id IN (SELECT o.id FROM opportunity o WHERE o.workspace_id = (SELECT app.workspace_id()))
    OR account_id IN (SELECT a.id FROM account a WHERE a.workspace_id = (SELECT app.workspace_id()))
    OR lead_id IN (SELECT l.id FROM lead l WHERE l.workspace_id = (SELECT app.workspace_id()))));
--> statement-breakpoint
DROP POLICY app_select ON event_log;
--> statement-breakpoint
CREATE POLICY app_select ON event_log FOR SELECT TO ringside_app USING (workspace_id = (SELECT app.workspace_id()) AND ((SELECT app.sees_all()) OR CASE subject_type
    WHEN 'opportunity' THEN EXISTS (SELECT 1 FROM opportunity s WHERE s.workspace_id = (SELECT app.workspace_id()) AND s.id = subject_id)
    WHEN 'account' THEN EXISTS (SELECT 1 FROM account s WHERE s.workspace_id = (SELECT app.workspace_id()) AND s.id = subject_id)
    WHEN 'contact' THEN EXISTS (SELECT 1 FROM contact s WHERE s.workspace_id = (SELECT app.workspace_id()) AND s.id = subject_id)
    WHEN 'lead' THEN EXISTS (SELECT 1 FROM lead s WHERE s.workspace_id = (SELECT app.workspace_id()) AND s.id = subject_id)
    WHEN 'activity' THEN EXISTS (SELECT 1 FROM activity s WHERE s.workspace_id = (SELECT app.workspace_id()) AND s.id = subject_id)
    WHEN 'task' THEN EXISTS (SELECT 1 FROM task s WHERE s.workspace_id = (SELECT app.workspace_id()) AND s.id = subject_id)
    WHEN 'coaching_item' THEN EXISTS (SELECT 1 FROM coaching_item s WHERE s.workspace_id = (SELECT app.workspace_id()) AND s.id = subject_id)
    WHEN 'review' THEN EXISTS (SELECT 1 FROM review s WHERE s.workspace_id = (SELECT app.workspace_id()) AND s.id = subject_id)
    WHEN 'user' THEN subject_id = (SELECT app.user_id())
    ELSE false END));
--> statement-breakpoint
-- Workspaces that are there already get what a new one starts with. Their rows are behind row-level security for the owner, too.
ALTER TABLE workspace NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE lead_sla_policy NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE lead_rule_set NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
INSERT INTO lead_sla_policy (workspace_id, id, name, purpose, response_minutes, at_risk_percent)
SELECT w.id, gen_random_uuid(), d.name, d.purpose, d.minutes, d.percent FROM workspace w
CROSS JOIN (VALUES ('Standard', 'standard', 240, 75), ('Hot lead', 'hot', 120, 50), ('Event list', 'other', 960, 75)) AS d (name, purpose, minutes, percent);
--> statement-breakpoint
INSERT INTO lead_rule_set (workspace_id, kind, version, rules, note, created_by)
SELECT w.id, d.kind, 1, d.rules, 'Default', 'job:setup' FROM workspace w
CROSS JOIN (VALUES
  ('assignment', '{"rules":[{"key":"everyone","name":"Everybody who sells, in turn","isActive":true,"when":{},"userIds":[],"teamIds":[],"method":"round_robin","maxOpenLeads":200}]}'::jsonb),
  ('score', '{"threshold":70,"fit":[{"key":"size","label":"200 employees or more","field":"employees","test":"between","min":200,"points":15},{"key":"small","label":"Fewer than 10 employees","field":"employees","test":"between","max":9,"points":-10},{"key":"decides","label":"Title of somebody who decides","field":"title","test":"contains","values":["chief","ceo","cfo","cto","coo","president","head","director","vp","owner","founder"],"points":15},{"key":"business_email","label":"Business e-mail address","field":"email","test":"business_email","points":8},{"key":"phone","label":"Phone number given","field":"phone","test":"filled","points":4},{"key":"warm_source","label":"Referral or partner","field":"source","test":"one_of","values":["referral","partner"],"points":10}],"signals":[{"kind":"email_opened","label":"Opened an e-mail","points":2,"halfLifeDays":7,"maxPoints":6},{"kind":"email_clicked","label":"Clicked in an e-mail","points":5,"halfLifeDays":14,"maxPoints":15},{"kind":"email_replied","label":"Replied to an e-mail","points":10,"halfLifeDays":21,"maxPoints":20},{"kind":"site_visited","label":"Visited the site","points":2,"halfLifeDays":7,"maxPoints":8},{"kind":"pricing_viewed","label":"Looked at the pricing page","points":10,"halfLifeDays":14,"maxPoints":20},{"kind":"form_submitted","label":"Sent a form","points":10,"halfLifeDays":30,"maxPoints":20},{"kind":"content_downloaded","label":"Downloaded content","points":6,"halfLifeDays":21,"maxPoints":12},{"kind":"demo_requested","label":"Asked for a demo","points":25,"halfLifeDays":30,"maxPoints":25},{"kind":"event_attended","label":"Attended an event","points":10,"halfLifeDays":30,"maxPoints":20},{"kind":"call_connected","label":"Talked on the phone","points":12,"halfLifeDays":30,"maxPoints":24},{"kind":"meeting_booked","label":"Booked a meeting","points":18,"halfLifeDays":30,"maxPoints":27},{"kind":"chat_started","label":"Started a chat","points":6,"halfLifeDays":14,"maxPoints":12},{"kind":"proposal_viewed","label":"Looked at a proposal","points":15,"halfLifeDays":21,"maxPoints":30},{"kind":"price_asked","label":"Asked for a price or a date in a reply","points":15,"halfLifeDays":21,"maxPoints":15},{"kind":"unsubscribed","label":"Unsubscribed","points":-30,"halfLifeDays":365,"maxPoints":-30}]}'::jsonb),
  ('hot', '{"rules":[{"key":"pricing_twice","label":"Looked at the pricing page twice","kind":"signal","signal":"pricing_viewed","count":2,"withinHours":168},{"key":"demo","label":"Asked for a demo","kind":"signal","signal":"demo_requested","count":1,"withinHours":168},{"key":"price","label":"Asked for a price or a date","kind":"signal","signal":"price_asked","count":1,"withinHours":168},{"key":"rise","label":"Score up 20 within a day","kind":"score_rise","points":20,"withinHours":24}]}'::jsonb),
  ('status', '{"undoMinutes":60,"rules":[{"outcome":"connected","from":["new","nurture"],"to":"working"},{"outcome":"voicemail","from":["new"],"to":"working"},{"outcome":"no_response","from":["new"],"to":"working"}]}'::jsonb)
) AS d (kind, rules);
--> statement-breakpoint
ALTER TABLE workspace FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE lead_sla_policy FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE lead_rule_set FORCE ROW LEVEL SECURITY;
