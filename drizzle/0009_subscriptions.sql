CREATE TABLE "apis" (
	"service_id" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"path" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "apis_service_id_id_pk" PRIMARY KEY("service_id","id")
);
--> statement-breakpoint
CREATE TABLE "product_apis" (
	"service_id" text NOT NULL,
	"product_id" text NOT NULL,
	"api_id" text NOT NULL,
	CONSTRAINT "product_apis_service_id_product_id_api_id_pk" PRIMARY KEY("service_id","product_id","api_id")
);
--> statement-breakpoint
CREATE TABLE "product_groups" (
	"service_id" text NOT NULL,
	"product_id" text NOT NULL,
	"group_id" text NOT NULL,
	CONSTRAINT "product_groups_service_id_product_id_group_id_pk" PRIMARY KEY("service_id","product_id","group_id")
);
--> statement-breakpoint
CREATE TABLE "products" (
	"service_id" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"terms" text DEFAULT '' NOT NULL,
	"is_published" boolean NOT NULL,
	"is_subscription_required" boolean NOT NULL,
	"is_approval_required" boolean NOT NULL,
	"subscriptions_limit" integer,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "products_service_id_id_pk" PRIMARY KEY("service_id","id")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"service_id" text NOT NULL,
	"id" uuid NOT NULL,
	"account_id" text NOT NULL,
	"hash" text NOT NULL,
	"agent" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "sessions_service_id_id_pk" PRIMARY KEY("service_id","id")
);
--> statement-breakpoint
CREATE TABLE "subscription_keys" (
	"service_id" text NOT NULL,
	"subscription_id" text NOT NULL,
	"slot" text NOT NULL,
	"hash" text NOT NULL,
	"sealed" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "subscription_keys_service_id_subscription_id_slot_pk" PRIMARY KEY("service_id","subscription_id","slot")
);
--> statement-breakpoint
CREATE TABLE "subscription_usage" (
	"service_id" text NOT NULL,
	"subscription_id" text NOT NULL,
	"last_used_at" timestamp (3) with time zone NOT NULL,
	"calls" bigint NOT NULL,
	CONSTRAINT "subscription_usage_service_id_subscription_id_pk" PRIMARY KEY("service_id","subscription_id")
);
--> statement-breakpoint
CREATE TABLE "subscriptions" (
	"service_id" text NOT NULL,
	"id" text NOT NULL,
	"account_id" text,
	"product_id" text,
	"api_id" text,
	"name" text NOT NULL,
	"state" text NOT NULL,
	"state_comment" text DEFAULT '' NOT NULL,
	"state_changed_at" timestamp (3) with time zone NOT NULL,
	"state_changed_by" text NOT NULL,
	"starts_at" timestamp (3) with time zone,
	"ends_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "subscriptions_service_id_id_pk" PRIMARY KEY("service_id","id"),
	CONSTRAINT "subscriptions_one_scope" CHECK (num_nonnulls(product_id, api_id) <= 1)
);
--> statement-breakpoint
ALTER TABLE "cards" DROP CONSTRAINT "cards_one_subject";--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "signed_up_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "sign_up_approved_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "cards" ADD COLUMN "subscription_id" text;--> statement-breakpoint
ALTER TABLE "apis" ADD CONSTRAINT "apis_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "product_apis" ADD CONSTRAINT "product_apis_service_id_product_id_products_service_id_id_fk" FOREIGN KEY ("service_id","product_id") REFERENCES "public"."products"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "product_apis" ADD CONSTRAINT "product_apis_service_id_api_id_apis_service_id_id_fk" FOREIGN KEY ("service_id","api_id") REFERENCES "public"."apis"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "product_groups" ADD CONSTRAINT "product_groups_service_id_product_id_products_service_id_id_fk" FOREIGN KEY ("service_id","product_id") REFERENCES "public"."products"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "product_groups" ADD CONSTRAINT "product_groups_service_id_group_id_groups_service_id_id_fk" FOREIGN KEY ("service_id","group_id") REFERENCES "public"."groups"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "products" ADD CONSTRAINT "products_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_service_id_account_id_accounts_service_id_id_fk" FOREIGN KEY ("service_id","account_id") REFERENCES "public"."accounts"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subscription_keys" ADD CONSTRAINT "subscription_keys_service_id_subscription_id_subscriptions_service_id_id_fk" FOREIGN KEY ("service_id","subscription_id") REFERENCES "public"."subscriptions"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subscription_usage" ADD CONSTRAINT "subscription_usage_service_id_subscription_id_subscriptions_service_id_id_fk" FOREIGN KEY ("service_id","subscription_id") REFERENCES "public"."subscriptions"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_service_id_account_id_accounts_service_id_id_fk" FOREIGN KEY ("service_id","account_id") REFERENCES "public"."accounts"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_service_id_product_id_products_service_id_id_fk" FOREIGN KEY ("service_id","product_id") REFERENCES "public"."products"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_service_id_api_id_apis_service_id_id_fk" FOREIGN KEY ("service_id","api_id") REFERENCES "public"."apis"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "apis_path" ON "apis" USING btree ("service_id",lower("path"));--> statement-breakpoint
CREATE INDEX "apis_by_name" ON "apis" USING btree ("service_id",lower("name"),"id");--> statement-breakpoint
CREATE INDEX "product_apis_by_api" ON "product_apis" USING btree ("service_id","api_id");--> statement-breakpoint
CREATE INDEX "product_groups_by_group" ON "product_groups" USING btree ("service_id","group_id");--> statement-breakpoint
CREATE INDEX "products_by_name" ON "products" USING btree ("service_id",lower("name"),"id");--> statement-breakpoint
CREATE UNIQUE INDEX "sessions_hash" ON "sessions" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "sessions_of_account" ON "sessions" USING btree ("service_id","account_id");--> statement-breakpoint
CREATE INDEX "sessions_by_end" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "subscription_keys_hash" ON "subscription_keys" USING btree ("service_id","hash");--> statement-breakpoint
CREATE INDEX "subscriptions_by_creation" ON "subscriptions" USING btree ("service_id","created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "subscriptions_of_account" ON "subscriptions" USING btree ("service_id","account_id");--> statement-breakpoint
CREATE INDEX "subscriptions_of_product" ON "subscriptions" USING btree ("service_id","product_id");--> statement-breakpoint
CREATE INDEX "subscriptions_of_api" ON "subscriptions" USING btree ("service_id","api_id");--> statement-breakpoint
CREATE INDEX "subscriptions_waiting" ON "subscriptions" USING btree ("service_id","created_at") WHERE state = 'submitted';--> statement-breakpoint
CREATE INDEX "subscriptions_to_expire" ON "subscriptions" USING btree ("ends_at") WHERE state = 'active' and ends_at is not null;--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_service_id_subscription_id_subscriptions_service_id_id_fk" FOREIGN KEY ("service_id","subscription_id") REFERENCES "public"."subscriptions"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "cards_of_subscription" ON "cards" USING btree ("service_id","subscription_id","channel_id");--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_one_subject" CHECK (num_nonnulls(account_id, approval_id, subscription_id) = 1);