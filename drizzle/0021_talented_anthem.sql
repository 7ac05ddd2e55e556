ALTER TABLE "operators" ADD COLUMN "confirmed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "operators" ADD COLUMN "in_doubt_since" timestamp (3) with time zone;