CREATE TABLE "call_batches" (
	"service_id" text NOT NULL,
	"source" text NOT NULL,
	"number" bigint NOT NULL,
	"written_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "call_batches_service_id_source_pk" PRIMARY KEY("service_id","source")
);
--> statement-breakpoint
CREATE TABLE "catalog_calls" (
	"service_id" text NOT NULL,
	"span" text NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"product_id" text NOT NULL,
	"api_id" text NOT NULL,
	"outcome" text NOT NULL,
	"calls" bigint NOT NULL,
	CONSTRAINT "catalog_calls_service_id_product_id_span_starts_at_api_id_outcome_pk" PRIMARY KEY("service_id","product_id","span","starts_at","api_id","outcome")
);
--> statement-breakpoint
CREATE TABLE "quota_use" (
	"service_id" text NOT NULL,
	"subscription_id" text NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"ends_at" timestamp (3) with time zone NOT NULL,
	"calls" bigint NOT NULL,
	"is_warned" boolean DEFAULT false NOT NULL,
	"is_exhausted" boolean DEFAULT false NOT NULL,
	CONSTRAINT "quota_use_service_id_subscription_id_pk" PRIMARY KEY("service_id","subscription_id")
);
--> statement-breakpoint
CREATE TABLE "subscription_calls" (
	"service_id" text NOT NULL,
	"subscription_id" text NOT NULL,
	"span" text NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"api_id" text NOT NULL,
	"outcome" text NOT NULL,
	"calls" bigint NOT NULL,
	CONSTRAINT "subscription_calls_service_id_subscription_id_span_starts_at_api_id_outcome_pk" PRIMARY KEY("service_id","subscription_id","span","starts_at","api_id","outcome")
);
--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "rate" jsonb;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "quota" jsonb;--> statement-breakpoint
ALTER TABLE "gateway_followers" ADD COLUMN "kind" text DEFAULT 'process' NOT NULL;--> statement-breakpoint
ALTER TABLE "gateway_followers" ADD COLUMN "last_beat_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "gateway_followers" ADD COLUMN "is_answering" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD COLUMN "rate" jsonb;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD COLUMN "quota" jsonb;--> statement-breakpoint
ALTER TABLE "call_batches" ADD CONSTRAINT "call_batches_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog_calls" ADD CONSTRAINT "catalog_calls_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quota_use" ADD CONSTRAINT "quota_use_service_id_subscription_id_subscriptions_service_id_id_fk" FOREIGN KEY ("service_id","subscription_id") REFERENCES "public"."subscriptions"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subscription_calls" ADD CONSTRAINT "subscription_calls_service_id_subscription_id_subscriptions_service_id_id_fk" FOREIGN KEY ("service_id","subscription_id") REFERENCES "public"."subscriptions"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "catalog_calls_by_time" ON "catalog_calls" USING btree ("service_id","span","starts_at");--> statement-breakpoint
CREATE INDEX "quota_use_exhausted" ON "quota_use" USING btree ("service_id","ends_at") WHERE is_exhausted;--> statement-breakpoint
CREATE INDEX "subscription_calls_by_time" ON "subscription_calls" USING btree ("service_id","span","starts_at");--> statement-breakpoint
CREATE TRIGGER tell_gateways_of_quotas_used AFTER INSERT ON quota_use
  FOR EACH ROW WHEN (NEW.is_exhausted) EXECUTE FUNCTION tell_gateways('subscription', 'subscription_id');
--> statement-breakpoint
CREATE TRIGGER tell_gateways_of_quotas AFTER UPDATE ON quota_use
  FOR EACH ROW WHEN (OLD.is_exhausted IS DISTINCT FROM NEW.is_exhausted
    OR NEW.is_exhausted AND OLD.ends_at IS DISTINCT FROM NEW.ends_at)
  EXECUTE FUNCTION tell_gateways('subscription', 'subscription_id');
