ALTER TABLE "mail_texts" ALTER COLUMN "subject" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "mail_texts" ALTER COLUMN "body" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "mail_texts" ALTER COLUMN "version" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "mail_texts" ADD COLUMN "syntax" text DEFAULT 'markdown' NOT NULL;--> statement-breakpoint
-- Version 1 is that of a template that nobody ever changed.
UPDATE "mail_texts" SET "version" = "version" + 1;--> statement-breakpoint
ALTER TABLE "mail_texts" ADD CONSTRAINT "mail_texts_whole" CHECK (("mail_texts"."subject" is null) = ("mail_texts"."body" is null));