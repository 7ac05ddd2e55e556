CREATE TABLE "outages" (
	"service_id" text NOT NULL,
	"of" text NOT NULL,
	"code" text NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"last_failed_at" timestamp (3) with time zone NOT NULL,
	"told_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "outages_service_id_of_pk" PRIMARY KEY("service_id","of")
);
--> statement-breakpoint
ALTER TABLE "outages" ADD CONSTRAINT "outages_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;