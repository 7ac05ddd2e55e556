// Who is still there: on which day each account last signed in and last called.
import { sql } from 'drizzle-orm';
import { date, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { refersTo, serviceId } from './columns.ts';

/** In place of a day: it never happened. Earlier than any, so that never comes first and needs no case of its own. */
export const NEVER = '0001-01-01';

/** A day in UTC. */
const day = (name: string) => date(name, { mode: 'string' }).notNull();

/**
 * Apart from the account, so that calls and sign-ins wait for no operation, and change no version. A trigger makes the row and
 * keeps `state` and `registeredOn` as the account has them, which an index can then order together. An erased account has none.
 */
export const accountActivity = pgTable(
  'account_activity',
  {
    serviceId: serviceId(),
    accountId: text('account_id').notNull(),
    state: text('state').notNull(),
    registeredOn: day('registered_on'),
    /** When a session began, or was used. */
    lastSignInOn: day('last_sign_in_on').default(NEVER),
    /** When a call with one of its subscriptions passed. */
    lastCallOn: day('last_call_on').default(NEVER),
    idleSince: day('idle_since').generatedAlwaysAs(
      sql`greatest(registered_on, last_sign_in_on, last_call_on)`,
    ),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.accountId] }),
    index('account_activity_idle').on(t.serviceId, t.idleSince, t.accountId).where(sql`state <> 'deleted'`),
    index('account_activity_idle_by_state').on(t.serviceId, t.state, t.idleSince, t.accountId),
    index('account_activity_by_call')
      .on(t.serviceId, t.lastCallOn, t.accountId)
      .where(sql`state <> 'deleted'`),
    index('account_activity_by_sign_in')
      .on(t.serviceId, t.lastSignInOn, t.accountId)
      .where(sql`state <> 'deleted'`),
    index('account_activity_never_signed_in')
      .on(t.serviceId, t.registeredOn, t.accountId)
      .where(sql`state <> 'deleted' and last_sign_in_on = '0001-01-01'`),
    refersTo(accounts, t.serviceId, t.accountId).onDelete('cascade'),
  ],
);
