// How an announcement leaves: in what order, at what pace, and what becomes of it when a process dies.
import { Logger, runOnce, type TaskList } from 'graphile-worker';
import { expect, it } from 'vitest';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { eraseAccount } from '../../../src/operations/accounts/erase.ts';
import { advanceAnnouncement } from '../../../src/operations/announcements/advance.ts';
import { saveAnnouncement } from '../../../src/operations/announcements/save.ts';
import { sendAnnouncement } from '../../../src/operations/announcements/send.ts';
import { showAnnouncement } from '../../../src/operations/announcements/show.ts';
import { sweepMails } from '../../../src/operations/mails/sweep.ts';
import { sendPasswordReset } from '../../../src/operations/passwords/send-reset.ts';
import { ADMIN, createTestContext, refusalOf, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const t = forAllTests(createTestContext);
const MINUTE = 60_000;
const admin = () => t.as(ADMIN);

async function accounts(count: number, name: string): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    const email = `${name}${n}@example.com`;
    const { account } = await addAccount(admin(), { email, firstName: name, tellDeveloper: false });
    ids.push(account.id);
  }
  return ids;
}

async function begun(kind: 'operational' | 'news' = 'news'): Promise<string> {
  const words = { kind, audience: 'everyone', subject: 'Hello', body: 'Hello.' } as const;
  const { announcementId } = await saveAnnouncement(admin(), words);
  const { recipients } = await showAnnouncement(admin(), { announcementId });
  await sendAnnouncement(admin(), { announcementId, recipients });
  return announcementId;
}

const mailsOf = async (announcementId: string) => {
  const rows = await t.sql<{ account: string; state: string; due: string }[]>`
    select r.account_id as account, m.state, m.next_attempt_at as due from announcement_recipients r
    join mails m on m.service_id = r.service_id and m.id = r.mail_id
    where r.announcement_id = ${announcementId} order by m.next_attempt_at`;
  return rows.map((row) => ({ ...row, due: Date.parse(row.due) }));
};
const leave = () => t.sql`update mails set state = 'accepted' where state = 'queued'`;
const viewOf = (announcementId: string) => showAnnouncement(admin(), { announcementId });

it('T138: one mail a second, sixty at a time, each account once, whatever dies or comes at once', async () => {
  const everyone = await accounts(130, 'ann');
  const announcementId = await begun();
  // Two that must get none any more when their turn comes, at the end of the line.
  const [blocked = '', erased = ''] = everyone.slice(-2);
  await blockAccount(admin(), { accountId: blocked });
  await deleteAccount(admin(), { accountId: erased });
  const dies = (after: number) => {
    const system = t.as(SYSTEM);
    let left = after;
    const random = (size: number) => {
      left -= 1;
      if (left < 0) throw new Error('killed');
      return system.random(size);
    };
    return advanceAnnouncement({ ...system, random }, { announcementId }).catch(() => 'killed');
  };
  for (let round = 0; round < 6; round++) {
    expect(await dies(round === 0 ? 90 : 7)).toBe(round < 3 ? 'killed' : undefined);
    await Promise.all([1, 2, 3].map(() => advanceAnnouncement(t.as(SYSTEM), { announcementId })));
    const queued = (await mailsOf(announcementId)).filter(({ state }) => state === 'queued');
    expect(queued.length).toBeLessThanOrEqual(60);
    for (const [at, { due }] of queued.entries()) {
      const before = queued[at - 1];
      if (before) expect(due - before.due).toBeGreaterThanOrEqual(1_000);
    }
    await leave();
    t.advance(MINUTE);
  }
  const { announcement, fates } = await viewOf(announcementId);
  expect([announcement.state, fates]).toEqual(['done', { accepted: 128, blocked: 1, deleted: 1 }]);
  const got = (await mailsOf(announcementId)).map(({ account }) => account);
  expect(got.sort()).toEqual(everyone.slice(0, -2).sort());
  const [row] = await t.sql`select count(*)::int as n from mails where template = 'Announcement'`;
  expect(row?.n).toBe(128);

  t.advance(31 * 86_400_000);
  await eraseAccount(t.as(SYSTEM), { accountId: erased });
  expect((await viewOf(announcementId)).fates).toEqual({ accepted: 128, blocked: 1 });
});

it('T138: a mail about security passes all announcements that are due, also after an outage', async () => {
  const announcementId = await begun('operational');
  await advanceAnnouncement(t.as(SYSTEM), { announcementId });
  const [one = ''] = await accounts(1, 'bob');
  await sendPasswordReset(admin(), { accountId: one });
  // The sweep brings the jobs back of a process that died.
  await t.sql`delete from graphile_worker._private_jobs`;
  t.advance(2 * MINUTE);
  await sweepMails(t.as(SYSTEM), {});
  await t.sql`update graphile_worker._private_jobs set run_at = now()`;
  const order: string[] = [];
  const taskList: TaskList = {
    'deliver-mail': async (payload) => {
      const { mailId } = payload as { mailId: string };
      const [mail] = await t.sql`select template from mails where id = ${mailId}`;
      order.push(String(mail?.template));
    },
  };
  const logger = new Logger(() => () => {});
  await runOnce({ connectionString: t.databaseUrl, taskList, logger, noHandleSignals: true });
  const first = order.indexOf('Announcement');
  expect(order.slice(first)).toEqual(Array.from({ length: 60 }, () => 'Announcement'));
  expect(order.slice(0, first)).toContain('PasswordResetIdentityDefault');
});

it('waits behind an import, and stops when its sender is no admin any more', async () => {
  await t.sql`update mails set state = 'accepted'`;
  await t.sql`update announcements set state = 'done', ended_at = now() where state = 'sending'`;
  const announcementId = await begun();
  await accounts(1, 'cleo');
  await t.sql`insert into mails (service_id, id, template, state, next_attempt_at, created_at, changed_at)
    values ('ours', ${crypto.randomUUID()}, 'InviteUserNotificationMessage', 'queued',
      ${new Date(t.clock().getTime() + 50 * 1_000).toISOString()}, now(), now())`;
  await advanceAnnouncement(t.as(SYSTEM), { announcementId });
  const queued = await mailsOf(announcementId);
  expect(queued.length).toBeLessThanOrEqual(10);
  expect((queued[0]?.due ?? 0) - t.clock().getTime()).toBeGreaterThan(45_000);

  await t.sql`update operators set role = null where service_id = 'ours' and slack_user_id = 'U0ADMIN'`;
  await advanceAnnouncement(t.as(SYSTEM), { announcementId });
  await t.sql`update operators set role = 'admin' where service_id = 'ours' and slack_user_id = 'U0ADMIN'`;
  const { announcement, fates } = await viewOf(announcementId);
  expect(announcement.state).toBe('stopped');
  expect(fates.cancelled).toBe(queued.length);
  expect(fates.queued).toBeUndefined();
});

it('is sent once, of two who send it at once, and only to as many as were seen', async () => {
  const words = { kind: 'news', audience: 'everyone', subject: 'Hello', body: 'Hello.' } as const;
  const { announcementId, version } = await saveAnnouncement(admin(), words);
  const { recipients } = await viewOf(announcementId);
  const send = (seen: number, expectedVersion = version) =>
    refusalOf(sendAnnouncement(admin(), { announcementId, expectedVersion, recipients: seen }));
  expect(await send(recipients - 1)).toBe('announcement_recipients_changed');
  expect(await send(recipients, version + 1)).toBe('announcement_changed');
  const outcomes = await Promise.all([1, 2, 3, 4].map(() => send(recipients)));
  expect(outcomes.sort()).toEqual(['announcement_sent', 'announcement_sent', 'announcement_sent', 'done']);
  expect(await refusalOf(saveAnnouncement(admin(), { ...words, announcementId }))).toBe('announcement_sent');
});
