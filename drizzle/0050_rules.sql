CREATE TABLE "rule_groups" (
	"service_id" text NOT NULL,
	"rule_id" uuid NOT NULL,
	"group_id" text NOT NULL,
	CONSTRAINT "rule_groups_service_id_rule_id_group_id_pk" PRIMARY KEY("service_id","rule_id","group_id")
);
--> statement-breakpoint
CREATE TABLE "rule_products" (
	"service_id" text NOT NULL,
	"rule_id" uuid NOT NULL,
	"product_id" text NOT NULL,
	CONSTRAINT "rule_products_service_id_rule_id_product_id_pk" PRIMARY KEY("service_id","rule_id","product_id")
);
--> statement-breakpoint
CREATE TABLE "rules" (
	"service_id" text NOT NULL,
	"id" uuid NOT NULL,
	"domain" text NOT NULL,
	"admission" text NOT NULL,
	"approves_products" boolean DEFAULT false NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "rules_service_id_id_pk" PRIMARY KEY("service_id","id")
);
--> statement-breakpoint
ALTER TABLE "rule_groups" ADD CONSTRAINT "rule_groups_service_id_rule_id_rules_service_id_id_fk" FOREIGN KEY ("service_id","rule_id") REFERENCES "public"."rules"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rule_groups" ADD CONSTRAINT "rule_groups_service_id_group_id_groups_service_id_id_fk" FOREIGN KEY ("service_id","group_id") REFERENCES "public"."groups"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rule_products" ADD CONSTRAINT "rule_products_service_id_rule_id_rules_service_id_id_fk" FOREIGN KEY ("service_id","rule_id") REFERENCES "public"."rules"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rule_products" ADD CONSTRAINT "rule_products_service_id_product_id_products_service_id_id_fk" FOREIGN KEY ("service_id","product_id") REFERENCES "public"."products"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rules" ADD CONSTRAINT "rules_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "rules_domain" ON "rules" USING btree ("service_id","domain");--> statement-breakpoint
CREATE INDEX "accounts_by_sign_up" ON "accounts" USING btree ("service_id","signed_up_at" DESC NULLS FIRST) WHERE signed_up_at is not null;