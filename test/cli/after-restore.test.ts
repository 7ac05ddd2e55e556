import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { enterAsServer } from '../../src/db/connection/presence.ts';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { invite } from '../../src/operations/invitations/invite.ts';
import { grantFirstOperator } from '../../src/operations/operators/grant-first.ts';
import { sendPasswordReset } from '../../src/operations/passwords/send-reset.ts';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { rotateKey } from '../../src/operations/subscriptions/rotate-key.ts';
import { bindWorkspace } from '../../src/operations/workspaces/bind.ts';
import { createTestConsole } from '../support/console.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const SLOW_MS = 120_000;
const APPLY = ['--apply', '--as', 'Connie', '--reason', 'disk failure'];
const TEAM = 'T0TEST';

const t = forAllTests(createTestConsole, SLOW_MS);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apim-restore-'));
  await bindWorkspace(t.system(), { teamId: TEAM, tokenHash: 'a'.repeat(64) });
}, SLOW_MS);
afterAll(async () => {
  if (folder) await rm(folder, { recursive: true, force: true });
});

let count = 0;
async function account(firstName: string): Promise<{ id: string; email: string }> {
  count += 1;
  const email = `dev${count}@example.com`;
  return { email, id: (await addAccount(t.own(), { email, firstName, lastName: 'Lee' })).account.id };
}
async function operator(role: 'admin' | 'approver'): Promise<string> {
  count += 1;
  const slackUserId = `U0${role.toUpperCase()}${count}`;
  await grantFirstOperator(t.system(), { teamId: TEAM, slackUserId, name: slackUserId, role });
  return `${TEAM}/${slackUserId}`;
}
/** A row of an export that this database does not know, as after a backup. */
function row(operation: string, targetId: string, more: Record<string, unknown> = {}): object {
  count += 1;
  return {
    id: `f1890000-0000-7000-8000-${String(count).padStart(12, '0')}`,
    serviceId: 'default',
    at: '2026-11-24T09:12:00.000Z',
    operation,
    outcome: 'done',
    code: null,
    actorKind: 'slack',
    actorId: 'T0TEST/U0ADA',
    actorName: 'Ada Admin',
    targetKind: operation.split('/')[0]?.slice(0, -1),
    targetId,
    about: null,
    reason: 'leaked a key',
    before: null,
    after: null,
    approval: null,
    approvalId: null,
    requestId: 'there',
    number: null,
    hash: null,
    ...more,
  };
}
async function exportOf(...rows: object[]): Promise<string> {
  count += 1;
  const file = join(folder, `export-${count}.jsonl`);
  await writeFile(file, rows.map((one) => `${JSON.stringify(one)}\n`).join(''));
  return file;
}
const stateOf = async (id: string) =>
  (await t.sql`select state, block_ends_at as until from accounts where id = ${id}`)[0];
const roleOf = async (person: string) =>
  (await t.sql`select role from operators where team_id || '/' || slack_user_id = ${person}`)[0]?.role;
const auditRows = async () => Number((await t.sql`select count(*) from audit`)[0]?.count);
const lineAbout = (out: string, target: string): string =>
  out.split('\n').find((line) => line.includes(`${target} `) || line.includes(`${target},`)) ?? out;

describe('npm run after-restore', { timeout: SLOW_MS }, () => {
  beforeEach(async () => {
    await t.sql`update tickets set voided_at = now() where voided_at is null`;
    await t.sql`update mails set state = 'cancelled', sealed_order = null where state = 'queued'`;
  });

  it('only says what it would do; with --apply it does so once and writes audit rows', async () => {
    const { id, email } = await account('Ann');
    await sendPasswordReset(t.own(), { accountId: id });
    await invite(t.own(), { email: 'new@example.com' });
    await t.sql`insert into sessions (service_id, id, account_id, hash, agent, created_at, last_seen_at, expires_at)
      values ('default', ${crypto.randomUUID()}, ${id}, 'h', 'a', now(), now(), now() + interval '1 hour')`;
    await t.sql`insert into batches (service_id, id, state, sealed_rows, total, planned_by, created_at, expires_at)
      values ('default', ${crypto.randomUUID()}, 'applying', '{sealed}', 1, 'T0/U0', now(), now() + interval '1 day')`;
    await t.sql`insert into tokens (service_id, id, name, hash, role, grants, owner_team_id, owner_user_id, owner_name,
        created_at, created_by, expires_at)
      values ('default', ${crypto.randomUUID()}, 'ci', 'h', 'reader', '{}', 'T0', 'U0', 'Ada', now(), 'Connie',
        now() + interval '1 day')`;
    const before = await auditRows();
    // A welcome and a reset, each with its link, and an invitation.
    const dry = await t.afterRestore();
    expect([dry.code, dry.err]).toEqual([0, '']);
    expect(dry.out).toMatch(/^[23] mailed links voided \(would be\)$/m);
    expect(dry.out).toMatch(/^1 developers’ sessions ended \(would be\)$/m);
    expect(dry.out).toMatch(/^1 batches stopped \(would be\)$/m);
    expect(dry.out).toMatch(/^1 tokens of the management API revoked \(would be\)$/m);
    expect(dry.out).toMatch(/^3 waiting mails cancelled \(would be\)$/m);
    expect(dry.out).toMatch(/^1 invitations stay open, but their links no longer work/m);
    expect(dry.out).toMatch(/Nothing changed/);
    expect(await auditRows()).toBe(before);
    expect(await t.sql`select from mails where state = 'queued'`).toHaveLength(3);

    const done = await t.afterRestore(...APPLY);
    expect([done.code, done.err]).toEqual([0, '']);
    expect(await t.sql`select from tickets where voided_at is null and used_at is null`).toHaveLength(0);
    expect(await t.sql`select from sessions`).toHaveLength(0);
    expect(await t.sql`select from batches where ended_at is null or sealed_rows <> '{}'`).toHaveLength(0);
    expect(await t.sql`select from tokens where revoked_at is null`).toHaveLength(0);
    expect(await t.sql`select from mails where state = 'queued' or sealed_order is not null`).toHaveLength(0);
    const rows = await t.sql`select operation, actor_name, reason, after from audit
      join audit_details on audit_id = audit.id where reason = 'disk failure' order by audit.id`;
    expect(rows).toEqual([
      expect.objectContaining({ operation: 'tickets/void-all', actor_name: 'Connie (console)' }),
      expect.objectContaining({ operation: 'sessions/end-all', after: { count: 1 } }),
      expect.objectContaining({ operation: 'batches/stop-all', after: { count: 1 } }),
      expect.objectContaining({ operation: 'tokens/revoke-all', after: { count: 1 } }),
      expect.objectContaining({ operation: 'mails/cancel-all', after: { count: 3 } }),
    ]);

    const again = await t.afterRestore(...APPLY);
    expect([again.code, again.out]).toEqual([0, expect.stringMatching(/^0 mailed links voided$/m)]);
    expect(await auditRows()).toBe(before + rows.length);
    expect(email).toMatch(/@/);
  });

  it('repeats each removal that an audit export lists, and finds it done the second time', async () => {
    const [blocked, let_in, deleted, week, past, already] = await Promise.all(
      ['Bea', 'Cy', 'Di', 'Ed', 'Flo', 'Gus'].map(account),
    );
    const [first, second, third] = [
      await operator('admin'),
      await operator('admin'),
      await operator('approver'),
    ];
    const inAWeek = new Date(Date.now() + 7 * 86_400_000).toISOString();
    const file = await exportOf(
      row('accounts/block', blocked?.id ?? '', { after: { state: 'blocked' } }),
      row('accounts/block', let_in?.id ?? ''),
      row('accounts/activate', let_in?.id ?? ''),
      row('accounts/delete', deleted?.id ?? ''),
      row('accounts/block', week?.id ?? '', { after: { state: 'blocked', until: inAWeek } }),
      row('accounts/block', past?.id ?? '', {
        after: { state: 'blocked', until: '2026-01-01T00:00:00.000Z' },
      }),
      row('accounts/block', 'made-since'),
      row('accounts/block', already?.id ?? '', { outcome: 'refused' }),
      row('operators/withdraw', first, { after: { role: null } }),
      row('operators/grant', second, { before: { role: 'admin' }, after: { role: 'approver' } }),
      row('operators/lose', third, { after: { role: null } }),
    );
    const keep = await operator('admin');
    const before = await auditRows();
    const dry = await t.afterRestore('--audit', file);
    expect([dry.code, dry.err]).toEqual([0, '']);
    expect(dry.out).toMatch(/11 rows, of which this database has 0/);
    expect(dry.out).toMatch(/It has none of them\. Check/);
    expect(lineAbout(dry.out, blocked?.id ?? '')).toMatch(/Bea Lee .* by Ada Admin: to be repeated$/);
    expect(await auditRows()).toBe(before);

    const done = await t.afterRestore('--audit', file, ...APPLY);
    expect([done.code, done.err]).toEqual([0, '']);
    const said = (target = '') => lineAbout(done.out, target).split(': ').at(-1);
    expect([said(blocked?.id), said(let_in?.id), said(deleted?.id), said(week?.id)]).toEqual([
      'done',
      'a later change replaced it',
      'done',
      'done',
    ]);
    expect(said(past?.id)).toBe('the block would have ended by now');
    expect(said('made-since')).toMatch(/^not found, because it was made after the backup/);
    expect(done.out).toMatch(/6 done, 1 overtaken, 1 over by now, 1 not found$/m);
    expect(await stateOf(blocked?.id ?? '')).toEqual({ state: 'blocked', until: null });
    expect((await stateOf(let_in?.id ?? ''))?.state).toBe('active');
    expect((await stateOf(deleted?.id ?? ''))?.state).toBe('deleted');
    const until = Date.parse((await stateOf(week?.id ?? ''))?.until);
    expect(Math.abs(until - Date.parse(inAWeek))).toBeLessThan(2 * 3_600_000);
    expect((await stateOf(already?.id ?? ''))?.state).toBe('active');
    expect(await Promise.all([first, second, third, keep].map(roleOf))).toEqual([
      null,
      'approver',
      null,
      'admin',
    ]);
    const [why] = await t.sql`select reason, actor_name from audit join audit_details on audit_id = audit.id
      where target_id = ${blocked?.id ?? ''} and operation = 'accounts/block'`;
    expect(why).toEqual({
      reason: 'disk failure (first by Ada Admin, 2026-11-24 09:12 UTC: leaked a key)',
      actor_name: 'Connie (console)',
    });
    // The developers were told the first time.
    expect(await t.sql`select from mails where template = 'AccountBlocked'`).toHaveLength(0);

    const changes = await auditRows();
    const again = await t.afterRestore('--audit', file, ...APPLY);
    expect([again.code, again.out]).toEqual([0, expect.stringMatching(/6 so already/)]);
    expect(await auditRows()).toBe(changes);
  });

  it('replaces the keys and ends the subscriptions that were replaced and ended after the backup', async () => {
    const ann = await account('Ann');
    const granted = async () =>
      (await grantSubscription(t.own(), { accountId: ann.id, tellDeveloper: false })).subscription.id;
    const [leaked, suspended, resumed, cancelled, gone] = [
      await granted(),
      await granted(),
      await granted(),
      await granted(),
      await granted(),
    ];
    const hashOf = async (slot: string) =>
      (
        await t.sql`select hash from subscription_keys where subscription_id = ${leaked} and slot = ${slot}`
      )[0]?.hash;
    const [primary, secondary] = [await hashOf('primary'), await hashOf('secondary')];
    const at = new Date(Date.now() + 60_000).toISOString();
    const file = await exportOf(
      row('subscriptions/regenerate-key', leaked, { at, after: { key: 'primary', leaked: true } }),
      row('subscriptions/suspend', suspended),
      row('subscriptions/suspend', resumed),
      row('subscriptions/resume', resumed),
      row('subscriptions/cancel', cancelled),
      row('subscriptions/delete', gone),
      row('subscriptions/suspend', 'made-since'),
    );
    const done = await t.afterRestore('--audit', file, ...APPLY);
    expect([done.code, done.err]).toEqual([0, '']);
    expect(done.out).toMatch(/4 done, 1 overtaken, 1 not found$/m);
    expect(await hashOf('primary')).not.toBe(primary);
    expect(await hashOf('secondary')).toBe(secondary);
    const states = await t.sql`select id, state from subscriptions where account_id = ${ann.id}`;
    expect(new Map(states.map(({ id, state }) => [id, state]))).toEqual(
      new Map([
        [leaked, 'active'],
        [suspended, 'suspended'],
        [resumed, 'active'],
        [cancelled, 'cancelled'],
      ]),
    );
    // The owner of the subscription must learn that there is a new key.
    expect(await t.sql`select from mails where template = 'KeyReplaced'`).toHaveLength(1);

    await t.sql`update subscription_keys set created_at = '2100-01-01' where subscription_id = ${leaked}`;
    const again = await t.afterRestore('--audit', file, ...APPLY);
    expect(again.out).toMatch(/4 so already/);
  });

  it('ends the ways in that developers had replaced, and the keys that were found in public', async () => {
    const [secured, disconnected, later] = await Promise.all(['Jo', 'Kay', 'Lou'].map(account));
    const ids = [secured, disconnected, later].map((one) => one?.id ?? '');
    await t.sql`update accounts set password_hash = 'of-the-backup' where id in ${t.sql(ids)}`;
    await t.sql`insert into account_identities
        (service_id, account_id, issuer, subject, provider, kind, shown_name, linked_at, last_used_at)
      values ('default', ${ids[1] ?? ''}, 'https://idp.example', 's', 'idp', 'Aad', 'k@example.com', now(), now())`;
    const granted = async () =>
      (await grantSubscription(t.own(), { accountId: ids[2] ?? '', tellDeveloper: false })).subscription.id;
    const [reported, ended, seen] = [await granted(), await granted(), await granted()];
    await rotateKey(t.own(), { subscriptionId: ended, slot: 'secondary', overlapHours: 24 });
    const hashes = async (id: string) =>
      t.sql`select slot, hash, coalesce(ends_at > now(), true) works from subscription_keys
        where subscription_id = ${id} order by slot`;
    const before = await Promise.all([reported, ended, seen].map(hashes));
    const at = new Date(Date.now() + 5).toISOString();
    const onSubscription = (key: object) => ({ at, targetKind: 'subscription', after: key });
    const file = await exportOf(
      row('accounts/secure', ids[0] ?? '', { at }),
      row('identities/disconnect', ids[1] ?? '', { at, targetKind: 'account' }),
      row('identities/connect', ids[2] ?? '', { at, targetKind: 'account' }),
      row('leaked-keys/report', reported, onSubscription({ key: 'primary', endsAtOnce: true })),
      row('leaked-keys/end', ended, onSubscription({ key: 'former-secondary' })),
      row('leaked-keys/report', seen, onSubscription({ key: 'primary', endsAtOnce: false })),
    );
    const done = await t.afterRestore('--audit', file, ...APPLY);
    expect([done.code, done.err]).toEqual([0, '']);
    expect(done.out).toMatch(/^4 done$/m);
    const left = await t.sql`select a.id, a.password_hash, count(i.subject)::int identities from accounts a
      left join account_identities i on i.account_id = a.id where a.id in ${t.sql(ids)} group by 1, 2`;
    expect(new Map(left.map((one) => [one.id, [one.password_hash, one.identities]]))).toEqual(
      new Map([
        [ids[0], [null, 0]],
        [ids[1], [null, 0]],
        [ids[2], ['of-the-backup', 0]],
      ]),
    );
    const after = await Promise.all([reported, ended, seen].map(hashes));
    const changed = (index: number) =>
      (after[index] ?? []).flatMap(({ slot, hash, works }, place) =>
        before[index]?.[place]?.hash === hash && works ? [] : [slot],
      );
    expect([changed(0), changed(1), changed(2)]).toEqual([['primary'], ['former-secondary'], []]);

    // Who came back by a link since keeps the new password.
    await t.sql`update accounts set password_hash = 'new' where id = ${ids[0] ?? ''}`;
    const again = await t.afterRestore('--audit', file, ...APPLY);
    expect(again.out).toMatch(/^4 so already$/m);
    const [back] = await t.sql`select password_hash from accounts where id = ${ids[0] ?? ''}`;
    expect(back?.password_hash).toBe('new');
  });

  it('deletes an account again with the subscriptions that it has', async () => {
    const { id } = await account('Ivy');
    await grantSubscription(t.own(), { accountId: id, tellDeveloper: false });
    const done = await t.afterRestore('--audit', await exportOf(row('accounts/delete', id)), ...APPLY);
    expect([done.code, lineAbout(done.out, id)]).toEqual([0, expect.stringMatching(/done$/)]);
    expect((await stateOf(id))?.state).toBe('deleted');
  });

  it('leaves a deletion waiting for its second operator, and blocks the account until that operator approves', async () => {
    const { id } = await account('Hal');
    await operator('approver');
    const file = await exportOf(row('accounts/delete', id));
    const two = { SECOND_OPERATOR_FOR: 'accounts/delete' };
    const done = await t.afterRestoreWith(two, '--audit', file, ...APPLY);
    expect([done.code, lineAbout(done.out, id)]).toEqual([
      75,
      expect.stringMatching(/waits for a second operator$/),
    ]);
    expect((await stateOf(id))?.state).toBe('blocked');
    const again = await t.afterRestoreWith(two, '--audit', file, ...APPLY);
    expect(again.code).toBe(75);
    expect(await t.sql`select from approvals where account_id = ${id} and state = 'open'`).toHaveLength(1);
  });

  it('keeps the last admin, and the row says why', async () => {
    await t.sql`update operators set role = null`;
    const last = await operator('admin');
    const file = await exportOf(row('operators/withdraw', last, { after: { role: null } }));
    const refused = await t.afterRestore('--audit', file, ...APPLY);
    expect([refused.code, lineAbout(refused.out, last)]).toEqual([
      1,
      expect.stringMatching(/refused \(operator_last_admin\)$/),
    ]);
    expect(await roleOf(last)).toBe('admin');
  });

  it('refuses to run while a server runs, even without --apply', async () => {
    const server = await enterAsServer(t.databaseUrl);
    const before = await auditRows();
    for (const words of [[], APPLY]) {
      const refused = await t.afterRestore(...words);
      expect([refused.code, refused.out, refused.err]).toEqual([
        1,
        '',
        expect.stringMatching(/A server or another after-restore is running/),
      ]);
    }
    expect(await auditRows()).toBe(before);
    await server?.leave();
  });

  it('refuses a database of an older version without --apply', async () => {
    const [last] =
      await t.sql`select id, hash, created_at from drizzle.__drizzle_migrations order by created_at desc limit 1`;
    await t.sql`delete from drizzle.__drizzle_migrations where id = ${last?.id}`;
    const dry = await t.afterRestore();
    expect([dry.code, dry.err]).toEqual([1, expect.stringMatching(/from an older version/)]);
    await t.sql`insert into drizzle.__drizzle_migrations ${t.sql(last as Record<string, unknown>)}`;
    expect((await t.afterRestore()).code).toBe(0);
  });

  it('refuses an export that is not one, belongs to another service, or differs from the database', async () => {
    const [known] = await t.sql`select id from audit order by id limit 1`;
    await t.sql`insert into audit_links (service_id, number, audit_id, hash, linked_at)
      values ('default', 1, ${known?.id}, ${'a'.repeat(64)}, now())`;
    const csv = join(folder, 'export.csv');
    await writeFile(csv, 'number,hash\r\n');
    const good = row('accounts/block', 'x');
    for (const [file, words] of [
      [csv, /Line 1 of .* is no line of an audit export/],
      [await exportOf(good, { no: 'sense' }), /Line 2 of .* is no line of an audit export/],
      [await exportOf({ ...good, serviceId: 'other' }), /is of the service other/],
      [await exportOf({ ...good, id: known?.id, hash: 'b'.repeat(64) }), /has a different hash/],
      [join(folder, 'nowhere.jsonl'), /File not found/],
    ] as const) {
      const before = await auditRows();
      const refused = await t.afterRestore('--audit', file, ...APPLY);
      expect([refused.code, refused.err]).toEqual([64, expect.stringMatching(words)]);
      expect(await auditRows()).toBe(before);
    }
  });

  it.each([
    [['--apply']],
    [['--apply', '--as', 'Connie']],
    [['now']],
    [['--as', 'T0TEST/U0ADA', ...APPLY.slice(3), '--apply']],
  ])('%j ends with 64', async (words) => expect((await t.afterRestore(...words)).code).toBe(64));
});
