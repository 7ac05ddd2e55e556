ALTER TABLE "slack_receipts" ADD COLUMN "sealed_request" text;--> statement-breakpoint
ALTER TABLE "slack_receipts" ADD COLUMN "lease_until" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "slack_receipts_unfinished" ON "slack_receipts" USING btree ("lease_until") WHERE lease_until is not null;