CREATE TABLE "channel_services" (
	"service_id" text NOT NULL,
	"team_id" text NOT NULL,
	"channel_id" text NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "channel_services_team_id_channel_id_pk" PRIMARY KEY("team_id","channel_id")
);
--> statement-breakpoint
ALTER TABLE "workspaces" DROP CONSTRAINT "workspaces_pkey";--> statement-breakpoint
ALTER TABLE "workspaces" ADD CONSTRAINT "workspaces_service_id_team_id_pk" PRIMARY KEY("service_id","team_id");--> statement-breakpoint
ALTER TABLE "channel_services" ADD CONSTRAINT "channel_services_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;