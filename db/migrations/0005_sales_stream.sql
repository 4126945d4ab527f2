CREATE TABLE "activity_entry" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"text" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "activity_entry_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "activity_outcome" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"label" text NOT NULL,
	"position" integer NOT NULL,
	"next_step" text NOT NULL,
	"next_step_days" integer NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	CONSTRAINT "activity_outcome_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "activity_outcome_workspace_id_kind_label_unique" UNIQUE("workspace_id","kind","label")
);
--> statement-breakpoint
CREATE TABLE "task_request" (
	"workspace_id" uuid NOT NULL,
	"task_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"to_function" text,
	"requested_by" uuid NOT NULL,
	"text" text NOT NULL,
	"slots" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"answer" text,
	"answered_by" uuid,
	"answered_at" timestamp with time zone,
	"booked_task_id" uuid,
	CONSTRAINT "task_request_workspace_id_task_id_pk" PRIMARY KEY("workspace_id","task_id")
);
--> statement-breakpoint
CREATE TABLE "opportunity_health" (
	"workspace_id" uuid NOT NULL,
	"opportunity_id" uuid NOT NULL,
	"score" integer NOT NULL,
	"is_at_risk" boolean NOT NULL,
	"factors" jsonb NOT NULL,
	"alerts" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"rules_version" integer NOT NULL,
	"computed_on" date NOT NULL,
	"computed_at" timestamp with time zone NOT NULL,
	"manual_at_risk" boolean,
	"manual_reason" text,
	"manual_by" uuid,
	"manual_at" timestamp with time zone,
	CONSTRAINT "opportunity_health_workspace_id_opportunity_id_pk" PRIMARY KEY("workspace_id","opportunity_id")
);
--> statement-breakpoint
CREATE TABLE "priority_decision" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"card_key" text NOT NULL,
	"cause" text NOT NULL,
	"kind" text NOT NULL,
	"reason" text NOT NULL,
	"until" date,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"undone_at" timestamp with time zone,
	CONSTRAINT "priority_decision_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "risk_rule_set" (
	"workspace_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"rules" jsonb NOT NULL,
	"note" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "risk_rule_set_workspace_id_version_pk" PRIMARY KEY("workspace_id","version")
);
--> statement-breakpoint
ALTER TABLE "activity" ADD COLUMN "is_auto_logged" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "task" ADD COLUMN "kind" text DEFAULT 'todo' NOT NULL;--> statement-breakpoint
ALTER TABLE "task" ADD COLUMN "starts_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "task" ADD COLUMN "duration_minutes" integer;--> statement-breakpoint
ALTER TABLE "task" ADD COLUMN "place" text;--> statement-breakpoint
ALTER TABLE "activity_entry" ADD CONSTRAINT "activity_entry_workspace_id_activity_id_activity_workspace_id_id_fk" FOREIGN KEY ("workspace_id","activity_id") REFERENCES "public"."activity"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activity_outcome" ADD CONSTRAINT "activity_outcome_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "task_request" ADD CONSTRAINT "task_request_workspace_id_task_id_task_workspace_id_id_fk" FOREIGN KEY ("workspace_id","task_id") REFERENCES "public"."task"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "task_request" ADD CONSTRAINT "task_request_workspace_id_booked_task_id_task_workspace_id_id_fk" FOREIGN KEY ("workspace_id","booked_task_id") REFERENCES "public"."task"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "task_request" ADD CONSTRAINT "task_request_workspace_id_requested_by_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","requested_by") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "task_request" ADD CONSTRAINT "task_request_workspace_id_answered_by_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","answered_by") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "opportunity_health" ADD CONSTRAINT "opportunity_health_workspace_id_opportunity_id_opportunity_workspace_id_id_fk" FOREIGN KEY ("workspace_id","opportunity_id") REFERENCES "public"."opportunity"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "opportunity_health" ADD CONSTRAINT "opportunity_health_workspace_id_manual_by_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","manual_by") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "priority_decision" ADD CONSTRAINT "priority_decision_workspace_id_user_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","user_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk_rule_set" ADD CONSTRAINT "risk_rule_set_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "activity_entry_activity" ON "activity_entry" USING btree ("workspace_id","activity_id");--> statement-breakpoint
CREATE INDEX "opportunity_health_risk" ON "opportunity_health" USING btree ("workspace_id","is_at_risk");--> statement-breakpoint
CREATE INDEX "opportunity_health_computed" ON "opportunity_health" USING btree ("workspace_id","computed_on");--> statement-breakpoint
CREATE INDEX "priority_decision_card" ON "priority_decision" USING btree ("workspace_id","user_id","card_key");--> statement-breakpoint
CREATE INDEX "activity_without_outcome" ON "activity" USING btree ("workspace_id","owner_id") WHERE "activity"."is_auto_logged" and "activity"."outcome" is null;--> statement-breakpoint
CREATE INDEX "task_starts" ON "task" USING btree ("workspace_id","owner_id","starts_at");--> statement-breakpoint
SELECT app.protect('activity_outcome');
--> statement-breakpoint
SELECT app.protect('activity_entry',
  readable => $$(SELECT app.sees_all()) OR activity_id IN (SELECT a.id FROM activity a WHERE a.workspace_id = (SELECT app.workspace_id()))$$);
--> statement-breakpoint
SELECT app.protect('task_request',
  readable => $$(SELECT app.sees_all()) OR task_id IN (SELECT t.id FROM task t WHERE t.workspace_id = (SELECT app.workspace_id()))$$,
  verbs => 'SELECT, INSERT, UPDATE');
--> statement-breakpoint
SELECT app.protect('risk_rule_set', verbs => 'SELECT, INSERT');
--> statement-breakpoint
-- Health is as visible as its deal, and written by jobs; a person writes only the judgement of a deal he may write.
SELECT app.protect('opportunity_health',
  readable => $$(SELECT app.sees_all()) OR opportunity_id IN (SELECT o.id FROM opportunity o WHERE o.workspace_id = (SELECT app.workspace_id()))$$,
  writable => $$(SELECT app.sees_all()) OR opportunity_id IN (SELECT o.id FROM opportunity o WHERE o.workspace_id = (SELECT app.workspace_id()))$$,
  verbs => 'SELECT, INSERT, UPDATE, DELETE');
--> statement-breakpoint
SELECT app.protect('priority_decision',
  readable => 'user_id = (SELECT app.user_id())', writable => 'user_id = (SELECT app.user_id())', verbs => 'SELECT, INSERT, UPDATE');
--> statement-breakpoint
INSERT INTO activity_outcome (workspace_id, id, kind, label, position, next_step, next_step_days)
SELECT w.id, gen_random_uuid(), d.kind, d.label, d.position, d.next_step, d.next_step_days FROM workspace w CROSS JOIN (VALUES
  ('call', 'Connected', 0, 'Send what was agreed', 1),
  ('call', 'Voicemail', 1, 'Call again', 1),
  ('call', 'No Response', 2, 'Try at another time', 2),
  ('email', 'Sent', 0, 'Follow up on the mail', 3),
  ('email', 'Connected', 1, 'Do what the answer asks', 1),
  ('email', 'No Response', 2, 'Call instead', 1),
  ('meeting', 'Held', 0, 'Send minutes and next actions', 1),
  ('meeting', 'Moved', 1, 'Hold the moved meeting', 7),
  ('meeting', 'No show', 2, 'Find a new date', 1),
  ('visit', 'Held', 0, 'Send minutes and next actions', 1),
  ('visit', 'Not met', 1, 'Arrange a new visit', 5)
) AS d (kind, label, position, next_step, next_step_days);
