CREATE TABLE "approvals" (
	"service_id" text NOT NULL,
	"id" uuid NOT NULL,
	"operation" text NOT NULL,
	"origin" text NOT NULL,
	"subject" text NOT NULL,
	"account_id" text,
	"sealed_input" text,
	"requested_by_kind" text NOT NULL,
	"requested_by" text NOT NULL,
	"requested_by_name" text NOT NULL,
	"why" text DEFAULT '' NOT NULL,
	"state" text NOT NULL,
	"code" text,
	"decided_by" text DEFAULT '' NOT NULL,
	"decided_by_name" text DEFAULT '' NOT NULL,
	"decision_reason" text DEFAULT '' NOT NULL,
	"reminders" integer DEFAULT 0 NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "approvals_service_id_id_pk" PRIMARY KEY("service_id","id"),
	CONSTRAINT "approvals_end" CHECK ((state = 'open') = (ended_at is null))
);
--> statement-breakpoint
CREATE TABLE "audit_links" (
	"service_id" text NOT NULL,
	"number" bigint NOT NULL,
	"audit_id" uuid NOT NULL,
	"hash" text NOT NULL,
	"linked_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "audit_links_service_id_number_pk" PRIMARY KEY("service_id","number")
);
--> statement-breakpoint
ALTER TABLE "cards" ALTER COLUMN "account_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "approval_id" uuid;--> statement-breakpoint
ALTER TABLE "cards" ADD COLUMN "approval_id" uuid;--> statement-breakpoint
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_service_id_account_id_accounts_service_id_id_fk" FOREIGN KEY ("service_id","account_id") REFERENCES "public"."accounts"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_links" ADD CONSTRAINT "audit_links_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "approvals_open" ON "approvals" USING btree ("service_id","operation","subject") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "approvals_of_requester" ON "approvals" USING btree ("service_id","requested_by","id");--> statement-breakpoint
CREATE INDEX "approvals_of_account" ON "approvals" USING btree ("service_id","account_id");--> statement-breakpoint
CREATE UNIQUE INDEX "audit_links_of_row" ON "audit_links" USING btree ("service_id","audit_id");--> statement-breakpoint
ALTER TABLE "audit" ADD CONSTRAINT "audit_service_id_approval_id_approvals_service_id_id_fk" FOREIGN KEY ("service_id","approval_id") REFERENCES "public"."approvals"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_service_id_approval_id_approvals_service_id_id_fk" FOREIGN KEY ("service_id","approval_id") REFERENCES "public"."approvals"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_by_actor" ON "audit" USING btree ("service_id","actor_id","id");--> statement-breakpoint
CREATE INDEX "audit_refused" ON "audit" USING btree ("service_id","id") WHERE outcome = 'refused';--> statement-breakpoint
CREATE UNIQUE INDEX "cards_of_approval" ON "cards" USING btree ("service_id","approval_id","channel_id");--> statement-breakpoint
CREATE INDEX "invitations_of_account" ON "invitations" USING btree ("service_id","account_id");--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_one_subject" CHECK (num_nonnulls(account_id, approval_id) = 1);