CREATE TABLE "leaked_keys" (
	"service_id" text NOT NULL,
	"id" uuid NOT NULL,
	"hash" text NOT NULL,
	"subscription_id" text,
	"slot" text,
	"token_id" uuid,
	"places" jsonb NOT NULL,
	"place_count" integer NOT NULL,
	"state" text NOT NULL,
	"settled_by" text DEFAULT '' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"reported_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	"settled_at" timestamp (3) with time zone,
	CONSTRAINT "leaked_keys_service_id_id_pk" PRIMARY KEY("service_id","id"),
	CONSTRAINT "leaked_keys_one_subject" CHECK (num_nonnulls(subscription_id, token_id) = 1),
	CONSTRAINT "leaked_keys_end" CHECK ((state = 'open') = (settled_at is null))
);
--> statement-breakpoint
ALTER TABLE "cards" DROP CONSTRAINT "cards_one_subject";--> statement-breakpoint
ALTER TABLE "cards" ADD COLUMN "leaked_key_id" uuid;--> statement-breakpoint
ALTER TABLE "leaked_keys" ADD CONSTRAINT "leaked_keys_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leaked_keys" ADD CONSTRAINT "leaked_keys_service_id_subscription_id_subscriptions_service_id_id_fk" FOREIGN KEY ("service_id","subscription_id") REFERENCES "public"."subscriptions"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leaked_keys" ADD CONSTRAINT "leaked_keys_service_id_token_id_tokens_service_id_id_fk" FOREIGN KEY ("service_id","token_id") REFERENCES "public"."tokens"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "leaked_keys_hash" ON "leaked_keys" USING btree ("service_id","hash");--> statement-breakpoint
CREATE INDEX "leaked_keys_of_subscription" ON "leaked_keys" USING btree ("service_id","subscription_id");--> statement-breakpoint
CREATE INDEX "leaked_keys_of_token" ON "leaked_keys" USING btree ("service_id","token_id");--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_service_id_leaked_key_id_leaked_keys_service_id_id_fk" FOREIGN KEY ("service_id","leaked_key_id") REFERENCES "public"."leaked_keys"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "cards_of_leaked_key" ON "cards" USING btree ("service_id","leaked_key_id","channel_id");--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_one_subject" CHECK (num_nonnulls(account_id, approval_id, subscription_id, sign_up_summary_id, invitation_batch_id, drift_id, leaked_key_id) = 1);