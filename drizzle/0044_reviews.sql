CREATE TABLE "review_people" (
	"service_id" text NOT NULL,
	"review_id" uuid NOT NULL,
	"person" text NOT NULL,
	"name" text NOT NULL,
	"is_operator" boolean NOT NULL,
	"lost_at" timestamp (3) with time zone,
	CONSTRAINT "review_people_service_id_review_id_person_pk" PRIMARY KEY("service_id","review_id","person")
);
--> statement-breakpoint
CREATE TABLE "review_rows" (
	"service_id" text NOT NULL,
	"id" uuid NOT NULL,
	"review_id" uuid NOT NULL,
	"place" integer NOT NULL,
	"account_id" text NOT NULL,
	"evidence" jsonb,
	"evidence_at" timestamp (3) with time zone NOT NULL,
	"answer" text,
	"answered_by" text DEFAULT '' NOT NULL,
	"answered_by_name" text DEFAULT '' NOT NULL,
	"answered_at" timestamp (3) with time zone,
	"reason" text DEFAULT '' NOT NULL,
	"approval_id" uuid,
	"change_id" uuid,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "review_rows_service_id_id_pk" PRIMARY KEY("service_id","id"),
	CONSTRAINT "review_rows_answer" CHECK ((answer is null) = (answered_at is null))
);
--> statement-breakpoint
CREATE TABLE "reviews" (
	"service_id" text NOT NULL,
	"id" uuid NOT NULL,
	"scope" text NOT NULL,
	"scope_id" text,
	"scope_name" text NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"at_end" text NOT NULL,
	"has_reminders" boolean NOT NULL,
	"next_reminder_at" timestamp (3) with time zone,
	"total" integer NOT NULL,
	"state" text NOT NULL,
	"started_by" text NOT NULL,
	"started_by_name" text NOT NULL,
	"admins_since" timestamp (3) with time zone,
	"escalated_at" timestamp (3) with time zone,
	"ended_by" text DEFAULT '' NOT NULL,
	"stop_reason" text DEFAULT '' NOT NULL,
	"end_audit_id" uuid,
	"reported_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	"ends_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "reviews_service_id_id_pk" PRIMARY KEY("service_id","id"),
	CONSTRAINT "reviews_end" CHECK ((state = 'open') = (ended_at is null))
);
--> statement-breakpoint
ALTER TABLE "cards" DROP CONSTRAINT "cards_one_subject";--> statement-breakpoint
ALTER TABLE "cards" ADD COLUMN "review_id" uuid;--> statement-breakpoint
ALTER TABLE "review_people" ADD CONSTRAINT "review_people_service_id_review_id_reviews_service_id_id_fk" FOREIGN KEY ("service_id","review_id") REFERENCES "public"."reviews"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review_rows" ADD CONSTRAINT "review_rows_service_id_review_id_reviews_service_id_id_fk" FOREIGN KEY ("service_id","review_id") REFERENCES "public"."reviews"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review_rows" ADD CONSTRAINT "review_rows_service_id_account_id_accounts_service_id_id_fk" FOREIGN KEY ("service_id","account_id") REFERENCES "public"."accounts"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review_rows" ADD CONSTRAINT "review_rows_service_id_approval_id_approvals_service_id_id_fk" FOREIGN KEY ("service_id","approval_id") REFERENCES "public"."approvals"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reviews" ADD CONSTRAINT "reviews_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "review_people_by_person" ON "review_people" USING btree ("service_id","person");--> statement-breakpoint
CREATE UNIQUE INDEX "review_rows_of_review" ON "review_rows" USING btree ("service_id","review_id","place");--> statement-breakpoint
CREATE INDEX "review_rows_of_account" ON "review_rows" USING btree ("service_id","account_id");--> statement-breakpoint
CREATE INDEX "reviews_open" ON "reviews" USING btree ("service_id","ends_at") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "reviews_to_report" ON "reviews" USING btree ("service_id") WHERE ended_at is not null and reported_at is null;--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_service_id_review_id_reviews_service_id_id_fk" FOREIGN KEY ("service_id","review_id") REFERENCES "public"."reviews"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "cards_of_review" ON "cards" USING btree ("service_id","review_id","channel_id");--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_one_subject" CHECK (num_nonnulls(account_id, approval_id, subscription_id, sign_up_summary_id, invitation_batch_id, drift_id, leaked_key_id, review_id) = 1);