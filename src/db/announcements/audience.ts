// Who would get an announcement, and who is left out.
import { type SQL, sql } from 'drizzle-orm';
import type { LeftOut, LeftOutReason } from '../../domain/announcement.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import type { Announcement } from './announcements.ts';

export type AudienceQuery = Pick<Announcement, 'serviceId' | 'kind' | 'audience' | 'audienceId'> & {
  now: Date;
};

/** A mail to the present email came back, and none has arrived since. */
const returned = (state: 'bounced' | 'complained'): SQL => sql`exists (
  select from mails m where m.service_id = a.service_id and m.account_id = a.id and m.state = ${state}
    and m.created_at > coalesce(a.email_confirmed_at, '-infinity')
    and not exists (select from mails later where later.service_id = m.service_id and later.account_id = m.account_id
      and later.id > m.id and later.state = 'delivered'))`;

/** Why an account gets no mail now; null: it gets one. */
export const reasonToLeaveOut = (kind: Announcement['kind']): SQL => {
  const ofNews =
    kind === 'news'
      ? sql`when a.news_refused_at is not null then 'unsubscribed' when ${returned('complained')} then 'complained'`
      : sql``;
  return sql`case when a.state <> 'active' then a.state ${ofNews} when ${returned('bounced')} then 'bounced' end`;
};

const isIn = ({ audience, audienceId, now }: AudienceQuery): SQL => {
  if (audience === 'everyone') return sql`a.state <> 'deleted'`;
  if (audience === 'group')
    return sql`exists (select from account_groups g
      where g.service_id = a.service_id and g.account_id = a.id and g.group_id = ${audienceId})`;
  const scope =
    audience === 'product'
      ? sql`s.product_id = ${audienceId}`
      : sql`(s.api_id = ${audienceId} or num_nonnulls(s.api_id, s.product_id) = 0 or s.product_id in (
          select p.product_id from product_apis p
          where p.service_id = s.service_id and p.api_id = ${audienceId}))`;
  // A suspended one may come back, and its owner wants to know what became of it.
  return sql`a.id in (select s.account_id from subscriptions s where s.service_id = a.service_id and ${scope}
    and s.state in ('active', 'suspended') and (s.ends_at is null or s.ends_at > ${now.toISOString()}))`;
};

const audience = (query: AudienceQuery): SQL => sql`
  select a.service_id, a.id, a.email, a.first_name, a.last_name, ${reasonToLeaveOut(query.kind)} as left_out
  from accounts a where a.service_id = ${query.serviceId} and ${isIn(query)}`;

/** How many get it, and how many are left out, by why. */
export async function countAudience(
  db: Db,
  query: AudienceQuery,
): Promise<{ recipients: number; leftOut: LeftOut }> {
  const rows = await db.execute<{ reason: LeftOutReason | null; count: string }>(
    sql`select left_out as reason, count(*) from (${audience(query)}) as them group by 1`,
  );
  const counts = [...rows].map(({ reason, count }) => [reason, Number(count)] as const);
  return {
    recipients: counts.find(([reason]) => reason === null)?.[1] ?? 0,
    leftOut: Object.fromEntries(counts.filter(([reason]) => reason !== null)),
  };
}

export type SampledAccount = { id: string; email: string; firstName: string; lastName: string };

/** Some of those who get it. */
export async function sampleAudience(db: Db, query: AudienceQuery, limit: number): Promise<SampledAccount[]> {
  const rows = await db.execute<SampledAccount>(sql`
    select id, email, first_name as "firstName", last_name as "lastName" from (${audience(query)}) as them
    where left_out is null order by email limit ${limit}`);
  return [...rows];
}

/** Freezes the recipients. Returns how many there are. */
export async function insertRecipients(
  tx: Transaction,
  announcementId: string,
  query: AudienceQuery,
): Promise<number> {
  const inserted = await tx.execute(sql`
    insert into announcement_recipients (service_id, announcement_id, account_id)
    select service_id, ${announcementId}, id from (${audience(query)}) as them where left_out is null`);
  return inserted.count;
}
