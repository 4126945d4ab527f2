CREATE TABLE "app_user" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"title" text,
	"role" text NOT NULL,
	"team_id" uuid,
	"status" text DEFAULT 'active' NOT NULL,
	"password_hash" text,
	"is_demo" boolean DEFAULT false NOT NULL,
	"time_zone" text,
	"external_id" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "app_user_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "app_user_workspace_id_email_unique" UNIQUE("workspace_id","email")
);
--> statement-breakpoint
CREATE TABLE "holiday" (
	"workspace_id" uuid NOT NULL,
	"day" date NOT NULL,
	"name" text NOT NULL,
	CONSTRAINT "holiday_workspace_id_day_pk" PRIMARY KEY("workspace_id","day")
);
--> statement-breakpoint
CREATE TABLE "notification" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"body" text DEFAULT '' NOT NULL,
	"href" text NOT NULL,
	"source_event_id" uuid NOT NULL,
	"read_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "notification_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "notification_workspace_id_user_id_source_event_id_kind_unique" UNIQUE("workspace_id","user_id","source_event_id","kind")
);
--> statement-breakpoint
CREATE TABLE "record_share" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"record_type" text NOT NULL,
	"record_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"access" text NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "record_share_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "record_share_workspace_id_user_id_record_type_record_id_unique" UNIQUE("workspace_id","user_id","record_type","record_id")
);
--> statement-breakpoint
CREATE TABLE "session" (
	"workspace_id" uuid NOT NULL,
	"id_hash" text NOT NULL,
	"user_id" uuid NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"absolute_expires_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ip" text,
	"user_agent" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "session_workspace_id_id_hash_pk" PRIMARY KEY("workspace_id","id_hash")
);
--> statement-breakpoint
CREATE TABLE "sign_in_throttle" (
	"key" text PRIMARY KEY NOT NULL,
	"failures" integer NOT NULL,
	"last_failure_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "team" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"parent_team_id" uuid,
	"manager_id" uuid,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "team_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "team_workspace_id_name_unique" UNIQUE("workspace_id","name")
);
--> statement-breakpoint
CREATE TABLE "workspace" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"currency" text DEFAULT 'USD' NOT NULL,
	"time_zone" text DEFAULT 'UTC' NOT NULL,
	"working_hours" jsonb DEFAULT '{"days":[1,2,3,4,5],"startMinute":540,"endMinute":1020}'::jsonb NOT NULL,
	"is_demo" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "event_consumer" (
	"name" text PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "event_dead_letter" (
	"workspace_id" uuid NOT NULL,
	"consumer" text NOT NULL,
	"seq" bigint NOT NULL,
	"error" text NOT NULL,
	"failed_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "event_dead_letter_workspace_id_consumer_seq_pk" PRIMARY KEY("workspace_id","consumer","seq")
);
--> statement-breakpoint
CREATE TABLE "event_head" (
	"workspace_id" uuid NOT NULL,
	"workspace_seq" bigint NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "event_head_workspace_id_pk" PRIMARY KEY("workspace_id")
);
--> statement-breakpoint
CREATE TABLE "event_inbox" (
	"id" bigserial NOT NULL,
	"workspace_id" uuid NOT NULL,
	"event_id" uuid NOT NULL,
	"type" text NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"request_id" text NOT NULL,
	"payload" jsonb NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	CONSTRAINT "event_inbox_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "event_log" (
	"workspace_id" uuid NOT NULL,
	"event_id" uuid NOT NULL,
	"type" text NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"request_id" text NOT NULL,
	"payload" jsonb NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"seq" bigint NOT NULL,
	"workspace_seq" bigint NOT NULL,
	"payload_hash" text NOT NULL,
	"prev_hash" text NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "event_log_workspace_id_seq_pk" PRIMARY KEY("workspace_id","seq"),
	CONSTRAINT "event_log_workspace_id_workspace_seq_unique" UNIQUE("workspace_id","workspace_seq"),
	CONSTRAINT "event_log_workspace_id_event_id_unique" UNIQUE("workspace_id","event_id")
);
--> statement-breakpoint
CREATE TABLE "account" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text,
	"import_run_id" uuid,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone,
	"name" text NOT NULL,
	"domain" text,
	"industry" text,
	"country" text,
	"city" text,
	"phone" text,
	"employees" integer,
	"year_established" integer,
	"annual_revenue_cents" bigint,
	"currency" text DEFAULT 'USD' NOT NULL,
	"description" text,
	"parent_account_id" uuid,
	"owner_id" uuid,
	CONSTRAINT "account_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "activity" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text,
	"import_run_id" uuid,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"body" text DEFAULT '' NOT NULL,
	"direction" text DEFAULT 'outbound' NOT NULL,
	"outcome" text,
	"occurred_at" timestamp with time zone NOT NULL,
	"duration_minutes" integer,
	"owner_id" uuid NOT NULL,
	"is_tainted" boolean DEFAULT false NOT NULL,
	CONSTRAINT "activity_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "activity_link" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"account_id" uuid,
	"contact_id" uuid,
	"opportunity_id" uuid,
	"occurred_at" timestamp with time zone NOT NULL,
	CONSTRAINT "activity_link_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "activity_link_one_record" CHECK (num_nonnulls("activity_link"."account_id", "activity_link"."contact_id", "activity_link"."opportunity_id") = 1)
);
--> statement-breakpoint
CREATE TABLE "contact" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text,
	"import_run_id" uuid,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone,
	"account_id" uuid,
	"first_name" text DEFAULT '' NOT NULL,
	"last_name" text NOT NULL,
	"title" text,
	"email" text,
	"phone" text,
	"notes" text,
	"owner_id" uuid,
	CONSTRAINT "contact_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "opportunity" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text,
	"import_run_id" uuid,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone,
	"name" text NOT NULL,
	"account_id" uuid,
	"owner_id" uuid NOT NULL,
	"pipeline_id" uuid NOT NULL,
	"stage_id" uuid NOT NULL,
	"stage_kind" text NOT NULL,
	"product_id" uuid,
	"amount_cents" bigint,
	"currency" text DEFAULT 'USD' NOT NULL,
	"close_date" date,
	"opened_on" date,
	"closed_at" timestamp with time zone,
	"forecast_category" text NOT NULL,
	"probability" real NOT NULL,
	"next_step" text,
	"next_step_due" date,
	"loss_reason" text,
	"close_date_pushes" integer DEFAULT 0 NOT NULL,
	"stage_entered_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_activity_at" timestamp with time zone,
	CONSTRAINT "opportunity_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "opportunity_contact" (
	"workspace_id" uuid NOT NULL,
	"opportunity_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"role" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "opportunity_contact_workspace_id_opportunity_id_contact_id_pk" PRIMARY KEY("workspace_id","opportunity_id","contact_id")
);
--> statement-breakpoint
CREATE TABLE "opportunity_stage_history" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"opportunity_id" uuid NOT NULL,
	"from_stage_id" uuid,
	"to_stage_id" uuid NOT NULL,
	"moved_at" timestamp with time zone NOT NULL,
	"duration_seconds" integer,
	"actor_id" text NOT NULL,
	"reason" text,
	CONSTRAINT "opportunity_stage_history_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "pipeline" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "pipeline_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "pipeline_workspace_id_name_unique" UNIQUE("workspace_id","name")
);
--> statement-breakpoint
CREATE TABLE "product" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text,
	"import_run_id" uuid,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone,
	"name" text NOT NULL,
	"family" text,
	"list_price_cents" bigint,
	"currency" text DEFAULT 'USD' NOT NULL,
	CONSTRAINT "product_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "stage" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"pipeline_id" uuid NOT NULL,
	"name" text NOT NULL,
	"position" integer NOT NULL,
	"probability" real NOT NULL,
	"forecast_category" text NOT NULL,
	"kind" text NOT NULL,
	"idle_days" integer DEFAULT 10 NOT NULL,
	"exit_criteria" jsonb DEFAULT '[]'::jsonb NOT NULL,
	CONSTRAINT "stage_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "stage_workspace_id_pipeline_id_name_unique" UNIQUE("workspace_id","pipeline_id","name")
);
--> statement-breakpoint
CREATE TABLE "task" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text,
	"import_run_id" uuid,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone,
	"title" text NOT NULL,
	"due_on" date,
	"done_at" timestamp with time zone,
	"owner_id" uuid NOT NULL,
	"created_by" text NOT NULL,
	"account_id" uuid,
	"contact_id" uuid,
	"opportunity_id" uuid,
	"source" text,
	CONSTRAINT "task_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "coaching_entry" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"item_id" uuid NOT NULL,
	"act" text NOT NULL,
	"from_state" text,
	"to_state" text NOT NULL,
	"actor_id" text NOT NULL,
	"comment" text,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "coaching_entry_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "coaching_item" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"opportunity_id" uuid,
	"account_id" uuid,
	"room_id" uuid,
	"review_id" uuid,
	"rep_id" uuid NOT NULL,
	"author_id" uuid NOT NULL,
	"severity" text NOT NULL,
	"comment" text NOT NULL,
	"anchor" jsonb,
	"anchor_state" text,
	"current_text" text,
	"state" text DEFAULT 'open' NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"escalation_level" integer DEFAULT 0 NOT NULL,
	"next_escalation_at" timestamp with time zone,
	"escalated_to" uuid[] DEFAULT '{}' NOT NULL,
	"acknowledged_at" timestamp with time zone,
	"reply" text,
	"reply_comment" text,
	"reply_due_on" date,
	"acknowledged_text" text,
	"acknowledged_hash" text,
	"acknowledged_seq" integer,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "coaching_item_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "review" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"opportunity_id" uuid NOT NULL,
	"reviewer_id" uuid NOT NULL,
	"outcome" text NOT NULL,
	"comment" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "review_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "room_comment" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"room_id" uuid NOT NULL,
	"author_id" uuid NOT NULL,
	"body" text NOT NULL,
	"anchor" jsonb,
	"resolved_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "room_comment_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "sla_policy" (
	"workspace_id" uuid NOT NULL,
	"severity" text NOT NULL,
	"acknowledge_minutes" integer NOT NULL,
	"second_escalation_minutes" integer NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "sla_policy_workspace_id_severity_pk" PRIMARY KEY("workspace_id","severity")
);
--> statement-breakpoint
CREATE TABLE "import_file_part" (
	"workspace_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"part" integer NOT NULL,
	"content" "bytea" NOT NULL,
	CONSTRAINT "import_file_part_workspace_id_run_id_part_pk" PRIMARY KEY("workspace_id","run_id","part")
);
--> statement-breakpoint
CREATE TABLE "import_row" (
	"workspace_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"row_number" integer NOT NULL,
	"outcome" text NOT NULL,
	"record_id" uuid,
	"messages" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"before" jsonb,
	CONSTRAINT "import_row_workspace_id_run_id_row_number_pk" PRIMARY KEY("workspace_id","run_id","row_number")
);
--> statement-breakpoint
CREATE TABLE "import_run" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"record_type" text NOT NULL,
	"file_name" text NOT NULL,
	"file_sha256" text NOT NULL,
	"encoding" text NOT NULL,
	"delimiter" text NOT NULL,
	"header" jsonb NOT NULL,
	"mapping" jsonb NOT NULL,
	"options" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"state" text NOT NULL,
	"processed_rows" integer DEFAULT 0 NOT NULL,
	"totals" jsonb,
	"error" text,
	"is_dry_run" boolean DEFAULT true NOT NULL,
	"created_by" uuid NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "import_run_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "room" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"epoch" integer DEFAULT 1 NOT NULL,
	"schema_version" integer DEFAULT 1 NOT NULL,
	"head_seq" bigint DEFAULT 0 NOT NULL,
	"snapshot_seq" bigint DEFAULT 0 NOT NULL,
	"derived_seq" bigint DEFAULT 0 NOT NULL,
	"plain_text" text DEFAULT '' NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"edited_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "room_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "room_workspace_id_subject_type_subject_id_unique" UNIQUE("workspace_id","subject_type","subject_id")
);
--> statement-breakpoint
CREATE TABLE "room_block" (
	"workspace_id" uuid NOT NULL,
	"room_id" uuid NOT NULL,
	"block_id" text NOT NULL,
	"position" integer NOT NULL,
	"path" text[] DEFAULT '{}' NOT NULL,
	"kind" text NOT NULL,
	"text" text NOT NULL,
	"hash" text NOT NULL,
	"authors" uuid[] DEFAULT '{}' NOT NULL,
	"changed_seq" bigint NOT NULL,
	CONSTRAINT "room_block_workspace_id_room_id_block_id_pk" PRIMARY KEY("workspace_id","room_id","block_id")
);
--> statement-breakpoint
CREATE TABLE "room_client" (
	"workspace_id" uuid NOT NULL,
	"room_id" uuid NOT NULL,
	"client_id" bigint NOT NULL,
	"user_id" uuid,
	"epoch" integer NOT NULL,
	"claimed_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "room_client_workspace_id_room_id_client_id_pk" PRIMARY KEY("workspace_id","room_id","client_id")
);
--> statement-breakpoint
CREATE TABLE "room_snapshot" (
	"workspace_id" uuid NOT NULL,
	"room_id" uuid NOT NULL,
	"upto_seq" bigint NOT NULL,
	"epoch" integer NOT NULL,
	"state" "bytea" NOT NULL,
	"state_vector" "bytea" NOT NULL,
	"deletes" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "room_snapshot_workspace_id_room_id_upto_seq_pk" PRIMARY KEY("workspace_id","room_id","upto_seq")
);
--> statement-breakpoint
CREATE TABLE "room_ticket" (
	"workspace_id" uuid NOT NULL,
	"room_id" uuid NOT NULL,
	"hash" text NOT NULL,
	"user_id" uuid NOT NULL,
	"session_id_hash" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "room_ticket_workspace_id_hash_pk" PRIMARY KEY("workspace_id","hash")
);
--> statement-breakpoint
CREATE TABLE "room_update" (
	"workspace_id" uuid NOT NULL,
	"room_id" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"epoch" integer NOT NULL,
	"kind" text DEFAULT 'edit' NOT NULL,
	"user_id" uuid,
	"relayed_client_ids" bigint[] DEFAULT '{}' NOT NULL,
	"bytes" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"quarantine_reason" text,
	CONSTRAINT "room_update_workspace_id_room_id_seq_pk" PRIMARY KEY("workspace_id","room_id","seq")
);
--> statement-breakpoint
CREATE TABLE "ai_answer" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"question" text NOT NULL,
	"subject_type" text,
	"subject_id" uuid,
	"state" text DEFAULT 'running' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "ai_answer_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "ai_chunk" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"document_id" uuid NOT NULL,
	"scope_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"char_from" integer NOT NULL,
	"char_to" integer NOT NULL,
	"heading" text,
	"body" text NOT NULL,
	"body_sha" text NOT NULL,
	"start_seconds" integer,
	"block_id" text,
	CONSTRAINT "ai_chunk_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "ai_document" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"source_kind" text NOT NULL,
	"source_id" uuid NOT NULL,
	"scope_id" uuid NOT NULL,
	"title" text NOT NULL,
	"author_name" text,
	"is_tainted" boolean DEFAULT false NOT NULL,
	"is_from_customer" boolean DEFAULT false NOT NULL,
	"about" uuid[] NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"sha" text NOT NULL,
	"indexed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "ai_document_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "ai_document_workspace_id_source_kind_source_id_unique" UNIQUE("workspace_id","source_kind","source_id")
);
--> statement-breakpoint
CREATE TABLE "ai_embed_cache" (
	"workspace_id" uuid NOT NULL,
	"model_id" integer NOT NULL,
	"body_sha" text NOT NULL,
	"embedding" halfvec NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ai_embed_cache_workspace_id_model_id_body_sha_pk" PRIMARY KEY("workspace_id","model_id","body_sha")
);
--> statement-breakpoint
CREATE TABLE "ai_model" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ai_model_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"dims" integer NOT NULL,
	"status" text NOT NULL,
	"capabilities" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ai_model_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "ai_pending" (
	"workspace_id" uuid NOT NULL,
	"source_kind" text NOT NULL,
	"source_id" uuid NOT NULL,
	"workspace_seq" bigint NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"marked_at" timestamp with time zone NOT NULL,
	CONSTRAINT "ai_pending_workspace_id_source_kind_source_id_pk" PRIMARY KEY("workspace_id","source_kind","source_id")
);
--> statement-breakpoint
CREATE TABLE "ai_posting" (
	"workspace_id" uuid NOT NULL,
	"lexeme" text NOT NULL,
	"chunk_id" uuid NOT NULL,
	"scope_id" uuid NOT NULL,
	"weight" real NOT NULL,
	CONSTRAINT "ai_posting_workspace_id_lexeme_chunk_id_pk" PRIMARY KEY("workspace_id","lexeme","chunk_id")
);
--> statement-breakpoint
CREATE TABLE "ai_refresh" (
	"workspace_id" uuid NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"marked_at" timestamp with time zone NOT NULL,
	CONSTRAINT "ai_refresh_workspace_id_subject_type_subject_id_pk" PRIMARY KEY("workspace_id","subject_type","subject_id")
);
--> statement-breakpoint
CREATE TABLE "ai_run" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"user_id" uuid,
	"purpose" text NOT NULL,
	"engine" text NOT NULL,
	"prompt_version" text NOT NULL,
	"evidence" text[] DEFAULT '{}' NOT NULL,
	"prompt_tokens" integer,
	"completion_tokens" integer,
	"verified" integer DEFAULT 0 NOT NULL,
	"total" integer DEFAULT 0 NOT NULL,
	"dropped" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"failure" text,
	"duration_ms" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ai_run_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "ai_scope" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"principals" text[] NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "ai_scope_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "ai_scope_workspace_id_hash_unique" UNIQUE("workspace_id","hash")
);
--> statement-breakpoint
CREATE TABLE "ai_stat" (
	"workspace_id" uuid NOT NULL,
	"chunks" integer DEFAULT 0 NOT NULL,
	"workspace_seq" bigint DEFAULT 0 NOT NULL,
	"indexed_at" timestamp with time zone,
	"refusals" integer DEFAULT 0 NOT NULL,
	"swept_on" date,
	CONSTRAINT "ai_stat_workspace_id_pk" PRIMARY KEY("workspace_id")
);
--> statement-breakpoint
CREATE TABLE "ai_stream" (
	"workspace_id" uuid NOT NULL,
	"answer_id" uuid NOT NULL,
	"n" integer NOT NULL,
	"event" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ai_stream_workspace_id_answer_id_n_pk" PRIMARY KEY("workspace_id","answer_id","n")
);
--> statement-breakpoint
CREATE TABLE "ai_suggestion" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"target_type" text NOT NULL,
	"target_id" uuid NOT NULL,
	"rule" text NOT NULL,
	"state" text DEFAULT 'proposed' NOT NULL,
	"priority" bigint NOT NULL,
	"content" jsonb NOT NULL,
	"evidence_sha" text NOT NULL,
	"snapshot" jsonb NOT NULL,
	"reason" text,
	"outcome" jsonb,
	"decided_by" uuid,
	"decided_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ai_suggestion_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "ai_summary" (
	"workspace_id" uuid NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"recipe" text NOT NULL,
	"data_seq" bigint NOT NULL,
	"input_sha" text NOT NULL,
	"content" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ai_summary_workspace_id_subject_type_subject_id_user_id_pk" PRIMARY KEY("workspace_id","subject_type","subject_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "ai_term" (
	"workspace_id" uuid NOT NULL,
	"lexeme" text NOT NULL,
	"chunks" integer NOT NULL,
	CONSTRAINT "ai_term_workspace_id_lexeme_pk" PRIMARY KEY("workspace_id","lexeme")
);
--> statement-breakpoint
CREATE TABLE "ai_vector" (
	"workspace_id" uuid NOT NULL,
	"model_id" integer NOT NULL,
	"chunk_id" uuid NOT NULL,
	"scope_id" uuid NOT NULL,
	"embedding" halfvec NOT NULL,
	CONSTRAINT "ai_vector_workspace_id_model_id_chunk_id_pk" PRIMARY KEY("workspace_id","model_id","chunk_id")
);
--> statement-breakpoint
CREATE TABLE "ai_visit" (
	"workspace_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"seen_at" timestamp with time zone NOT NULL,
	"previous_at" timestamp with time zone,
	CONSTRAINT "ai_visit_workspace_id_user_id_subject_type_subject_id_pk" PRIMARY KEY("workspace_id","user_id","subject_type","subject_id")
);
--> statement-breakpoint
ALTER TABLE "app_user" ADD CONSTRAINT "app_user_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "app_user" ADD CONSTRAINT "app_user_workspace_id_team_id_team_workspace_id_id_fk" FOREIGN KEY ("workspace_id","team_id") REFERENCES "public"."team"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "holiday" ADD CONSTRAINT "holiday_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification" ADD CONSTRAINT "notification_workspace_id_user_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","user_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "record_share" ADD CONSTRAINT "record_share_workspace_id_user_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","user_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_workspace_id_user_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","user_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "team" ADD CONSTRAINT "team_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "team" ADD CONSTRAINT "team_workspace_id_parent_team_id_team_workspace_id_id_fk" FOREIGN KEY ("workspace_id","parent_team_id") REFERENCES "public"."team"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "event_dead_letter" ADD CONSTRAINT "event_dead_letter_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "event_head" ADD CONSTRAINT "event_head_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "event_inbox" ADD CONSTRAINT "event_inbox_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "event_log" ADD CONSTRAINT "event_log_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_workspace_id_parent_account_id_account_workspace_id_id_fk" FOREIGN KEY ("workspace_id","parent_account_id") REFERENCES "public"."account"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_workspace_id_owner_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","owner_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activity" ADD CONSTRAINT "activity_workspace_id_owner_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","owner_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activity_link" ADD CONSTRAINT "activity_link_workspace_id_activity_id_activity_workspace_id_id_fk" FOREIGN KEY ("workspace_id","activity_id") REFERENCES "public"."activity"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activity_link" ADD CONSTRAINT "activity_link_workspace_id_account_id_account_workspace_id_id_fk" FOREIGN KEY ("workspace_id","account_id") REFERENCES "public"."account"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activity_link" ADD CONSTRAINT "activity_link_workspace_id_contact_id_contact_workspace_id_id_fk" FOREIGN KEY ("workspace_id","contact_id") REFERENCES "public"."contact"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activity_link" ADD CONSTRAINT "activity_link_workspace_id_opportunity_id_opportunity_workspace_id_id_fk" FOREIGN KEY ("workspace_id","opportunity_id") REFERENCES "public"."opportunity"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contact" ADD CONSTRAINT "contact_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contact" ADD CONSTRAINT "contact_workspace_id_account_id_account_workspace_id_id_fk" FOREIGN KEY ("workspace_id","account_id") REFERENCES "public"."account"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contact" ADD CONSTRAINT "contact_workspace_id_owner_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","owner_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "opportunity" ADD CONSTRAINT "opportunity_workspace_id_account_id_account_workspace_id_id_fk" FOREIGN KEY ("workspace_id","account_id") REFERENCES "public"."account"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "opportunity" ADD CONSTRAINT "opportunity_workspace_id_owner_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","owner_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "opportunity" ADD CONSTRAINT "opportunity_workspace_id_pipeline_id_pipeline_workspace_id_id_fk" FOREIGN KEY ("workspace_id","pipeline_id") REFERENCES "public"."pipeline"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "opportunity" ADD CONSTRAINT "opportunity_workspace_id_stage_id_stage_workspace_id_id_fk" FOREIGN KEY ("workspace_id","stage_id") REFERENCES "public"."stage"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "opportunity" ADD CONSTRAINT "opportunity_workspace_id_product_id_product_workspace_id_id_fk" FOREIGN KEY ("workspace_id","product_id") REFERENCES "public"."product"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "opportunity_contact" ADD CONSTRAINT "opportunity_contact_workspace_id_opportunity_id_opportunity_workspace_id_id_fk" FOREIGN KEY ("workspace_id","opportunity_id") REFERENCES "public"."opportunity"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "opportunity_contact" ADD CONSTRAINT "opportunity_contact_workspace_id_contact_id_contact_workspace_id_id_fk" FOREIGN KEY ("workspace_id","contact_id") REFERENCES "public"."contact"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "opportunity_stage_history" ADD CONSTRAINT "opportunity_stage_history_workspace_id_opportunity_id_opportunity_workspace_id_id_fk" FOREIGN KEY ("workspace_id","opportunity_id") REFERENCES "public"."opportunity"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "opportunity_stage_history" ADD CONSTRAINT "opportunity_stage_history_workspace_id_from_stage_id_stage_workspace_id_id_fk" FOREIGN KEY ("workspace_id","from_stage_id") REFERENCES "public"."stage"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "opportunity_stage_history" ADD CONSTRAINT "opportunity_stage_history_workspace_id_to_stage_id_stage_workspace_id_id_fk" FOREIGN KEY ("workspace_id","to_stage_id") REFERENCES "public"."stage"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pipeline" ADD CONSTRAINT "pipeline_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "product" ADD CONSTRAINT "product_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stage" ADD CONSTRAINT "stage_workspace_id_pipeline_id_pipeline_workspace_id_id_fk" FOREIGN KEY ("workspace_id","pipeline_id") REFERENCES "public"."pipeline"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "task" ADD CONSTRAINT "task_workspace_id_owner_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","owner_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "task" ADD CONSTRAINT "task_workspace_id_account_id_account_workspace_id_id_fk" FOREIGN KEY ("workspace_id","account_id") REFERENCES "public"."account"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "task" ADD CONSTRAINT "task_workspace_id_contact_id_contact_workspace_id_id_fk" FOREIGN KEY ("workspace_id","contact_id") REFERENCES "public"."contact"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "task" ADD CONSTRAINT "task_workspace_id_opportunity_id_opportunity_workspace_id_id_fk" FOREIGN KEY ("workspace_id","opportunity_id") REFERENCES "public"."opportunity"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "coaching_entry" ADD CONSTRAINT "coaching_entry_workspace_id_item_id_coaching_item_workspace_id_id_fk" FOREIGN KEY ("workspace_id","item_id") REFERENCES "public"."coaching_item"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "coaching_item" ADD CONSTRAINT "coaching_item_workspace_id_opportunity_id_opportunity_workspace_id_id_fk" FOREIGN KEY ("workspace_id","opportunity_id") REFERENCES "public"."opportunity"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "coaching_item" ADD CONSTRAINT "coaching_item_workspace_id_account_id_account_workspace_id_id_fk" FOREIGN KEY ("workspace_id","account_id") REFERENCES "public"."account"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "coaching_item" ADD CONSTRAINT "coaching_item_workspace_id_review_id_review_workspace_id_id_fk" FOREIGN KEY ("workspace_id","review_id") REFERENCES "public"."review"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "coaching_item" ADD CONSTRAINT "coaching_item_workspace_id_rep_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","rep_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "coaching_item" ADD CONSTRAINT "coaching_item_workspace_id_author_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","author_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review" ADD CONSTRAINT "review_workspace_id_opportunity_id_opportunity_workspace_id_id_fk" FOREIGN KEY ("workspace_id","opportunity_id") REFERENCES "public"."opportunity"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review" ADD CONSTRAINT "review_workspace_id_reviewer_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","reviewer_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_comment" ADD CONSTRAINT "room_comment_workspace_id_author_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","author_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sla_policy" ADD CONSTRAINT "sla_policy_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_file_part" ADD CONSTRAINT "import_file_part_workspace_id_run_id_import_run_workspace_id_id_fk" FOREIGN KEY ("workspace_id","run_id") REFERENCES "public"."import_run"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_row" ADD CONSTRAINT "import_row_workspace_id_run_id_import_run_workspace_id_id_fk" FOREIGN KEY ("workspace_id","run_id") REFERENCES "public"."import_run"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_run" ADD CONSTRAINT "import_run_workspace_id_created_by_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","created_by") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room" ADD CONSTRAINT "room_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room" ADD CONSTRAINT "room_workspace_id_created_by_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","created_by") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_block" ADD CONSTRAINT "room_block_workspace_id_room_id_room_workspace_id_id_fk" FOREIGN KEY ("workspace_id","room_id") REFERENCES "public"."room"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_client" ADD CONSTRAINT "room_client_workspace_id_room_id_room_workspace_id_id_fk" FOREIGN KEY ("workspace_id","room_id") REFERENCES "public"."room"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_client" ADD CONSTRAINT "room_client_workspace_id_user_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","user_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_snapshot" ADD CONSTRAINT "room_snapshot_workspace_id_room_id_room_workspace_id_id_fk" FOREIGN KEY ("workspace_id","room_id") REFERENCES "public"."room"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_ticket" ADD CONSTRAINT "room_ticket_workspace_id_room_id_room_workspace_id_id_fk" FOREIGN KEY ("workspace_id","room_id") REFERENCES "public"."room"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_ticket" ADD CONSTRAINT "room_ticket_workspace_id_user_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","user_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_update" ADD CONSTRAINT "room_update_workspace_id_room_id_room_workspace_id_id_fk" FOREIGN KEY ("workspace_id","room_id") REFERENCES "public"."room"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_update" ADD CONSTRAINT "room_update_workspace_id_user_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","user_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_answer" ADD CONSTRAINT "ai_answer_workspace_id_user_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","user_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_chunk" ADD CONSTRAINT "ai_chunk_workspace_id_document_id_ai_document_workspace_id_id_fk" FOREIGN KEY ("workspace_id","document_id") REFERENCES "public"."ai_document"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_document" ADD CONSTRAINT "ai_document_workspace_id_scope_id_ai_scope_workspace_id_id_fk" FOREIGN KEY ("workspace_id","scope_id") REFERENCES "public"."ai_scope"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_embed_cache" ADD CONSTRAINT "ai_embed_cache_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_pending" ADD CONSTRAINT "ai_pending_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_posting" ADD CONSTRAINT "ai_posting_workspace_id_chunk_id_ai_chunk_workspace_id_id_fk" FOREIGN KEY ("workspace_id","chunk_id") REFERENCES "public"."ai_chunk"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_refresh" ADD CONSTRAINT "ai_refresh_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_run" ADD CONSTRAINT "ai_run_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_scope" ADD CONSTRAINT "ai_scope_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_stat" ADD CONSTRAINT "ai_stat_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_stream" ADD CONSTRAINT "ai_stream_workspace_id_answer_id_ai_answer_workspace_id_id_fk" FOREIGN KEY ("workspace_id","answer_id") REFERENCES "public"."ai_answer"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_suggestion" ADD CONSTRAINT "ai_suggestion_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_suggestion" ADD CONSTRAINT "ai_suggestion_workspace_id_decided_by_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","decided_by") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_summary" ADD CONSTRAINT "ai_summary_workspace_id_user_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","user_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_term" ADD CONSTRAINT "ai_term_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_vector" ADD CONSTRAINT "ai_vector_workspace_id_chunk_id_ai_chunk_workspace_id_id_fk" FOREIGN KEY ("workspace_id","chunk_id") REFERENCES "public"."ai_chunk"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_visit" ADD CONSTRAINT "ai_visit_workspace_id_user_id_app_user_workspace_id_id_fk" FOREIGN KEY ("workspace_id","user_id") REFERENCES "public"."app_user"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "app_user_email" ON "app_user" USING btree ("email");--> statement-breakpoint
CREATE INDEX "app_user_team" ON "app_user" USING btree ("workspace_id","team_id");--> statement-breakpoint
CREATE INDEX "notification_user" ON "notification" USING btree ("workspace_id","user_id","created_at");--> statement-breakpoint
CREATE INDEX "record_share_record" ON "record_share" USING btree ("workspace_id","record_type","record_id");--> statement-breakpoint
CREATE INDEX "session_id_hash" ON "session" USING btree ("id_hash");--> statement-breakpoint
CREATE INDEX "session_user" ON "session" USING btree ("workspace_id","user_id");--> statement-breakpoint
CREATE INDEX "event_inbox_id" ON "event_inbox" USING btree ("id");--> statement-breakpoint
CREATE INDEX "event_log_seq" ON "event_log" USING btree ("seq");--> statement-breakpoint
CREATE INDEX "event_log_subject" ON "event_log" USING btree ("workspace_id","subject_type","subject_id","seq");--> statement-breakpoint
CREATE INDEX "account_name" ON "account" USING btree ("workspace_id",lower("name"),"id");--> statement-breakpoint
CREATE INDEX "account_owner" ON "account" USING btree ("workspace_id","owner_id");--> statement-breakpoint
CREATE INDEX "account_parent" ON "account" USING btree ("workspace_id","parent_account_id");--> statement-breakpoint
CREATE INDEX "account_external_id" ON "account" USING btree ("workspace_id","external_id");--> statement-breakpoint
CREATE INDEX "account_import_run" ON "account" USING btree ("workspace_id","import_run_id");--> statement-breakpoint
CREATE INDEX "activity_occurred" ON "activity" USING btree ("workspace_id","occurred_at","id");--> statement-breakpoint
CREATE INDEX "activity_owner" ON "activity" USING btree ("workspace_id","owner_id","occurred_at");--> statement-breakpoint
CREATE INDEX "activity_import_run" ON "activity" USING btree ("workspace_id","import_run_id");--> statement-breakpoint
CREATE INDEX "activity_link_activity" ON "activity_link" USING btree ("workspace_id","activity_id");--> statement-breakpoint
CREATE INDEX "activity_link_account" ON "activity_link" USING btree ("workspace_id","account_id","occurred_at");--> statement-breakpoint
CREATE INDEX "activity_link_contact" ON "activity_link" USING btree ("workspace_id","contact_id","occurred_at");--> statement-breakpoint
CREATE INDEX "activity_link_opportunity" ON "activity_link" USING btree ("workspace_id","opportunity_id","occurred_at");--> statement-breakpoint
CREATE INDEX "contact_name" ON "contact" USING btree ("workspace_id",lower("last_name"),"id");--> statement-breakpoint
CREATE INDEX "contact_account" ON "contact" USING btree ("workspace_id","account_id");--> statement-breakpoint
CREATE INDEX "contact_owner" ON "contact" USING btree ("workspace_id","owner_id");--> statement-breakpoint
CREATE INDEX "contact_email" ON "contact" USING btree ("workspace_id",lower("email"));--> statement-breakpoint
CREATE INDEX "contact_external_id" ON "contact" USING btree ("workspace_id","external_id");--> statement-breakpoint
CREATE INDEX "contact_import_run" ON "contact" USING btree ("workspace_id","import_run_id");--> statement-breakpoint
CREATE INDEX "opportunity_owner" ON "opportunity" USING btree ("workspace_id","owner_id","stage_kind");--> statement-breakpoint
CREATE INDEX "opportunity_account" ON "opportunity" USING btree ("workspace_id","account_id","owner_id");--> statement-breakpoint
CREATE INDEX "opportunity_stage" ON "opportunity" USING btree ("workspace_id","stage_id","close_date","id");--> statement-breakpoint
CREATE INDEX "opportunity_close_date" ON "opportunity" USING btree ("workspace_id",coalesce("close_date", date '9999-12-31'),"id");--> statement-breakpoint
CREATE INDEX "opportunity_amount" ON "opportunity" USING btree ("workspace_id",coalesce("amount_cents", 0),"id");--> statement-breakpoint
CREATE INDEX "opportunity_name" ON "opportunity" USING btree ("workspace_id",lower("name"),"id");--> statement-breakpoint
CREATE INDEX "opportunity_external_id" ON "opportunity" USING btree ("workspace_id","external_id");--> statement-breakpoint
CREATE INDEX "opportunity_import_run" ON "opportunity" USING btree ("workspace_id","import_run_id");--> statement-breakpoint
CREATE INDEX "opportunity_contact_contact" ON "opportunity_contact" USING btree ("workspace_id","contact_id");--> statement-breakpoint
CREATE INDEX "opportunity_stage_history_opportunity" ON "opportunity_stage_history" USING btree ("workspace_id","opportunity_id","moved_at");--> statement-breakpoint
CREATE INDEX "product_import_run" ON "product" USING btree ("workspace_id","import_run_id");--> statement-breakpoint
CREATE INDEX "task_owner" ON "task" USING btree ("workspace_id","owner_id","done_at","due_on");--> statement-breakpoint
CREATE INDEX "task_opportunity" ON "task" USING btree ("workspace_id","opportunity_id");--> statement-breakpoint
CREATE INDEX "task_account" ON "task" USING btree ("workspace_id","account_id");--> statement-breakpoint
CREATE INDEX "coaching_entry_item" ON "coaching_entry" USING btree ("workspace_id","item_id","created_at");--> statement-breakpoint
CREATE INDEX "coaching_item_rep" ON "coaching_item" USING btree ("workspace_id","rep_id","state","due_at");--> statement-breakpoint
CREATE INDEX "coaching_item_author" ON "coaching_item" USING btree ("workspace_id","author_id","state");--> statement-breakpoint
CREATE INDEX "coaching_item_opportunity" ON "coaching_item" USING btree ("workspace_id","opportunity_id");--> statement-breakpoint
CREATE INDEX "coaching_item_room" ON "coaching_item" USING btree ("workspace_id","room_id");--> statement-breakpoint
CREATE INDEX "coaching_item_escalation" ON "coaching_item" USING btree ("next_escalation_at");--> statement-breakpoint
CREATE INDEX "review_opportunity" ON "review" USING btree ("workspace_id","opportunity_id","created_at");--> statement-breakpoint
CREATE INDEX "room_comment_room" ON "room_comment" USING btree ("workspace_id","room_id","created_at");--> statement-breakpoint
CREATE INDEX "import_row_outcome" ON "import_row" USING btree ("workspace_id","run_id","outcome","row_number");--> statement-breakpoint
CREATE INDEX "import_run_created" ON "import_run" USING btree ("workspace_id","created_at");--> statement-breakpoint
CREATE INDEX "ai_answer_user" ON "ai_answer" USING btree ("workspace_id","user_id","created_at");--> statement-breakpoint
CREATE INDEX "ai_answer_expires" ON "ai_answer" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "ai_chunk_document" ON "ai_chunk" USING btree ("workspace_id","document_id","seq");--> statement-breakpoint
CREATE INDEX "ai_chunk_body" ON "ai_chunk" USING btree ("workspace_id","body_sha");--> statement-breakpoint
CREATE INDEX "ai_document_about" ON "ai_document" USING gin ("about");--> statement-breakpoint
CREATE INDEX "ai_document_scope" ON "ai_document" USING btree ("workspace_id","scope_id");--> statement-breakpoint
CREATE INDEX "ai_pending_marked" ON "ai_pending" USING btree ("marked_at");--> statement-breakpoint
CREATE INDEX "ai_posting_chunk" ON "ai_posting" USING btree ("workspace_id","chunk_id");--> statement-breakpoint
CREATE INDEX "ai_refresh_marked" ON "ai_refresh" USING btree ("marked_at");--> statement-breakpoint
CREATE INDEX "ai_run_created" ON "ai_run" USING btree ("workspace_id","created_at");--> statement-breakpoint
CREATE INDEX "ai_scope_principals" ON "ai_scope" USING gin ("principals");--> statement-breakpoint
CREATE UNIQUE INDEX "ai_suggestion_one_proposed" ON "ai_suggestion" USING btree ("workspace_id","target_type","target_id") WHERE "ai_suggestion"."state" = 'proposed';--> statement-breakpoint
CREATE INDEX "ai_suggestion_target" ON "ai_suggestion" USING btree ("workspace_id","target_type","target_id","created_at");--> statement-breakpoint
CREATE INDEX "ai_suggestion_rule" ON "ai_suggestion" USING btree ("workspace_id","rule","state");--> statement-breakpoint
CREATE INDEX "ai_suggestion_priority" ON "ai_suggestion" USING btree ("workspace_id","state","priority");--> statement-breakpoint
CREATE INDEX "ai_term_trigram" ON "ai_term" USING gin ("lexeme" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "ai_vector_chunk" ON "ai_vector" USING btree ("workspace_id","chunk_id");--> statement-breakpoint
CREATE INDEX "ai_vector_scope" ON "ai_vector" USING btree ("workspace_id","model_id","scope_id");