DROP INDEX "apis_path";--> statement-breakpoint
CREATE UNIQUE INDEX "apis_path" ON "apis" USING btree ("service_id",lower("path" collate "C"));