CREATE TABLE "account_activity" (
	"service_id" text NOT NULL,
	"account_id" text NOT NULL,
	"state" text NOT NULL,
	"registered_on" date NOT NULL,
	"last_sign_in_on" date DEFAULT '0001-01-01' NOT NULL,
	"last_call_on" date DEFAULT '0001-01-01' NOT NULL,
	"idle_since" date GENERATED ALWAYS AS (greatest(registered_on, last_sign_in_on, last_call_on)) STORED NOT NULL,
	CONSTRAINT "account_activity_service_id_account_id_pk" PRIMARY KEY("service_id","account_id")
);
--> statement-breakpoint
-- What is known of the time before: the audit, which is read once from end to end, and when each key, session and provider
-- was last used. The indexes come after the rows, which is faster.
WITH noted AS (
  SELECT service_id, CASE actor_kind WHEN 'account' THEN actor_id ELSE target_id END AS account_id, at AS signed_in, NULL::timestamptz AS called
  FROM audit
  WHERE outcome = 'done' AND (actor_kind = 'account' OR target_kind = 'account' AND operation IN (
    'sessions/sign-in', 'sessions/redeem-link', 'invitations/accept', 'identities/finish', 'identities/sign-up',
    'identities/claim', 'identities/connect-by-link'))
  UNION ALL SELECT service_id, account_id, last_seen_at, NULL FROM sessions
  UNION ALL SELECT service_id, account_id, last_used_at, NULL FROM account_identities
  UNION ALL SELECT s.service_id, s.account_id, NULL, u.last_used_at
  FROM subscription_usage u JOIN subscriptions s ON s.service_id = u.service_id AND s.id = u.subscription_id
), last AS (
  SELECT service_id, account_id, max(signed_in) AS signed_in, max(called) AS called FROM noted GROUP BY 1, 2
)
INSERT INTO account_activity (service_id, account_id, state, registered_on, last_sign_in_on, last_call_on)
SELECT a.service_id, a.id, a.state, (a.registered_at AT TIME ZONE 'UTC')::date,
  coalesce((l.signed_in AT TIME ZONE 'UTC')::date, '0001-01-01'), coalesce((l.called AT TIME ZONE 'UTC')::date, '0001-01-01')
FROM accounts a LEFT JOIN last l ON l.service_id = a.service_id AND l.account_id = a.id
WHERE a.erased_at IS NULL;
--> statement-breakpoint
ALTER TABLE "account_activity" ADD CONSTRAINT "account_activity_service_id_account_id_accounts_service_id_id_fk" FOREIGN KEY ("service_id","account_id") REFERENCES "public"."accounts"("service_id","id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "account_activity_idle" ON "account_activity" USING btree ("service_id","idle_since","account_id") WHERE state <> 'deleted';
--> statement-breakpoint
CREATE INDEX "account_activity_idle_by_state" ON "account_activity" USING btree ("service_id","state","idle_since","account_id");
--> statement-breakpoint
CREATE INDEX "account_activity_by_call" ON "account_activity" USING btree ("service_id","last_call_on","account_id") WHERE state <> 'deleted';
--> statement-breakpoint
CREATE INDEX "account_activity_by_sign_in" ON "account_activity" USING btree ("service_id","last_sign_in_on","account_id") WHERE state <> 'deleted';
--> statement-breakpoint
CREATE INDEX "account_activity_never_signed_in" ON "account_activity" USING btree ("service_id","registered_on","account_id") WHERE state <> 'deleted' and last_sign_in_on = '0001-01-01';
--> statement-breakpoint
CREATE FUNCTION add_account_activity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO account_activity (service_id, account_id, state, registered_on)
  SELECT service_id, id, state, (registered_at AT TIME ZONE 'UTC')::date FROM added WHERE erased_at IS NULL;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER add_account_activity AFTER INSERT ON accounts
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION add_account_activity();
--> statement-breakpoint
CREATE FUNCTION follow_account_activity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE account_activity SET state = NEW.state, registered_on = (NEW.registered_at AT TIME ZONE 'UTC')::date
  WHERE service_id = NEW.service_id AND account_id = NEW.id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER follow_account_activity AFTER UPDATE OF state, registered_at ON accounts
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state OR OLD.registered_at IS DISTINCT FROM NEW.registered_at)
  EXECUTE FUNCTION follow_account_activity();
