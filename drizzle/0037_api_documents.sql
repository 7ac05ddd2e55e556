CREATE TABLE "api_documents" (
	"service_id" text NOT NULL,
	"api_id" text NOT NULL,
	"document" text NOT NULL,
	"openapi_version" text NOT NULL,
	"description" text NOT NULL,
	"endpoint_count" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "api_documents_service_id_api_id_pk" PRIMARY KEY("service_id","api_id")
);
--> statement-breakpoint
CREATE TABLE "api_endpoints" (
	"service_id" text NOT NULL,
	"api_id" text NOT NULL,
	"id" text NOT NULL,
	"position" integer NOT NULL,
	"method" text NOT NULL,
	"path" text NOT NULL,
	"tag" text NOT NULL,
	"summary" text NOT NULL,
	"is_deprecated" boolean NOT NULL,
	"detail" jsonb NOT NULL,
	CONSTRAINT "api_endpoints_service_id_api_id_id_pk" PRIMARY KEY("service_id","api_id","id")
);
--> statement-breakpoint
ALTER TABLE "apis" ADD COLUMN "document_hash" text;--> statement-breakpoint
ALTER TABLE "api_documents" ADD CONSTRAINT "api_documents_service_id_api_id_apis_service_id_id_fk" FOREIGN KEY ("service_id","api_id") REFERENCES "public"."apis"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_endpoints" ADD CONSTRAINT "api_endpoints_service_id_api_id_api_documents_service_id_api_id_fk" FOREIGN KEY ("service_id","api_id") REFERENCES "public"."api_documents"("service_id","api_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_endpoints_by_position" ON "api_endpoints" USING btree ("service_id","api_id","position");