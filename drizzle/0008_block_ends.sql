ALTER TABLE "accounts" ADD COLUMN "block_ends_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "state_before_block" text;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "told_of_block" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "accounts_block_ends" ON "accounts" USING btree ("block_ends_at") WHERE block_ends_at is not null;--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_block" CHECK (state = 'blocked' or (block_ends_at is null and state_before_block is null and not told_of_block));