CREATE TABLE "announcement_recipients" (
	"service_id" text NOT NULL,
	"announcement_id" uuid NOT NULL,
	"account_id" text NOT NULL,
	"mail_id" uuid,
	"left_out" text,
	"unsubscribe_hash" text,
	CONSTRAINT "announcement_recipients_service_id_announcement_id_account_id_pk" PRIMARY KEY("service_id","announcement_id","account_id")
);
--> statement-breakpoint
CREATE TABLE "announcements" (
	"service_id" text NOT NULL,
	"id" uuid NOT NULL,
	"state" text NOT NULL,
	"kind" text NOT NULL,
	"audience" text NOT NULL,
	"audience_id" text,
	"audience_name" text DEFAULT '' NOT NULL,
	"subject" text NOT NULL,
	"body" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	"changed_by_name" text NOT NULL,
	"sent_at" timestamp (3) with time zone,
	"sent_by" text,
	"sent_by_name" text DEFAULT '' NOT NULL,
	"left_out" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"stopped_by_name" text DEFAULT '' NOT NULL,
	"channel_id" text,
	"message_ts" text,
	CONSTRAINT "announcements_service_id_id_pk" PRIMARY KEY("service_id","id"),
	CONSTRAINT "announcements_end" CHECK ((state in ('done', 'stopped')) = (ended_at is not null)),
	CONSTRAINT "announcements_sent" CHECK ((state = 'draft') = (sent_at is null)),
	CONSTRAINT "announcements_audience" CHECK ((audience = 'everyone') = (audience_id is null))
);
--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "news_refused_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "announcement_recipients" ADD CONSTRAINT "announcement_recipients_service_id_announcement_id_announcements_service_id_id_fk" FOREIGN KEY ("service_id","announcement_id") REFERENCES "public"."announcements"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "announcement_recipients" ADD CONSTRAINT "announcement_recipients_service_id_account_id_accounts_service_id_id_fk" FOREIGN KEY ("service_id","account_id") REFERENCES "public"."accounts"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "announcement_recipients" ADD CONSTRAINT "announcement_recipients_service_id_mail_id_mails_service_id_id_fk" FOREIGN KEY ("service_id","mail_id") REFERENCES "public"."mails"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "announcements" ADD CONSTRAINT "announcements_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "announcement_recipients_waiting" ON "announcement_recipients" USING btree ("service_id","announcement_id","account_id") WHERE mail_id is null and left_out is null;--> statement-breakpoint
CREATE INDEX "announcement_recipients_of_account" ON "announcement_recipients" USING btree ("service_id","account_id");--> statement-breakpoint
CREATE UNIQUE INDEX "announcement_recipients_hash" ON "announcement_recipients" USING btree ("service_id","unsubscribe_hash");--> statement-breakpoint
CREATE INDEX "announcements_by_creation" ON "announcements" USING btree ("service_id","id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "announcements_sending" ON "announcements" USING btree ("service_id") WHERE state = 'sending';--> statement-breakpoint
CREATE INDEX "mails_returned" ON "mails" USING btree ("service_id","account_id","id") WHERE state in ('bounced', 'complained') and account_id is not null;