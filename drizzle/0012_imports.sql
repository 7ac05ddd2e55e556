CREATE TABLE "imports" (
	"service_id" text NOT NULL,
	"id" uuid NOT NULL,
	"state" text NOT NULL,
	"sealed_rows" text[] NOT NULL,
	"total" integer NOT NULL,
	"position" integer DEFAULT 0 NOT NULL,
	"planned_by" text NOT NULL,
	"team_id" text,
	"slack_user_id" text,
	"applied_by_name" text DEFAULT '' NOT NULL,
	"channel_id" text,
	"message_ts" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"applied_at" timestamp (3) with time zone,
	"leased_until" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "imports_service_id_id_pk" PRIMARY KEY("service_id","id"),
	CONSTRAINT "imports_end" CHECK ((state in ('done', 'stopped')) = (ended_at is not null))
);
--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "imports_not_ended" ON "imports" USING btree ("service_id","expires_at") WHERE ended_at is null;