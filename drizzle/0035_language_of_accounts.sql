ALTER TABLE "accounts" ADD COLUMN "language" text;--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_language" CHECK (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$');