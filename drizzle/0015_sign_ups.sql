CREATE TABLE "sign_up_summaries" (
	"service_id" text NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "sign_up_summaries_service_id_id_pk" PRIMARY KEY("service_id","id")
);
--> statement-breakpoint
ALTER TABLE "cards" DROP CONSTRAINT "cards_one_subject";--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "sign_up_summary_id" uuid;--> statement-breakpoint
ALTER TABLE "cards" ADD COLUMN "sign_up_summary_id" uuid;--> statement-breakpoint
ALTER TABLE "sign_up_summaries" ADD CONSTRAINT "sign_up_summaries_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "sign_up_summaries_open" ON "sign_up_summaries" USING btree ("service_id") WHERE ended_at is null;--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_service_id_sign_up_summary_id_sign_up_summaries_service_id_id_fk" FOREIGN KEY ("service_id","sign_up_summary_id") REFERENCES "public"."sign_up_summaries"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_service_id_sign_up_summary_id_sign_up_summaries_service_id_id_fk" FOREIGN KEY ("service_id","sign_up_summary_id") REFERENCES "public"."sign_up_summaries"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "accounts_unconfirmed_sign_ups" ON "accounts" USING btree ("signed_up_at") WHERE state = 'pending' and signed_up_at is not null and email_confirmed_at is null;--> statement-breakpoint
CREATE INDEX "accounts_waiting_sign_ups" ON "accounts" USING btree ("service_id","email_confirmed_at") WHERE state = 'pending' and signed_up_at is not null and email_confirmed_at is not null;--> statement-breakpoint
CREATE INDEX "accounts_of_summary" ON "accounts" USING btree ("service_id","sign_up_summary_id") WHERE sign_up_summary_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "cards_of_summary" ON "cards" USING btree ("service_id","sign_up_summary_id","channel_id");--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_one_subject" CHECK (num_nonnulls(account_id, approval_id, subscription_id, sign_up_summary_id) = 1);