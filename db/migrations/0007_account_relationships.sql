CREATE TABLE "account_contact" (
	"workspace_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "account_contact_workspace_id_account_id_contact_id_pk" PRIMARY KEY("workspace_id","account_id","contact_id")
);
--> statement-breakpoint
CREATE TABLE "account_objective" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"title" text NOT NULL,
	"due_on" date,
	"done_at" timestamp with time zone,
	"owner_id" uuid NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "account_objective_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
ALTER TABLE "record_share" ADD COLUMN "team_role" text;--> statement-breakpoint
ALTER TABLE "account" ADD COLUMN "tier" text;--> statement-breakpoint
ALTER TABLE "account" ADD COLUMN "goals" text;--> statement-breakpoint
ALTER TABLE "account" ADD COLUMN "whitespace" text;--> statement-breakpoint
ALTER TABLE "account" ADD COLUMN "competitors" text;--> statement-breakpoint
ALTER TABLE "account" ADD COLUMN "plan_review_on" date;--> statement-breakpoint
ALTER TABLE "contact" ADD COLUMN "reports_to_id" uuid;--> statement-breakpoint
ALTER TABLE "contact" ADD COLUMN "influence" text;--> statement-breakpoint
ALTER TABLE "contact" ADD COLUMN "attitude" text;--> statement-breakpoint
ALTER TABLE "account_contact" ADD CONSTRAINT "account_contact_workspace_id_account_id_account_workspace_id_id_fk" FOREIGN KEY ("workspace_id","account_id") REFERENCES "public"."account"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_contact" ADD CONSTRAINT "account_contact_workspace_id_contact_id_contact_workspace_id_id_fk" FOREIGN KEY ("workspace_id","contact_id") REFERENCES "public"."contact"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_objective" ADD CONSTRAINT "account_objective_workspace_id_account_id_account_workspace_id_id_fk" FOREIGN KEY ("workspace_id","account_id") REFERENCES "public"."account"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_objective" ADD CONSTRAINT "account_objective_workspace_id_owner_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","owner_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "account_contact_contact" ON "account_contact" USING btree ("workspace_id","contact_id");--> statement-breakpoint
CREATE INDEX "account_objective_account" ON "account_objective" USING btree ("workspace_id","account_id");--> statement-breakpoint
ALTER TABLE "contact" ADD CONSTRAINT "contact_workspace_id_reports_to_id_contact_workspace_id_id_fk" FOREIGN KEY ("workspace_id","reports_to_id") REFERENCES "public"."contact"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "account_tier" ON "account" USING btree ("workspace_id","tier");
--> statement-breakpoint
SELECT app.protect('account_contact',
  readable => $$account_id IN (SELECT a.id FROM account a WHERE a.workspace_id = (SELECT app.workspace_id()))$$,
  writable => $$account_id IN (SELECT a.id FROM account a WHERE a.workspace_id = (SELECT app.workspace_id()))$$);
--> statement-breakpoint
SELECT app.protect('account_objective',
  readable => $$account_id IN (SELECT a.id FROM account a WHERE a.workspace_id = (SELECT app.workspace_id()))$$,
  writable => $$account_id IN (SELECT a.id FROM account a WHERE a.workspace_id = (SELECT app.workspace_id()))$$);
--> statement-breakpoint
-- Whoever may read one of the accounts at which a person has a role may read the person.
ALTER POLICY app_select ON contact USING (workspace_id = (SELECT app.workspace_id()) AND (
  (SELECT app.sees_all()) OR owner_id = ANY ((SELECT app.owner_ids())::uuid[]) OR account_id IN (
    SELECT a.id FROM account a WHERE a.workspace_id = (SELECT app.workspace_id())) OR id IN (
    SELECT x.contact_id FROM account_contact x WHERE x.workspace_id = (SELECT app.workspace_id())) OR id IN (
    SELECT s.record_id FROM record_share s WHERE s.workspace_id = (SELECT app.workspace_id())
      AND s.user_id = (SELECT app.user_id()) AND s.record_type = 'contact')));
