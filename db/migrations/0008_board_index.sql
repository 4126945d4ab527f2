DROP INDEX "opportunity_stage";--> statement-breakpoint
CREATE INDEX "opportunity_stage" ON "opportunity" USING btree ("workspace_id","stage_id",coalesce("close_date", date '9999-12-31'),"id");