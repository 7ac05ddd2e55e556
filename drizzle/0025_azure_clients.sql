CREATE TABLE "notification_recipients" (
	"service_id" text NOT NULL,
	"notification" text NOT NULL,
	"kind" text NOT NULL,
	"recipient" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "notification_recipients_service_id_notification_kind_recipient_pk" PRIMARY KEY("service_id","notification","kind","recipient")
);
--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "resource_id" text;--> statement-breakpoint
ALTER TABLE "apis" ADD COLUMN "key_header" text;--> statement-breakpoint
ALTER TABLE "apis" ADD COLUMN "key_query" text;--> statement-breakpoint
ALTER TABLE "apis" ADD COLUMN "properties" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD COLUMN "scope_as_written" text;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD COLUMN "owner_as_written" text;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD COLUMN "allows_tracing" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "notification_recipients" ADD CONSTRAINT "notification_recipients_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "accounts_resource" ON "accounts" USING btree ("service_id",coalesce("resource_id", "id")) WHERE state <> 'deleted';--> statement-breakpoint
CREATE INDEX "accounts_resource_any_case" ON "accounts" USING btree ("service_id",lower(coalesce("resource_id", "id"))) WHERE state <> 'deleted';--> statement-breakpoint
CREATE INDEX "groups_any_case" ON "groups" USING btree ("service_id",lower("id"));--> statement-breakpoint
CREATE INDEX "apis_any_case" ON "apis" USING btree ("service_id",lower("id"));--> statement-breakpoint
CREATE INDEX "products_any_case" ON "products" USING btree ("service_id",lower("id"));--> statement-breakpoint
CREATE INDEX "subscriptions_any_case" ON "subscriptions" USING btree ("service_id",lower("id"));