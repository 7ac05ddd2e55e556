-- Whatever decides whether a key may call tells every process of its change: ids only, and only if it is committed.
CREATE FUNCTION tell_gateways() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kind constant text := TG_ARGV[0];
  id_column constant text := TG_ARGV[1];
  was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
  now_is jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
BEGIN
  IF was IS NOT NULL THEN
    PERFORM pg_notify('gateway_changes', jsonb_build_array(was->>'service_id', kind, was->>id_column)::text);
  END IF;
  IF now_is IS NOT NULL AND now_is->>id_column IS DISTINCT FROM was->>id_column THEN
    PERFORM pg_notify('gateway_changes', jsonb_build_array(now_is->>'service_id', kind, now_is->>id_column)::text);
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER tell_gateways_of_accounts AFTER UPDATE OF state ON accounts
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION tell_gateways('account', 'id');
--> statement-breakpoint
CREATE TRIGGER tell_gateways_of_groups AFTER INSERT OR UPDATE OR DELETE ON account_groups
  FOR EACH ROW EXECUTE FUNCTION tell_gateways('account', 'account_id');
--> statement-breakpoint
CREATE TRIGGER tell_gateways_of_subscriptions AFTER INSERT OR UPDATE OR DELETE ON subscriptions
  FOR EACH ROW EXECUTE FUNCTION tell_gateways('subscription', 'id');
--> statement-breakpoint
CREATE TRIGGER tell_gateways_of_keys AFTER INSERT OR UPDATE OR DELETE ON subscription_keys
  FOR EACH ROW EXECUTE FUNCTION tell_gateways('subscription', 'subscription_id');
--> statement-breakpoint
CREATE TRIGGER tell_gateways_of_products AFTER INSERT OR UPDATE OR DELETE ON products
  FOR EACH ROW EXECUTE FUNCTION tell_gateways('product', 'id');
--> statement-breakpoint
CREATE TRIGGER tell_gateways_of_product_apis AFTER INSERT OR UPDATE OR DELETE ON product_apis
  FOR EACH ROW EXECUTE FUNCTION tell_gateways('product', 'product_id');
--> statement-breakpoint
CREATE TRIGGER tell_gateways_of_apis AFTER INSERT OR UPDATE OR DELETE ON apis
  FOR EACH ROW EXECUTE FUNCTION tell_gateways('api', 'id');
