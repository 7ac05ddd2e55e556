CREATE TABLE "person_settings" (
	"service_id" text NOT NULL,
	"team_id" text NOT NULL,
	"slack_user_id" text NOT NULL,
	"hears_of_invitations" boolean NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "person_settings_service_id_team_id_slack_user_id_pk" PRIMARY KEY("service_id","team_id","slack_user_id")
);
--> statement-breakpoint
ALTER TABLE "cards" DROP CONSTRAINT "cards_one_subject";--> statement-breakpoint
ALTER TABLE "cards" ADD COLUMN "invitation_batch_id" uuid;--> statement-breakpoint
ALTER TABLE "invitations" ADD COLUMN "approved_by" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "invitations" ADD COLUMN "batch_id" uuid DEFAULT gen_random_uuid() NOT NULL;--> statement-breakpoint
ALTER TABLE "person_settings" ADD CONSTRAINT "person_settings_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "cards_of_batch" ON "cards" USING btree ("service_id","invitation_batch_id","channel_id");--> statement-breakpoint
CREATE INDEX "invitations_of_batch" ON "invitations" USING btree ("service_id","batch_id");--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_one_subject" CHECK (num_nonnulls(account_id, approval_id, subscription_id, sign_up_summary_id, invitation_batch_id) = 1);