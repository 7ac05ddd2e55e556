CREATE TABLE "audit_unlinked" (
	"service_id" text NOT NULL,
	"audit_id" uuid NOT NULL,
	CONSTRAINT "audit_unlinked_service_id_audit_id_pk" PRIMARY KEY("service_id","audit_id")
);
--> statement-breakpoint
CREATE TABLE "minutely_work" (
	"service_id" text PRIMARY KEY NOT NULL,
	"begun_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "audit_unlinked" ADD CONSTRAINT "audit_unlinked_service_id_audit_id_audit_service_id_id_fk" FOREIGN KEY ("service_id","audit_id") REFERENCES "public"."audit"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "minutely_work" ADD CONSTRAINT "minutely_work_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
INSERT INTO "audit_unlinked" SELECT "audit"."service_id", "audit"."id" FROM "audit" WHERE NOT EXISTS (SELECT FROM "audit_links" WHERE "audit_links"."service_id" = "audit"."service_id" AND "audit_links"."audit_id" = "audit"."id");
