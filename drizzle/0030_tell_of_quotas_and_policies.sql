ALTER TABLE "products" ADD COLUMN "policy_as_written" text;--> statement-breakpoint
ALTER TABLE "quota_use" ADD COLUMN "near_told_for" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "quota_use" ADD COLUMN "used_up_told_for" timestamp (3) with time zone;