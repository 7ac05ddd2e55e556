CREATE TABLE "azure_drifts" (
	"service_id" text NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"thing_id" text NOT NULL,
	"field" text NOT NULL,
	"ours" text NOT NULL,
	"theirs" text NOT NULL,
	"sealed" text,
	"changed_by" text,
	"changed_at" timestamp (3) with time zone,
	"is_fight" boolean DEFAULT false NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"settled_by" text DEFAULT '' NOT NULL,
	"settled_by_name" text DEFAULT '' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"found_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "azure_drifts_service_id_id_pk" PRIMARY KEY("service_id","id"),
	CONSTRAINT "azure_drifts_end" CHECK ((state = 'open') = (ended_at is null))
);
--> statement-breakpoint
CREATE TABLE "azure_instances" (
	"service_id" text PRIMARY KEY NOT NULL,
	"path" text NOT NULL,
	"mode" text DEFAULT 'watch' NOT NULL,
	"bound_at" timestamp (3) with time zone NOT NULL,
	"pass" integer DEFAULT 0 NOT NULL,
	"phase" text,
	"cursor" text,
	"counts" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"pass_begun_at" timestamp (3) with time zone,
	"pass_ended_at" timestamp (3) with time zone,
	"first_pass_ended_at" timestamp (3) with time zone,
	"leased_until" timestamp (3) with time zone,
	"hold_until" timestamp (3) with time zone,
	"trouble" text,
	"trouble_since" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "azure_orders" (
	"service_id" text NOT NULL,
	"number" bigint GENERATED ALWAYS AS IDENTITY (sequence name "azure_orders_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"our_id" text NOT NULL,
	"lane" text NOT NULL,
	"half" integer NOT NULL,
	"is_urgent" boolean DEFAULT false NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"not_before" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"leased_until" timestamp (3) with time zone,
	"code" text,
	"words" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"changed_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"settled_at" timestamp (3) with time zone,
	CONSTRAINT "azure_orders_service_id_number_pk" PRIMARY KEY("service_id","number"),
	CONSTRAINT "azure_orders_end" CHECK ((state = 'waiting') = (settled_at is null))
);
--> statement-breakpoint
CREATE TABLE "azure_things" (
	"service_id" text NOT NULL,
	"kind" text NOT NULL,
	"id" text NOT NULL,
	"azure_id" text NOT NULL,
	"our_id" text,
	"memory" jsonb NOT NULL,
	"seen" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL,
	"seen_in_pass" integer DEFAULT 0 NOT NULL,
	"written_at" timestamp (3) with time zone,
	CONSTRAINT "azure_things_service_id_kind_id_pk" PRIMARY KEY("service_id","kind","id")
);
--> statement-breakpoint
ALTER TABLE "cards" DROP CONSTRAINT "cards_one_subject";--> statement-breakpoint
ALTER TABLE "cards" ADD COLUMN "drift_id" uuid;--> statement-breakpoint
ALTER TABLE "azure_drifts" ADD CONSTRAINT "azure_drifts_service_id_kind_thing_id_azure_things_service_id_kind_id_fk" FOREIGN KEY ("service_id","kind","thing_id") REFERENCES "public"."azure_things"("service_id","kind","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "azure_instances" ADD CONSTRAINT "azure_instances_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "azure_orders" ADD CONSTRAINT "azure_orders_service_id_azure_instances_service_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."azure_instances"("service_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "azure_things" ADD CONSTRAINT "azure_things_service_id_azure_instances_service_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."azure_instances"("service_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "azure_drifts_open" ON "azure_drifts" USING btree ("service_id","kind","thing_id","field") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "azure_drifts_by_age" ON "azure_drifts" USING btree ("service_id","found_at");--> statement-breakpoint
CREATE INDEX "azure_drifts_of_thing" ON "azure_drifts" USING btree ("service_id","kind","thing_id");--> statement-breakpoint
CREATE UNIQUE INDEX "azure_orders_waiting" ON "azure_orders" USING btree ("service_id","kind","our_id") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "azure_orders_due" ON "azure_orders" USING btree ("service_id","half","is_urgent" DESC NULLS LAST,"number") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "azure_orders_of_lane" ON "azure_orders" USING btree ("service_id","lane","number");--> statement-breakpoint
CREATE INDEX "azure_orders_settled" ON "azure_orders" USING btree ("settled_at") WHERE settled_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "azure_things_of_ours" ON "azure_things" USING btree ("service_id","kind","our_id");--> statement-breakpoint
CREATE INDEX "azure_things_by_pass" ON "azure_things" USING btree ("service_id","seen_in_pass","kind","id");--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_service_id_drift_id_azure_drifts_service_id_id_fk" FOREIGN KEY ("service_id","drift_id") REFERENCES "public"."azure_drifts"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "cards_of_drift" ON "cards" USING btree ("service_id","drift_id","channel_id");--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_one_subject" CHECK (num_nonnulls(account_id, approval_id, subscription_id, sign_up_summary_id, invitation_batch_id, drift_id) = 1);
--> statement-breakpoint
-- Writes or supersedes the order that one thing be brought to our state. Only for a service whose mirror writes; the job is
-- added with the first change only, because a running one looks again before it ends.
CREATE FUNCTION order_for_azure(of_service text, of_kind text, of_id text, of_account text, urgent boolean)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  of_lane constant text := CASE WHEN of_account IS NULL THEN of_kind || ':' || of_id ELSE 'account:' || of_account END;
  of_half constant integer := hashtext(of_lane) & 1;
  is_new boolean;
BEGIN
  IF NOT EXISTS (SELECT FROM azure_instances WHERE service_id = of_service AND mode <> 'watch') THEN
    RETURN;
  END IF;
  INSERT INTO azure_orders (service_id, kind, our_id, lane, half, is_urgent)
  VALUES (of_service, of_kind, of_id, of_lane, of_half, urgent)
  ON CONFLICT (service_id, kind, our_id) WHERE state = 'waiting'
  DO UPDATE SET revision = azure_orders.revision + 1, changed_at = now(), is_urgent = azure_orders.is_urgent OR urgent,
    not_before = CASE WHEN urgent THEN least(azure_orders.not_before, now()) ELSE azure_orders.not_before END
  RETURNING revision = 1 INTO is_new;
  -- A block doesn't wait for the next try of what could not be sent before.
  IF is_new OR urgent THEN
    PERFORM graphile_worker.add_job('azure-send', json_build_object('serviceId', of_service, 'half', of_half),
      queue_name := 'azure:' || of_service || ':' || of_half);
  END IF;
END $$;
--> statement-breakpoint
-- Once a statement, not once a row: most statements are of services that don't write to Azure, and an import brings thousands
-- of rows. Arguments: the kind of thing, the column with its id, and the columns that Azure has too (null: all of them count).
CREATE FUNCTION order_rows_for_azure() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kind constant text := TG_ARGV[0];
  id_column constant text := TG_ARGV[1];
  columns constant text[] := string_to_array(nullif(TG_ARGV[2], ''), ',');
  changed record;
BEGIN
  IF NOT EXISTS (SELECT FROM azure_instances WHERE mode <> 'watch') THEN
    RETURN NULL;
  END IF;
  FOR changed IN EXECUTE CASE TG_OP
    WHEN 'INSERT' THEN 'SELECT null::jsonb AS was, to_jsonb(n) AS now_is FROM new_rows n'
    WHEN 'DELETE' THEN 'SELECT to_jsonb(o) AS was, null::jsonb AS now_is FROM old_rows o'
    ELSE format('SELECT to_jsonb(o) AS was, to_jsonb(n) AS now_is FROM old_rows o JOIN new_rows n USING (service_id, %I)',
      id_column)
  END LOOP
    CONTINUE WHEN TG_OP = 'UPDATE' AND columns IS NOT NULL AND NOT EXISTS (
      SELECT FROM unnest(columns) AS one WHERE changed.was->one IS DISTINCT FROM changed.now_is->one);
    PERFORM order_for_azure(row_is->>'service_id', kind, row_is->>id_column,
      CASE kind WHEN 'account' THEN row_is->>id_column WHEN 'subscription' THEN row_is->>'account_id' END,
      coalesce(kind = 'account' AND changed.now_is->>'state' = 'blocked'
        AND changed.was->>'state' IS DISTINCT FROM 'blocked', false))
    FROM (SELECT coalesce(changed.now_is, changed.was) AS row_is) AS one;
  END LOOP;
  RETURN NULL;
END $$;
--> statement-breakpoint
DO $$
DECLARE
  of_table record;
  of_event record;
BEGIN
  FOR of_table IN SELECT * FROM (VALUES
    ('accounts', 'account', 'id', 'email,first_name,last_name,note,state'),
    ('account_groups', 'account', 'account_id', ''),
    ('groups', 'group', 'id', 'name,description'),
    ('products', 'product', 'id', 'name,description,terms,is_published,is_subscription_required,is_approval_required,subscriptions_limit'),
    ('product_apis', 'product', 'product_id', ''),
    ('product_groups', 'product', 'product_id', ''),
    ('subscriptions', 'subscription', 'id', 'account_id,product_id,api_id,name,state,state_comment,ends_at'),
    ('subscription_keys', 'subscription', 'subscription_id', ''),
    ('mail_texts', 'template', 'template', 'subject,body,syntax'),
    ('notification_recipients', 'notification', 'notification', '')
  ) AS tables (name, kind, id_column, columns)
  LOOP
    FOR of_event IN SELECT * FROM (VALUES
      ('insert', 'NEW TABLE AS new_rows'),
      ('update', 'OLD TABLE AS old_rows NEW TABLE AS new_rows'),
      ('delete', 'OLD TABLE AS old_rows')
    ) AS events (name, rows)
    LOOP
      EXECUTE format('CREATE TRIGGER order_for_azure_on_%s AFTER %s ON %I REFERENCING %s FOR EACH STATEMENT
        EXECUTE FUNCTION order_rows_for_azure(%L, %L, %L)',
        of_event.name, of_event.name, of_table.name, of_event.rows, of_table.kind, of_table.id_column, of_table.columns);
    END LOOP;
  END LOOP;
END $$;
