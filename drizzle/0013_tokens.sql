CREATE TABLE "tokens" (
	"service_id" text NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"role" text NOT NULL,
	"grants" text[] NOT NULL,
	"owner_team_id" text NOT NULL,
	"owner_user_id" text NOT NULL,
	"owner_name" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"last_used_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"revoked_by" text DEFAULT '' NOT NULL,
	"warned_at" timestamp (3) with time zone,
	CONSTRAINT "tokens_service_id_id_pk" PRIMARY KEY("service_id","id")
);
--> statement-breakpoint
ALTER TABLE "approvals" ADD COLUMN "requested_by_token" uuid;--> statement-breakpoint
ALTER TABLE "tokens" ADD CONSTRAINT "tokens_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "tokens_hash" ON "tokens" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "tokens_by_end" ON "tokens" USING btree ("expires_at");--> statement-breakpoint
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_service_id_requested_by_token_tokens_service_id_id_fk" FOREIGN KEY ("service_id","requested_by_token") REFERENCES "public"."tokens"("service_id","id") ON DELETE no action ON UPDATE no action;