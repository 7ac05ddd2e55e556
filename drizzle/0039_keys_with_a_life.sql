ALTER TABLE "products" ADD COLUMN "keys_expire_after_days" integer;--> statement-breakpoint
ALTER TABLE "subscription_keys" ADD COLUMN "ends_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "subscription_keys" ADD COLUMN "told_days" integer;--> statement-breakpoint
ALTER TABLE "subscription_usage" ADD COLUMN "key_uses" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
CREATE INDEX "subscription_keys_to_end" ON "subscription_keys" USING btree ("service_id","ends_at") WHERE ends_at is not null;--> statement-breakpoint
-- What an owner was told decides about no call.
DROP TRIGGER tell_gateways_of_keys ON subscription_keys;
--> statement-breakpoint
CREATE TRIGGER tell_gateways_of_keys AFTER INSERT OR UPDATE OF subscription_id, slot, hash, ends_at OR DELETE ON subscription_keys
  FOR EACH ROW EXECUTE FUNCTION tell_gateways('subscription', 'subscription_id');
--> statement-breakpoint
-- A key is never changed but replaced. Its end and what its owner was told are not Azure's.
DROP TRIGGER order_for_azure_on_update ON subscription_keys;
