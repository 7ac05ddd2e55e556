ALTER TABLE "imports" RENAME TO "batches";--> statement-breakpoint
ALTER TABLE "batches" DROP CONSTRAINT "imports_end";--> statement-breakpoint
ALTER TABLE "batches" DROP CONSTRAINT "imports_service_id_services_id_fk";
--> statement-breakpoint
DROP INDEX "imports_not_ended";--> statement-breakpoint
ALTER TABLE "batches" DROP CONSTRAINT "imports_service_id_id_pk";--> statement-breakpoint
ALTER TABLE "batches" ADD CONSTRAINT "batches_service_id_id_pk" PRIMARY KEY("service_id","id");--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "kind" text DEFAULT 'import' NOT NULL;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "action" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "to_do" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "applied_by_kind" text DEFAULT 'slack' NOT NULL;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "approval_id" uuid;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "approved_by" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "approved_by_name" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "stop_asked_by" text;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "undoes" uuid;--> statement-breakpoint
ALTER TABLE "batches" ADD CONSTRAINT "batches_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "batches_undone" ON "batches" USING btree ("service_id","undoes");--> statement-breakpoint
CREATE INDEX "batches_not_ended" ON "batches" USING btree ("service_id","expires_at") WHERE ended_at is null;--> statement-breakpoint
ALTER TABLE "batches" ADD CONSTRAINT "batches_end" CHECK ((state in ('done', 'stopped')) = (ended_at is not null));--> statement-breakpoint
-- The sweep queues the job of a running import again, under its new name.
DO $$ BEGIN
  IF to_regclass('graphile_worker._private_jobs') IS NOT NULL THEN
    DELETE FROM graphile_worker._private_jobs j USING graphile_worker._private_tasks t
      WHERE t.id = j.task_id AND t.identifier = 'run-import';
  END IF;
END $$;
