CREATE EXTENSION IF NOT EXISTS pg_trgm;
--> statement-breakpoint
CREATE TABLE "account_counts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "account_counts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"service_id" text NOT NULL,
	"state" text NOT NULL,
	"change" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "account_groups" (
	"service_id" text NOT NULL,
	"account_id" text NOT NULL,
	"group_id" text NOT NULL,
	CONSTRAINT "account_groups_service_id_account_id_group_id_pk" PRIMARY KEY("service_id","account_id","group_id")
);
--> statement-breakpoint
CREATE TABLE "accounts" (
	"service_id" text NOT NULL,
	"id" text NOT NULL,
	"email" text NOT NULL,
	"email_canonical" text NOT NULL,
	"first_name" text NOT NULL,
	"last_name" text NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"state" text NOT NULL,
	"state_reason" text DEFAULT '' NOT NULL,
	"state_changed_at" timestamp (3) with time zone NOT NULL,
	"state_changed_by" text NOT NULL,
	"email_confirmed_at" timestamp (3) with time zone,
	"password_hash" text,
	"password_must_change" boolean DEFAULT false NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"registered_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"erased_at" timestamp (3) with time zone,
	"search_text" text GENERATED ALWAYS AS (lower(first_name || ' ' || last_name || ' ' || email)) STORED NOT NULL,
	CONSTRAINT "accounts_service_id_id_pk" PRIMARY KEY("service_id","id"),
	CONSTRAINT "accounts_deleted_at" CHECK ((state = 'deleted') = (deleted_at is not null))
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"service_id" text NOT NULL,
	"id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"operation" text NOT NULL,
	"outcome" text NOT NULL,
	"code" text,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"actor_name" text NOT NULL,
	"target_kind" text,
	"target_id" text,
	"request_id" text NOT NULL,
	CONSTRAINT "audit_service_id_id_pk" PRIMARY KEY("service_id","id")
);
--> statement-breakpoint
CREATE TABLE "audit_details" (
	"service_id" text NOT NULL,
	"audit_id" uuid NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"before" jsonb,
	"after" jsonb,
	CONSTRAINT "audit_details_service_id_audit_id_pk" PRIMARY KEY("service_id","audit_id")
);
--> statement-breakpoint
CREATE TABLE "cards" (
	"service_id" text NOT NULL,
	"id" uuid NOT NULL,
	"account_id" text NOT NULL,
	"channel_id" text NOT NULL,
	"message_ts" text,
	"painted_version" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "cards_service_id_id_pk" PRIMARY KEY("service_id","id")
);
--> statement-breakpoint
CREATE TABLE "groups" (
	"service_id" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"type" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "groups_service_id_id_pk" PRIMARY KEY("service_id","id")
);
--> statement-breakpoint
CREATE TABLE "invitation_groups" (
	"service_id" text NOT NULL,
	"invitation_id" uuid NOT NULL,
	"group_id" text NOT NULL,
	CONSTRAINT "invitation_groups_service_id_invitation_id_group_id_pk" PRIMARY KEY("service_id","invitation_id","group_id")
);
--> statement-breakpoint
CREATE TABLE "invitations" (
	"service_id" text NOT NULL,
	"id" uuid NOT NULL,
	"email" text NOT NULL,
	"email_canonical" text NOT NULL,
	"first_name" text NOT NULL,
	"last_name" text NOT NULL,
	"personal_line" text DEFAULT '' NOT NULL,
	"state" text NOT NULL,
	"invited_by" text NOT NULL,
	"invited_by_name" text NOT NULL,
	"account_id" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "invitations_service_id_id_pk" PRIMARY KEY("service_id","id")
);
--> statement-breakpoint
CREATE TABLE "mail_texts" (
	"service_id" text NOT NULL,
	"template" text NOT NULL,
	"subject" text NOT NULL,
	"body" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	"changed_by" text NOT NULL,
	CONSTRAINT "mail_texts_service_id_template_pk" PRIMARY KEY("service_id","template")
);
--> statement-breakpoint
CREATE TABLE "mails" (
	"service_id" text NOT NULL,
	"id" uuid NOT NULL,
	"template" text NOT NULL,
	"account_id" text,
	"invitation_id" uuid,
	"ticket_id" uuid,
	"state" text NOT NULL,
	"sealed_order" text,
	"sealed_message" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp (3) with time zone NOT NULL,
	"leased_until" timestamp (3) with time zone,
	"first_attempt_at" timestamp (3) with time zone,
	"provider_id" text,
	"last_code" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "mails_service_id_id_pk" PRIMARY KEY("service_id","id")
);
--> statement-breakpoint
CREATE TABLE "operators" (
	"service_id" text NOT NULL,
	"team_id" text NOT NULL,
	"slack_user_id" text NOT NULL,
	"name" text NOT NULL,
	"role" text,
	"granted_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "operators_service_id_team_id_slack_user_id_pk" PRIMARY KEY("service_id","team_id","slack_user_id")
);
--> statement-breakpoint
CREATE TABLE "services" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"secret_key_check" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "slack_receipts" (
	"team_id" text NOT NULL,
	"kind" text NOT NULL,
	"id" text NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "slack_receipts_team_id_kind_id_pk" PRIMARY KEY("team_id","kind","id")
);
--> statement-breakpoint
CREATE TABLE "tickets" (
	"service_id" text NOT NULL,
	"id" uuid NOT NULL,
	"purpose" text NOT NULL,
	"hash" text NOT NULL,
	"account_id" text,
	"invitation_id" uuid,
	"email" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	"voided_at" timestamp (3) with time zone,
	CONSTRAINT "tickets_service_id_id_pk" PRIMARY KEY("service_id","id"),
	CONSTRAINT "tickets_one_owner" CHECK (num_nonnulls(account_id, invitation_id) = 1)
);
--> statement-breakpoint
CREATE TABLE "workspaces" (
	"team_id" text PRIMARY KEY NOT NULL,
	"service_id" text NOT NULL,
	"state" text NOT NULL,
	"token_hash" text NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "account_groups" ADD CONSTRAINT "account_groups_service_id_account_id_accounts_service_id_id_fk" FOREIGN KEY ("service_id","account_id") REFERENCES "public"."accounts"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_groups" ADD CONSTRAINT "account_groups_service_id_group_id_groups_service_id_id_fk" FOREIGN KEY ("service_id","group_id") REFERENCES "public"."groups"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit" ADD CONSTRAINT "audit_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_details" ADD CONSTRAINT "audit_details_service_id_audit_id_audit_service_id_id_fk" FOREIGN KEY ("service_id","audit_id") REFERENCES "public"."audit"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_service_id_account_id_accounts_service_id_id_fk" FOREIGN KEY ("service_id","account_id") REFERENCES "public"."accounts"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "groups" ADD CONSTRAINT "groups_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitation_groups" ADD CONSTRAINT "invitation_groups_service_id_invitation_id_invitations_service_id_id_fk" FOREIGN KEY ("service_id","invitation_id") REFERENCES "public"."invitations"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitation_groups" ADD CONSTRAINT "invitation_groups_service_id_group_id_groups_service_id_id_fk" FOREIGN KEY ("service_id","group_id") REFERENCES "public"."groups"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_service_id_account_id_accounts_service_id_id_fk" FOREIGN KEY ("service_id","account_id") REFERENCES "public"."accounts"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mail_texts" ADD CONSTRAINT "mail_texts_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mails" ADD CONSTRAINT "mails_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mails" ADD CONSTRAINT "mails_service_id_account_id_accounts_service_id_id_fk" FOREIGN KEY ("service_id","account_id") REFERENCES "public"."accounts"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mails" ADD CONSTRAINT "mails_service_id_invitation_id_invitations_service_id_id_fk" FOREIGN KEY ("service_id","invitation_id") REFERENCES "public"."invitations"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mails" ADD CONSTRAINT "mails_service_id_ticket_id_tickets_service_id_id_fk" FOREIGN KEY ("service_id","ticket_id") REFERENCES "public"."tickets"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "operators" ADD CONSTRAINT "operators_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_service_id_account_id_accounts_service_id_id_fk" FOREIGN KEY ("service_id","account_id") REFERENCES "public"."accounts"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_service_id_invitation_id_invitations_service_id_id_fk" FOREIGN KEY ("service_id","invitation_id") REFERENCES "public"."invitations"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "workspaces" ADD CONSTRAINT "workspaces_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "account_counts_by_service" ON "account_counts" USING btree ("service_id","state");--> statement-breakpoint
CREATE INDEX "account_groups_by_group" ON "account_groups" USING btree ("service_id","group_id","account_id");--> statement-breakpoint
CREATE UNIQUE INDEX "accounts_email" ON "accounts" USING btree ("service_id","email_canonical") WHERE state <> 'deleted';--> statement-breakpoint
CREATE INDEX "accounts_by_registration" ON "accounts" USING btree ("service_id","registered_at" DESC NULLS LAST,"id" DESC NULLS LAST) WHERE state <> 'deleted';--> statement-breakpoint
CREATE INDEX "accounts_by_state" ON "accounts" USING btree ("service_id","state","registered_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "accounts_to_erase" ON "accounts" USING btree ("deleted_at") WHERE state = 'deleted' and erased_at is null;--> statement-breakpoint
CREATE INDEX "accounts_search" ON "accounts" USING gin ("search_text" gin_trgm_ops) WHERE state <> 'deleted';--> statement-breakpoint
CREATE INDEX "audit_of_target" ON "audit" USING btree ("service_id","target_kind","target_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "cards_of_account" ON "cards" USING btree ("service_id","account_id","channel_id");--> statement-breakpoint
CREATE UNIQUE INDEX "groups_name" ON "groups" USING btree ("service_id",lower("name"));--> statement-breakpoint
CREATE UNIQUE INDEX "invitations_open" ON "invitations" USING btree ("service_id","email_canonical") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "invitations_by_state" ON "invitations" USING btree ("service_id","state","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "invitations_by_email" ON "invitations" USING btree ("service_id","email_canonical");--> statement-breakpoint
CREATE INDEX "mails_due" ON "mails" USING btree ("next_attempt_at") WHERE state = 'queued';--> statement-breakpoint
CREATE INDEX "mails_of_account" ON "mails" USING btree ("service_id","account_id","id");--> statement-breakpoint
CREATE INDEX "mails_of_invitation" ON "mails" USING btree ("service_id","invitation_id","id");--> statement-breakpoint
CREATE INDEX "mails_by_provider_id" ON "mails" USING btree ("provider_id");--> statement-breakpoint
CREATE INDEX "slack_receipts_age" ON "slack_receipts" USING btree ("received_at");--> statement-breakpoint
CREATE UNIQUE INDEX "tickets_hash" ON "tickets" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "tickets_of_account" ON "tickets" USING btree ("service_id","account_id","purpose");--> statement-breakpoint
CREATE INDEX "tickets_of_invitation" ON "tickets" USING btree ("service_id","invitation_id");