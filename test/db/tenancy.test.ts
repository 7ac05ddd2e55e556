import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { decideApproval } from '../../src/operations/approvals/decide.ts';
import { planCards } from '../../src/operations/cards/plan.ts';
import { planApprovalCards } from '../../src/operations/cards/plan-approval.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { invite } from '../../src/operations/invitations/invite.ts';
import { requestInvitation } from '../../src/operations/invitations/request.ts';
import { ADMIN, APPROVER, createTestContext, MEMBER, SYSTEM } from '../support/context.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const FOREIGN_KEY = '23503';
const OUR_TOKEN = '01890000-0000-7000-8000-00000000000a';
const THEIR_TOKEN = '01890000-0000-7000-8000-00000000000b';
const OUR_ANNOUNCEMENT = '01890000-0000-7000-8000-00000000000c';
const THEIR_ANNOUNCEMENT = '01890000-0000-7000-8000-00000000000d';

const t = forAllTests(createTestContext);
/** The rows of the other service that a row could refer to. */
const theirs = {
  account_id: '',
  audit_id: '',
  webhook_id: THEIR_TOKEN,
  invitation_id: '',
  group_id: 'developers',
  ticket_id: null,
  approval_id: '',
  api_id: 'theirs-api',
  product_id: 'theirs-product',
  subscription_id: 'theirs-of-product',
  terms_version: createHash('sha256').update('theirs').digest('hex'),
  requested_by_token: THEIR_TOKEN,
  token_id: THEIR_TOKEN,
  review_id: '01890000-0000-7000-8000-00000000000c',
  rule_id: '01890000-0000-7000-8000-00000000000e',
  announcement_id: THEIR_ANNOUNCEMENT,
  mail_id: null,
};
beforeAll(async () => {
  const asked = await requestInvitation(t.as(MEMBER), { email: 'asked@example.com', why: '' });
  const { groupId } = await createGroup(t.as(ADMIN), { name: 'Partners' });
  const email = 'ann@example.com';
  const { account } = await addAccount(t.as(ADMIN), {
    email,
    firstName: 'Ann',
    lastName: 'Lee',
    groupIds: [groupId],
    verifyFirst: true,
  });
  await planCards(t.as(SYSTEM), { accountId: account.id, channels: ['C0APPROVALS'] });
  await planApprovalCards(t.as(SYSTEM), { approvalId: asked.approvalId, channels: ['C0APPROVALS'] });
  await fillTokens();
  await t.sql`update approvals set account_id = ${account.id}, requested_by_token = ${OUR_TOKEN}`;
  await decideApproval(t.as(APPROVER), { approvalId: asked.approvalId, decision: 'approve' });
  const { invitationId } = await invite(t.as(ADMIN), { email: 'bob@example.com', groupIds: [groupId] });
  await t.sql`update invitations set account_id = ${account.id} where id = ${invitationId}`;
  const other = await addAccount(t.as(ADMIN, 'theirs'), { email, firstName: 'Ann', lastName: 'Lee' });
  theirs.account_id = other.account.id;
  theirs.approval_id = (
    await requestInvitation(t.as(MEMBER, 'theirs'), { email: 'asked@example.com', why: '' })
  ).approvalId;
  theirs.invitation_id = (await invite(t.as(ADMIN, 'theirs'), { email: 'eve@example.com' })).invitationId;
  await fillCatalog('ours', account.id, groupId);
  await fillCatalog('theirs', other.account.id, 'developers');
  await t.sql`insert into cards (service_id, id, subscription_id, channel_id, created_at, changed_at)
    values ('ours', ${crypto.randomUUID()}, 'ours-of-product', 'C0APPROVALS', now(), now())`;
  const summaryId = crypto.randomUUID();
  await t.sql`insert into sign_up_summaries values ('ours', ${summaryId}, now())`;
  await t.sql`update accounts set sign_up_summary_id = ${summaryId} where id = ${account.id}`;
  await t.sql`insert into cards (service_id, id, sign_up_summary_id, channel_id, created_at, changed_at)
    values ('ours', ${crypto.randomUUID()}, ${summaryId}, 'C0APPROVALS', now(), now())`;
  await fillMirror();
  await fillLeakedKeys();
  await fillWebhooks();
  await fillReviews(account.id, asked.approvalId);
  await t.sql`insert into batches (service_id, id, state, sealed_rows, total, planned_by, approval_id, created_at, expires_at)
    values ('ours', ${crypto.randomUUID()}, 'open', '{}', 1, '', ${asked.approvalId}, now(), now())`;
  await fillAnnouncements();
  await fillRules(groupId);
});

/** A review of access in each service, and in ours a person, an account, and the message that shows it. */
async function fillReviews(accountId: string, approvalId: string): Promise<void> {
  const ours = crypto.randomUUID();
  for (const [service, id] of [
    ['ours', ours],
    ['theirs', theirs.review_id],
  ] as const)
    await t.sql`insert into reviews (service_id, id, scope, scope_name, at_end, has_reminders, total, state, started_by,
        started_by_name, created_at, changed_at, ends_at)
      values (${service}, ${id}, 'all', '', 'block', true, 1, 'open', '', '', now(), now(), now())`;
  await t.sql`insert into review_people values ('ours', ${ours}, 'T0TEST/U0ADMIN', 'Ada Admin', true)`;
  await t.sql`insert into review_rows (service_id, id, review_id, place, account_id, evidence_at, approval_id)
    values ('ours', ${crypto.randomUUID()}, ${ours}, 1, ${accountId}, now(), ${approvalId})`;
  await t.sql`insert into cards (service_id, id, review_id, channel_id, created_at, changed_at)
    values ('ours', ${crypto.randomUUID()}, ${ours}, 'C0APPROVALS', now(), now())`;
}

/** A webhook of each service, and an event on its way to ours. */
async function fillWebhooks(): Promise<void> {
  for (const [service, id] of [
    ['ours', OUR_TOKEN],
    ['theirs', THEIR_TOKEN],
  ] as const)
    await t.sql`insert into webhooks (service_id, id, name, url, types, includes_personal, state, sealed_secret, position,
        sends_since, created_at, created_by, changed_at)
      values (${service}, ${id}, 'crm', 'https://crm.example.com', '{}', false, 'active', '', 0, now(), now(), '', now())`;
  await t.sql`insert into webhook_deliveries (service_id, id, webhook_id, audit_id, number, type, state, queued_at,
      next_attempt_at)
    select 'ours', ${OUR_TOKEN}, ${OUR_TOKEN}, id, 1, 'test', 'waiting', now(), now() from audit
    where service_id = 'ours' limit 1`;
  const [row] = await t.sql`select id from audit where service_id = 'theirs' limit 1`;
  theirs.audit_id = row?.id;
}

/** A rule in each service; ours gives a group and a product. */
async function fillRules(groupId: string): Promise<void> {
  const ours = crypto.randomUUID();
  for (const [service, id] of [
    ['ours', ours],
    ['theirs', theirs.rule_id],
  ] as const)
    await t.sql`insert into rules (service_id, id, domain, admission, created_at)
      values (${service}, ${id}, '*', 'settings', now())`;
  await t.sql`insert into rule_groups values ('ours', ${ours}, ${groupId})`;
  await t.sql`insert into rule_products values ('ours', ${ours}, 'ours-product')`;
}

async function fillAnnouncements(): Promise<void> {
  for (const [service, id] of [
    ['ours', OUR_ANNOUNCEMENT],
    ['theirs', THEIR_ANNOUNCEMENT],
  ] as const)
    await t.sql`insert into announcements (service_id, id, state, kind, audience, subject, body, created_at, changed_at,
        changed_by_name)
      values (${service}, ${id}, 'draft', 'news', 'everyone', '', '', now(), now(), '')`;
  await t.sql`insert into announcement_recipients (service_id, announcement_id, account_id, mail_id)
    select service_id, ${OUR_ANNOUNCEMENT}, account_id, id from mails
    where service_id = 'ours' and account_id is not null limit 1`;
}

/** A key of a subscription and a token that were found in public, and the card of the key. */
async function fillLeakedKeys(): Promise<void> {
  const leakedKeyId = crypto.randomUUID();
  await t.sql`insert into leaked_keys
      (service_id, id, hash, subscription_id, token_id, places, place_count, state, reported_at, changed_at)
    values ('ours', ${leakedKeyId}, 'a', 'ours-of-product', null, '[]', 0, 'open', now(), now()),
      ('ours', ${crypto.randomUUID()}, 'b', null, ${OUR_TOKEN}, '[]', 0, 'open', now(), now())`;
  await t.sql`insert into cards (service_id, id, leaked_key_id, channel_id, created_at, changed_at)
    values ('ours', ${crypto.randomUUID()}, ${leakedKeyId}, 'C0APPROVALS', now(), now())`;
}

/** One row in each table of the mirror, and the card of a difference. */
async function fillMirror(): Promise<void> {
  const driftId = crypto.randomUUID();
  await t.sql`insert into azure_instances (service_id, path, bound_at) values ('ours', '/subscriptions/…', now())`;
  await t.sql`insert into azure_things (service_id, kind, id, azure_id, memory, seen_at)
    values ('ours', 'account', 'ann', 'ann', '{}', now())`;
  await t.sql`insert into azure_orders (service_id, kind, our_id, lane, half)
    values ('ours', 'account', 'ann', 'account:ann', 0)`;
  await t.sql`insert into azure_drifts (service_id, id, kind, thing_id, field, ours, theirs, found_at)
    values ('ours', ${driftId}, 'account', 'ann', 'state', 'a', 'b', now())`;
  await t.sql`insert into cards (service_id, id, drift_id, channel_id, created_at, changed_at)
    values ('ours', ${crypto.randomUUID()}, ${driftId}, 'C0APPROVALS', now(), now())`;
}

async function fillTokens(): Promise<void> {
  for (const [service, id] of [
    ['ours', OUR_TOKEN],
    ['theirs', THEIR_TOKEN],
  ] as const)
    await t.sql`insert into tokens (service_id, id, name, role, grants, hash, owner_team_id, owner_user_id, owner_name,
        created_at, created_by, expires_at)
      values (${service}, ${id}, 'ci', 'admin', '{}', ${id}, 'T0TEST', 'U0ADMIN', 'Ada Admin', now(), '', now())`;
}

/** One row in each table of the catalog and of its subscriptions. */
async function fillCatalog(serviceId: string, accountId: string, groupId: string): Promise<void> {
  const now = new Date().toISOString();
  const hash = (serviceId === 'ours' ? 'a' : 'b').repeat(64);
  const [api, product, ofProduct, ofApi] = ['api', 'product', 'of-product', 'of-api'].map(
    (id) => `${serviceId}-${id}`,
  ) as [string, string, string, string];
  await t.sql`insert into apis values (${serviceId}, ${api}, 'Orders', 'orders', 1, ${now}, ${now})`;
  await t.sql`insert into api_documents values (${serviceId}, ${api}, '{}', '3.1.0', '', 1, ${now})`;
  await t.sql`insert into api_endpoints values
    (${serviceId}, ${api}, 'list', 1, 'GET', '/', '', '', false, '{}')`;
  await t.sql`insert into products values
    (${serviceId}, ${product}, 'Starter', '', '', true, true, false, null, 1, ${now}, ${now})`;
  await t.sql`insert into product_apis values (${serviceId}, ${product}, ${api})`;
  await t.sql`insert into product_groups values (${serviceId}, ${product}, ${groupId})`;
  await t.sql`insert into terms_texts
    select ${serviceId}, encode(sha256(convert_to(${serviceId}, 'UTF8')), 'hex'), ${serviceId}, now()`;
  await t.sql`insert into product_agreements
    select service_id, ${accountId}, ${product}, version, now() from terms_texts where service_id = ${serviceId}`;
  await t.sql`insert into portal_agreements values (${serviceId}, ${accountId}, '1', '', now())`;
  await t.sql`insert into subscriptions values
    (${serviceId}, ${ofProduct}, ${accountId}, ${product}, null, 'Mine', 'active', '', ${now}, '', null, null, 1, ${now}, ${now}),
    (${serviceId}, ${ofApi}, null, null, ${api}, 'Ours', 'active', '', ${now}, '', null, null, 1, ${now}, ${now})`;
  await t.sql`insert into subscription_keys values (${serviceId}, ${ofProduct}, 'primary', ${hash}, '', ${now})`;
  await t.sql`insert into subscription_usage values (${serviceId}, ${ofProduct}, ${now}, 1)`;
  await t.sql`insert into subscription_calls values (${serviceId}, ${ofProduct}, 'day', ${now}, ${api}, 'passed', 1)`;
  await t.sql`insert into quota_use values (${serviceId}, ${ofProduct}, ${now}, ${now}, 1)`;
  await t.sql`insert into sessions values
    (${serviceId}, ${crypto.randomUUID()}, ${accountId}, ${hash}, '', ${now}, ${now}, ${now})`;
  await t.sql`insert into account_identities values
    (${serviceId}, 'https://login.example.com', ${hash}, ${accountId}, 'example', 'Aad', 'Ann', ${now}, ${now})`;
  await t.sql`insert into sign_in_attempts values (${serviceId}, ${hash}, ${hash}, '', ${now})`;
}

type Reference = { name: string; child: string; columns: string[]; parent: string; parentColumns: string[] };

/** Every foreign key of our tables, read from Postgres. */
const references = () => t.sql<Reference[]>`
  select conname as name, conrelid::regclass::text as child, confrelid::regclass::text as parent,
    (select json_agg(attname order by place) from unnest(conkey) with ordinality as k (number, place)
      join pg_attribute on attrelid = conrelid and attnum = number) as columns,
    (select json_agg(attname order by place) from unnest(confkey) with ordinality as k (number, place)
      join pg_attribute on attrelid = confrelid and attnum = number) as "parentColumns"
  from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace
  order by 1, conname`;

describe('T53: no row can refer to a row of another service', () => {
  it('because each foreign key to a row of a service starts with the service', async () => {
    const found = await references();
    expect(found.length).toBeGreaterThan(15);
    for (const { child, columns, parent, parentColumns } of found) {
      const where = `${child} (${columns}) → ${parent}`;
      expect(columns[0], where).toBe('service_id');
      expect(parentColumns[0], where).toBe(parent === 'services' ? 'id' : 'service_id');
    }
  });

  it('because each column with an id of such a row has a foreign key', async () => {
    const known = (await references()).map(({ child, columns }) => `${child}.${columns.at(-1)}`);
    const ids = await t.sql<{ name: string }[]>`
      select table_name || '.' || column_name as name from information_schema.columns
      where table_schema = 'public' and column_name in
        ('service_id', 'account_id', 'group_id', 'invitation_id', 'ticket_id', 'audit_id', 'approval_id',
          'api_id', 'product_id', 'subscription_id')`;
    const loose = ids
      .map(({ name }) => name)
      .filter(
        (name) =>
          !known.includes(name) &&
          !(
            name.endsWith('.service_id') &&
            known.some((one) => one.startsWith(name.replace('service_id', '')))
          ),
      );
    // The counts name no row; a trigger alone writes them. A link of the chain outlives a row that was taken away: that
    // is how it shows. Counted calls outlive their API and product.
    expect(loose.sort()).toEqual([
      'account_counts.service_id',
      'audit_links.audit_id',
      'catalog_calls.api_id',
      'catalog_calls.product_id',
      'subscription_calls.api_id',
    ]);
  });

  it('because Postgres refuses each row that would', async () => {
    const crossing = (await references()).filter(({ parent }) => parent !== 'services');
    const tried = new Set<string>();
    for (const { child, columns, name } of crossing) {
      const id = columns.at(-1) ?? '';
      const [row] = await t.sql`
        select to_jsonb(one) as row from ${t.sql(child)} one where ${t.sql(id)} is not null limit 1`;
      expect(row, `${child} has a row with ${id}`).toBeDefined();
      // A copy of our row for the other service: all its references are corrected but the one under test.
      const changed = { ...row?.row, ...freshKey(child), service_id: 'theirs' };
      for (const other of Object.keys(theirs))
        if (other !== id && changed[other]) changed[other] = theirs[other as keyof typeof theirs];
      // All but the generated columns.
      const given = Object.keys(changed).filter(
        (column) =>
          !['search_text', 'idle_since'].includes(column) && `${child}.${column}` !== 'azure_orders.number',
      );
      const insert = t.sql.unsafe(
        `insert into ${child} (${given}) select ${given} from json_populate_record(null::${child}, $1::text::json)`,
        [JSON.stringify(changed)],
      );
      await expect(insert, `${child}.${id}`).rejects.toMatchObject({
        code: FOREIGN_KEY,
        constraint_name: name,
      });
      tried.add(`${child}.${id}`);
    }
    expect([...tried].sort()).toEqual([
      'account_activity.account_id',
      'account_groups.account_id',
      'account_groups.group_id',
      'account_identities.account_id',
      'accounts.sign_up_summary_id',
      'announcement_recipients.account_id',
      'announcement_recipients.announcement_id',
      'announcement_recipients.mail_id',
      'api_documents.api_id',
      'api_endpoints.api_id',
      'approvals.account_id',
      'approvals.requested_by_token',
      'audit.approval_id',
      'audit_details.audit_id',
      'audit_unlinked.audit_id',
      'azure_drifts.thing_id',
      'azure_orders.service_id',
      'azure_things.service_id',
      'batches.approval_id',
      'cards.account_id',
      'cards.approval_id',
      'cards.drift_id',
      'cards.leaked_key_id',
      'cards.review_id',
      'cards.sign_up_summary_id',
      'cards.subscription_id',
      'invitation_groups.group_id',
      'invitation_groups.invitation_id',
      'invitations.account_id',
      'leaked_keys.subscription_id',
      'leaked_keys.token_id',
      'mails.account_id',
      'mails.invitation_id',
      'mails.ticket_id',
      'portal_agreements.account_id',
      'product_agreements.account_id',
      'product_agreements.product_id',
      'product_agreements.terms_version',
      'product_apis.api_id',
      'product_apis.product_id',
      'product_groups.group_id',
      'product_groups.product_id',
      'quota_use.subscription_id',
      'review_people.review_id',
      'review_rows.account_id',
      'review_rows.approval_id',
      'review_rows.review_id',
      'rule_groups.group_id',
      'rule_groups.rule_id',
      'rule_products.product_id',
      'rule_products.rule_id',
      'sessions.account_id',
      'subscription_calls.subscription_id',
      'subscription_keys.subscription_id',
      'subscription_usage.subscription_id',
      'subscriptions.account_id',
      'subscriptions.api_id',
      'subscriptions.product_id',
      'tickets.account_id',
      'tickets.invitation_id',
      'webhook_deliveries.audit_id',
      'webhook_deliveries.webhook_id',
    ]);
  });
});

/** Ids that are taken in the other service, and hashes that are unique everywhere, are replaced: they are not under test. */
function freshKey(table: string): Record<string, string> {
  if (['tickets', 'sessions', 'subscription_keys'].includes(table)) return { hash: 'f'.repeat(64) };
  if (table === 'accounts') return { id: 'fresh', email_canonical: 'fresh@example.com' };
  return table === 'subscriptions' ? { id: 'fresh' } : {};
}
