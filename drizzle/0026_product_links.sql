ALTER TABLE "product_apis" ADD COLUMN "link_name" text;--> statement-breakpoint
ALTER TABLE "product_groups" ADD COLUMN "link_name" text;