// What is known of an account, as a reviewer of access needs it: one JSON value an account, made by one statement for many.
import { type SQL, sql } from 'drizzle-orm';
import { NEVER } from '../schema/account-activity.ts';

const DAY_MS = 86_400_000;
const MAX_SUBSCRIPTIONS = 20;
const MAX_GROUPS = 20;

/** The evidence of the accounts `a`, as of a moment: a select's columns `id` and `evidence`, and what they are read from. */
export function evidenceOfAccounts(now: Date): { value: SQL; from: SQL } {
  const since = (days: number) => new Date(now.getTime() - days * DAY_MS).toISOString();
  return {
    value: sql`jsonb_build_object(
      'email', a.email, 'name', trim(a.first_name || ' ' || a.last_name), 'state', a.state,
      'stateChangedAt', a.state_changed_at, 'stateChangedBy', a.state_changed_by,
      'lastSignInOn', nullif(y.last_sign_in_on, ${NEVER}), 'lastCallOn', nullif(y.last_call_on, ${NEVER}),
      'calls30', called.calls30, 'calls90', called.calls90,
      'letIn', jsonb_build_object(
        'how', case when i.at is not null then 'invited' when a.signed_up_at is not null then 'signed up' else 'added' end,
        'by', coalesce(i.by, let.by, ''), 'approvedBy', coalesce(i.approved_by, let.approved_by, ''),
        'at', coalesce(i.at, let.at, a.registered_at)),
      'groups', coalesce(belongs.names, '[]'), 'subscriptions', coalesce(held.subscriptions, '[]'))`,
    from: sql`accounts a
      left join account_activity y on y.service_id = a.service_id and y.account_id = a.id
      left join lateral (
        select coalesce(sum(c.calls) filter (where c.starts_at >= ${since(30)}), 0)::float8 as calls30,
          coalesce(sum(c.calls), 0)::float8 as calls90
        from subscriptions s join subscription_calls c on c.service_id = s.service_id and c.subscription_id = s.id
        where s.service_id = a.service_id and s.account_id = a.id and c.span in ('hour', 'day')
          and c.starts_at >= ${since(90)} and c.outcome = 'passed') called on true
      left join lateral (
        select v.invited_by_name as by, v.ended_at as at, o.name as approved_by
        from invitations v left join operators o
          on o.service_id = v.service_id and o.team_id || '/' || o.slack_user_id = v.approved_by
        where v.service_id = a.service_id and v.account_id = a.id and v.state = 'accepted'
        order by v.ended_at limit 1) i on true
      left join lateral (
        select u.actor_name as by, u.at, nullif(p.decided_by_name, '') as approved_by
        from audit u left join approvals p on p.service_id = u.service_id and p.id = u.approval_id
        where u.service_id = a.service_id and u.target_kind = 'account' and u.target_id = a.id and u.outcome = 'done'
          and u.operation in ('accounts/add', 'accounts/activate')
        order by u.id limit 1) let on true
      left join lateral (
        select jsonb_agg(g.name order by g.name) as names from (
          select g.name from account_groups m join groups g on g.service_id = m.service_id and g.id = m.group_id
          where m.service_id = a.service_id and m.account_id = a.id order by g.name limit ${MAX_GROUPS}) g) belongs on true
      left join lateral (
        select jsonb_agg(jsonb_build_object('name', s.name, 'state', s.state)) as subscriptions from (
          select coalesce(p.name, x.name, 'All APIs') as name, s.state
          from subscriptions s
            left join products p on p.service_id = s.service_id and p.id = s.product_id
            left join apis x on x.service_id = s.service_id and x.id = s.api_id
          where s.service_id = a.service_id and s.account_id = a.id and s.state in ('active', 'suspended', 'submitted')
          order by s.created_at, s.id limit ${MAX_SUBSCRIPTIONS}) s) held on true`,
  };
}
