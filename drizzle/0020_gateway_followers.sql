CREATE TABLE "gateway_followers" (
	"service_id" text NOT NULL,
	"id" text NOT NULL,
	"beats" bigint NOT NULL,
	CONSTRAINT "gateway_followers_service_id_id_pk" PRIMARY KEY("service_id","id")
);
--> statement-breakpoint
ALTER TABLE "gateway_followers" ADD CONSTRAINT "gateway_followers_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
-- As in 0010, and leaves a note in the transaction, so that its answer can wait until gateways know.
CREATE OR REPLACE FUNCTION tell_gateways() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kind constant text := TG_ARGV[0];
  id_column constant text := TG_ARGV[1];
  was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
  now_is jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
BEGIN
  PERFORM set_config('apim_user.told_gateways', 'yes', true);
  IF was IS NOT NULL THEN
    PERFORM pg_notify('gateway_changes', jsonb_build_array(was->>'service_id', kind, was->>id_column)::text);
  END IF;
  IF now_is IS NOT NULL AND now_is->>id_column IS DISTINCT FROM was->>id_column THEN
    PERFORM pg_notify('gateway_changes', jsonb_build_array(now_is->>'service_id', kind, now_is->>id_column)::text);
  END IF;
  RETURN NULL;
END $$;
