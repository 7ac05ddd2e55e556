DROP INDEX "accounts_by_registration";--> statement-breakpoint
DROP INDEX "accounts_by_state";--> statement-breakpoint
DROP INDEX "invitations_by_state";--> statement-breakpoint
CREATE INDEX "accounts_by_registration" ON "accounts" USING btree ("service_id","registered_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE state <> 'deleted';--> statement-breakpoint
CREATE INDEX "accounts_by_state" ON "accounts" USING btree ("service_id","state","registered_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "invitations_by_state" ON "invitations" USING btree ("service_id","state","created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);