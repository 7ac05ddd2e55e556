CREATE TABLE "portal_agreements" (
	"service_id" text NOT NULL,
	"account_id" text NOT NULL,
	"version" text NOT NULL,
	"url" text NOT NULL,
	"agreed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "portal_agreements_service_id_account_id_version_pk" PRIMARY KEY("service_id","account_id","version")
);
--> statement-breakpoint
CREATE TABLE "product_agreements" (
	"service_id" text NOT NULL,
	"account_id" text NOT NULL,
	"product_id" text NOT NULL,
	"terms_version" text NOT NULL,
	"agreed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "product_agreements_service_id_account_id_product_id_terms_version_pk" PRIMARY KEY("service_id","account_id","product_id","terms_version")
);
--> statement-breakpoint
CREATE TABLE "terms_texts" (
	"service_id" text NOT NULL,
	"version" text NOT NULL,
	"text" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "terms_texts_service_id_version_pk" PRIMARY KEY("service_id","version"),
	CONSTRAINT "terms_texts_version" CHECK (version = encode(sha256(convert_to(text, 'UTF8')), 'hex'))
);
--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "terms_changed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "portal_agreements" ADD CONSTRAINT "portal_agreements_service_id_account_id_accounts_service_id_id_fk" FOREIGN KEY ("service_id","account_id") REFERENCES "public"."accounts"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "product_agreements" ADD CONSTRAINT "product_agreements_service_id_account_id_accounts_service_id_id_fk" FOREIGN KEY ("service_id","account_id") REFERENCES "public"."accounts"("service_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "product_agreements" ADD CONSTRAINT "product_agreements_service_id_product_id_products_service_id_id_fk" FOREIGN KEY ("service_id","product_id") REFERENCES "public"."products"("service_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "product_agreements" ADD CONSTRAINT "product_agreements_service_id_terms_version_terms_texts_service_id_version_fk" FOREIGN KEY ("service_id","terms_version") REFERENCES "public"."terms_texts"("service_id","version") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "terms_texts" ADD CONSTRAINT "terms_texts_service_id_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "product_agreements_by_product" ON "product_agreements" USING btree ("service_id","product_id");--> statement-breakpoint
CREATE INDEX "product_agreements_by_version" ON "product_agreements" USING btree ("service_id","terms_version");--> statement-breakpoint
UPDATE products SET terms_changed_at = updated_at WHERE terms <> '';--> statement-breakpoint
CREATE FUNCTION note_change_of_terms() RETURNS trigger LANGUAGE plpgsql AS $$
begin
  if tg_op = 'INSERT' then
    new.terms_changed_at := case when new.terms = '' then null else new.updated_at end;
  elsif new.terms is distinct from old.terms then
    new.terms_changed_at := new.updated_at;
  end if;
  return new;
end
$$;
--> statement-breakpoint
CREATE TRIGGER note_change_of_terms BEFORE INSERT OR UPDATE OF terms ON products
FOR EACH ROW EXECUTE FUNCTION note_change_of_terms();
