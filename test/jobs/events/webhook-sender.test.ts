import { describe, expect, it, vi } from 'vitest';
import { sendMessage } from '../../../src/events/send.ts';
import { createWebhookSender } from '../../../src/jobs/events/webhook-sender.ts';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { eraseAccount } from '../../../src/operations/accounts/erase.ts';
import { claimEvents } from '../../../src/operations/webhooks/claim.ts';
import { createWebhook } from '../../../src/operations/webhooks/create.ts';
import { deleteWebhook } from '../../../src/operations/webhooks/delete.ts';
import { listWebhooks } from '../../../src/operations/webhooks/list.ts';
import { listWebhookDeliveries } from '../../../src/operations/webhooks/list-deliveries.ts';
import { pauseWebhook } from '../../../src/operations/webhooks/pause.ts';
import { redeliverEvent } from '../../../src/operations/webhooks/redeliver.ts';
import { reportWebhookTrouble } from '../../../src/operations/webhooks/report-trouble.ts';
import { resumeWebhook } from '../../../src/operations/webhooks/resume.ts';
import { rotateWebhookSecret } from '../../../src/operations/webhooks/rotate-secret.ts';
import { sendTestEvent } from '../../../src/operations/webhooks/send-test.ts';
import { settleEvent } from '../../../src/operations/webhooks/settle.ts';
import { sweepWebhooks } from '../../../src/operations/webhooks/sweep.ts';
import { publicLookup } from '../../../src/security/public-address.ts';
import { ADMIN, createTestContext, refusalOf, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { startReceiver } from '../../support/webhook-receiver.ts';
import { createCapturedLog } from '../../web/serve.ts';

const HOUR_MS = 3_600_000;

const t = forAllTests(() => createTestContext({ webhookHosts: ['127.0.0.1'] }));
const admin = () => t.as(ADMIN);
const system = () => t.as(SYSTEM);
const captured = createCapturedLog();

let count = 0;
async function account() {
  count += 1;
  const email = `dev${count}@example.com`;
  const added = await addAccount(admin(), { email, firstName: 'Ann', lastName: 'Lee' });
  return { accountId: added.account.id, email };
}

type Wired = {
  receiver: Awaited<ReturnType<typeof startReceiver>>;
  webhookId: string;
  secret: string;
  /** Sends until so many messages have come. */
  arrived(number: number): Promise<void>;
};

/** A webhook with a receiver and a sender of its own, which sends nothing before it is asked to. */
async function withWebhook(
  work: (wired: Wired) => Promise<void>,
  wanted: Partial<Parameters<typeof createWebhook>[1]> = {},
): Promise<void> {
  const receiver = await startReceiver();
  count += 1;
  const { webhook, secret } = await createWebhook(admin(), {
    name: `crm ${count}`,
    url: receiver.url,
    ...wanted,
  });
  const webhookId = webhook.id;
  const sender = createWebhookSender({ log: captured.log, context: system, paceMs: 20 });
  const arrived = (number: number) =>
    vi.waitFor(() => {
      sender.wake();
      expect(receiver.received.length).toBeGreaterThanOrEqual(number);
    }, WAIT);
  try {
    await work({ receiver, webhookId, secret, arrived });
  } finally {
    receiver.close();
    await sender.stop();
    await deleteWebhook(admin(), { webhookId });
  }
}

const WAIT = { timeout: 10_000, interval: 20 };
const deliveriesOf = async (webhookId: string) =>
  (await listWebhookDeliveries(admin(), { webhookId })).deliveries;
const settled = (webhookId: string, state: string) =>
  vi.waitFor(async () => {
    const [first] = await deliveriesOf(webhookId);
    expect(first?.state).toBe(state);
  }, WAIT);

describe('T130: what happens reaches a webhook, signed, as a CloudEvent', () => {
  it('with Azure’s name and shape, without who it is about', async () => {
    await withWebhook(async ({ receiver, secret, arrived }) => {
      const { accountId } = await account();
      await blockAccount(admin(), { accountId, reason: 'spam of Ann' });
      await arrived(2);
      const [created, blocked] = [...receiver.received].sort(
        (a, b) => Number(a.event.sequence) - Number(b.event.sequence),
      );
      if (!created || !blocked) throw new Error('two events');
      expect(receiver.verify(secret, created)).toMatchObject({
        specversion: '1.0',
        type: 'Microsoft.ApiManagement.UserCreated',
        source: t.policy.resourceId,
        subject: `/users/${accountId}`,
        data: { resourceUri: `${t.policy.resourceId}/users/${accountId}`, operation: 'accounts/add' },
      });
      expect(created.headers['content-type']).toContain('application/cloudevents+json');
      expect(created.headers['webhook-id']).toBe(created.event.id);
      expect(blocked.event).toMatchObject({
        type: 'apim-user.account.blocked',
        data: { state: 'blocked', formerState: 'active', actor: { kind: 'slack', id: 'T0TEST/U0ADMIN' } },
      });
      for (const { body } of receiver.received) expect(body).not.toMatch(/@|Ann|Ada|spam/);
      expect(() => receiver.verify('whsec_AAAA', created)).toThrow();
      expect(() => receiver.verify(secret, { ...created, body: `${created.body} ` })).toThrow();
    });
  });

  it('by the types that it chose, under the name that it chose', async () => {
    const types = ['Microsoft.ApiManagement.UserUpdated', 'apim-user.account.erased'];
    await withWebhook(
      async ({ receiver, arrived }) => {
        const { accountId } = await account();
        await blockAccount(admin(), { accountId });
        await deleteAccount(admin(), { accountId });
        t.advance(t.policy.eraseDeletedAfterDays * 24 * HOUR_MS);
        await eraseAccount(system(), { accountId });
        await arrived(1);
        // The block is older than three days by now.
        expect(receiver.types()).toEqual(['apim-user.account.erased']);
      },
      { types },
    );
  });

  it('with names, emails and reasons for one that asked for them, and none of an erased account', async () => {
    await withWebhook(
      async ({ receiver, webhookId, arrived }) => {
        const { accountId, email } = await account();
        await blockAccount(admin(), { accountId, reason: 'spam' });
        await arrived(2);
        for (const { event } of receiver.received)
          expect(event.data.person).toEqual({ email, firstName: 'Ann', lastName: 'Lee' });
        expect(receiver.received.some(({ event }) => event.data.reason === 'spam')).toBe(true);
        await deleteAccount(admin(), { accountId });
        await arrived(3);
        t.advance(t.policy.eraseDeletedAfterDays * 24 * HOUR_MS);
        await eraseAccount(system(), { accountId });
        const before = receiver.received.length;
        for (const { id } of await deliveriesOf(webhookId)) await redeliverEvent(admin(), { deliveryId: id });
        await arrived(before + 4);
        for (const { body } of receiver.received.slice(before)) expect(body).not.toContain(email);
      },
      { includesPersonal: true },
    );
  });
});

describe('T131: an event arrives at least once, under one id', () => {
  it('also when the process is killed between sending and storing', async () => {
    await withWebhook(async ({ receiver, webhookId, arrived }) => {
      await sendTestEvent(admin(), { webhookId });
      const { claimed } = await claimEvents(system(), { limit: 10 });
      const [message] = claimed.map((one) => one.message);
      if (!message) throw new Error('nothing was claimed');
      // Sent, and then this process is no more.
      await fetch(message.url, { method: 'POST', headers: message.headers, body: message.body });
      expect((await claimEvents(system(), { limit: 10 })).claimed).toEqual([]);
      t.advance(31_000);
      await arrived(2);
      const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
      expect(new Set(ids).size).toBe(1);
      await settled(webhookId, 'delivered');
    });
  });

  it('for three days, and then the operators hear once that it is given up', async () => {
    await withWebhook(async ({ webhookId }) => {
      await sendTestEvent(admin(), { webhookId });
      await sendTestEvent(admin(), { webhookId });
      const begunAt = t.clock().getTime();
      const waits: number[] = [];
      for (;;) {
        const { claimed, next } = await failDue(500);
        if (claimed === 0 && !next) break;
        const waitMs = (next?.getTime() ?? 0) - t.clock().getTime();
        if (claimed > 0) waits.push(waitMs);
        if (waitMs > 0) t.advance(waitMs + 1);
      }
      expect(waits[0]).toBeLessThan(6_000);
      expect(t.clock().getTime() - begunAt).toBeGreaterThan(60 * HOUR_MS);
      expect(t.clock().getTime() - begunAt).toBeLessThan(80 * HOUR_MS);
      await sweepAndReport();
      await sweepAndReport();
      expect((await deliveriesOf(webhookId)).map(({ state }) => state)).toEqual(['failed', 'failed']);
      expect(await troublesOf(webhookId)).toEqual(['given_up']);
      expect((await listed(webhookId))?.state).toBe('active');
    });
  });

  it('a webhook that has failed for five days, or whose receiver says that it is gone, is paused', async () => {
    await withWebhook(async ({ webhookId }) => {
      for (let day = 0; day <= 5; day++) {
        await sendTestEvent(admin(), { webhookId });
        await failDue(503);
        await sweepAndReport();
        t.advance(24 * HOUR_MS);
      }
      expect(await listed(webhookId)).toMatchObject({ state: 'paused', pausedBecause: 'failing' });
      expect(await troublesOf(webhookId)).toEqual(['given_up', 'failing']);
      await resumeWebhook(admin(), { webhookId });
      await sendTestEvent(admin(), { webhookId });
      await failDue(410);
      await sweepAndReport();
      expect(await listed(webhookId)).toMatchObject({ state: 'paused', pausedBecause: 'gone' });
    });
  });

  it('what happens during a pause arrives afterwards, unless that is three days ago', async () => {
    await withWebhook(async ({ receiver, webhookId, arrived }) => {
      await pauseWebhook(admin(), { webhookId });
      expect(await refusalOf(sendTestEvent(admin(), { webhookId }))).toBe('webhook_state_unfitting');
      const old = await account();
      t.advance(73 * HOUR_MS);
      const { accountId } = await account();
      await resumeWebhook(admin(), { webhookId });
      await arrived(1);
      expect(receiver.received.map(({ event }) => event.subject)).toEqual([`/users/${accountId}`]);
      expect(receiver.received[0]?.event.subject).not.toContain(old.accountId);
    });
  });

  it('of a receiver that is away, a thousand events wait here and the others in the audit', async () => {
    await withWebhook(async ({ receiver, webhookId, arrived }) => {
      receiver.answer = 500;
      await t.sql`insert into webhook_deliveries
          (service_id, id, webhook_id, type, state, queued_at, next_attempt_at)
        select 'ours', gen_random_uuid(), ${webhookId}, 'apim-user.test', 'waiting', ${t.clock().toISOString()},
          ${new Date(t.clock().getTime() + HOUR_MS).toISOString()} from generate_series(1, 999)`;
      for (let made = 0; made < 3; made++) await account();
      await arrived(1);
      const waiting = async () => (await listed(webhookId))?.waiting;
      await vi.waitFor(async () => expect(await waiting()).toBe(1_000), WAIT);
      receiver.answer = 204;
      await t.sql`delete from webhook_deliveries where type = 'apim-user.test'`;
      t.advance(6_000);
      await arrived(4);
      expect(new Set(receiver.received.map(({ event }) => event.id)).size).toBe(3);
    });
  });
});

describe('T132: a receiver holds up nothing but itself', () => {
  it.each<[string, Awaited<ReturnType<typeof startReceiver>>['answer'], string]>([
    ['says nothing', () => {}, 'timeout'],
    ['resets the connection', (response) => response.socket?.destroy(), 'connection_lost'],
    ['answers with what is no HTTP', (response) => response.socket?.end('garbage\r\n\r\n'), 'not_http'],
  ])('one that %s', async (_what, answer, code) => {
    const receiver = await startReceiver();
    receiver.answer = answer;
    const message = { url: receiver.url, headers: {}, body: '{}' };
    const outcome = await sendMessage(message, { hosts: ['127.0.0.1'], timeoutMs: 300 });
    expect(outcome).toMatchObject({ status: null, code });
    receiver.close();
  });

  it('one whose answer never ends is cut off, and has the event by its status', async () => {
    const receiver = await startReceiver();
    let isCutOff = false;
    receiver.answer = (response) => {
      response.once('close', () => {
        isCutOff = true;
      });
      response.writeHead(200);
      const pour = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        response.once('drain', pour);
      };
      pour();
    };
    const message = { url: receiver.url, headers: {}, body: '{}' };
    expect(await sendMessage(message, { hosts: ['127.0.0.1'] })).toMatchObject({ status: 200, code: null });
    await vi.waitFor(() => expect(isCutOff).toBe(true), WAIT);
    receiver.close();
  });

  it('another webhook gets its events while one says nothing', async () => {
    await withWebhook(async (slow) => {
      slow.receiver.answer = () => {};
      await withWebhook(async ({ arrived }) => {
        for (let made = 0; made < 3; made++) await account();
        await arrived(3);
        expect(slow.receiver.received.length).toBeGreaterThan(0);
        expect((await listed(slow.webhookId))?.last).toBeNull();
      });
    });
  });
});

describe('T133: a webhook leads to no address that isn’t public', () => {
  const message = (url: string) => ({ url, headers: {}, body: '{}' });

  it.each([
    ['https://127.0.0.1/', 'private_address'],
    ['https://2130706433/', 'private_address'],
    ['https://0x7f.1/', 'private_address'],
    ['https://[::1]/', 'private_address'],
    ['https://[::ffff:127.0.0.1]/', 'private_address'],
    ['https://[64:ff9b::7f00:1]/', 'private_address'],
    ['https://[64:ff9b:1::7f00:1]/', 'private_address'],
    ['https://[::2]/', 'private_address'],
    ['https://[fd00::1]/', 'private_address'],
    ['https://10.0.0.1/', 'private_address'],
    ['https://100.64.0.1/', 'private_address'],
    ['https://169.254.169.254/latest/meta-data', 'private_address'],
    ['https://168.63.129.16/', 'private_address'],
    ['https://localhost/', 'private_address'],
    ['http://example.com/', 'not_https'],
  ])('%s', async (url, code) => {
    expect(await sendMessage(message(url), { hosts: [] })).toMatchObject({ status: null, code });
  });

  it('a name that leads elsewhere when it is looked up again reaches only where it was checked', async () => {
    const receiver = await startReceiver();
    const answers = ['93.184.216.34', '127.0.0.1'];
    const lookup = publicLookup(((_name: string, _options: unknown, done: (...args: unknown[]) => void) =>
      done(null, [{ address: answers.shift(), family: 4 }])) as never);
    const name = 'rebinding.example.com';
    // What a check before the connection would be told.
    await new Promise<void>((resolve) =>
      lookup(name, {}, (error, address) => {
        expect([error, address]).toEqual([null, '93.184.216.34']);
        resolve();
      }),
    );
    const url = receiver.url.replace('127.0.0.1', name).replace('http:', 'https:');
    const outcome = await sendMessage(message(url), { hosts: [], lookup });
    expect(outcome).toMatchObject({ status: null, code: 'private_address' });
    expect(answers).toEqual([]);
    expect(receiver.received).toEqual([]);
    receiver.close();
  });

  it('a redirect is a failure, and isn’t followed', async () => {
    const [receiver, inside] = [await startReceiver(), await startReceiver()];
    receiver.answer = (response) => response.writeHead(307, { location: inside.url }).end();
    expect(await sendMessage(message(receiver.url), { hosts: ['127.0.0.1'] })).toMatchObject({ status: 307 });
    expect(inside.received).toEqual([]);
    receiver.close();
    inside.close();
  });

  it('what can be seen in the address is refused at once', async () => {
    for (const url of [
      'http://example.com/',
      'https://localhost/',
      'https://10.1.2.3/',
      'https://a:b@example.com/',
      'ftp://127.0.0.1/',
    ]) {
      count += 1;
      expect(await refusalOf(createWebhook(admin(), { name: `bad ${count}`, url })), url).toBe(
        'invalid_input',
      );
    }
  });
});

describe('T134: the secret of a webhook', () => {
  it('is in no row, and one that was replaced signs too for a day', async () => {
    // The verifier takes only what was signed now.
    const now = await createTestContext({ webhookHosts: ['127.0.0.1'] });
    const own = createWebhookSender({ log: captured.log, context: () => now.as(SYSTEM), paceMs: 20 });
    const receiver = await startReceiver();
    try {
      const { webhook, secret } = await createWebhook(now.as(ADMIN), { name: 'crm', url: receiver.url });
      const webhookId = webhook.id;
      const { secret: newSecret } = await rotateWebhookSecret(now.as(ADMIN), { webhookId });
      await sendTestEvent(now.as(ADMIN), { webhookId });
      own.wake();
      await vi.waitFor(() => expect(receiver.received).toHaveLength(1), WAIT);
      const [message] = receiver.received;
      if (!message) throw new Error('nothing came');
      receiver.verify(secret, message);
      receiver.verify(newSecret, message);
      now.advance(25 * HOUR_MS);
      await sendTestEvent(now.as(ADMIN), { webhookId });
      own.wake();
      await vi.waitFor(() => expect(receiver.received).toHaveLength(2), WAIT);
      expect(receiver.received[1]?.headers['webhook-signature']?.split(' ')).toHaveLength(1);
      const rows = JSON.stringify(
        await now.sql`select to_jsonb(w) from webhooks w
        union all select to_jsonb(d) from audit_details d`,
      );
      for (const one of [secret, newSecret]) expect(rows).not.toContain(one.slice('whsec_'.length));
    } finally {
      await own.stop();
      receiver.close();
      await now.close();
    }
  });
});

const listed = async (webhookId: string) =>
  (await listWebhooks(admin(), {})).find(({ id }) => id === webhookId);

/** Claims what is due and notes this answer of the receiver, without asking it. */
async function failDue(status: number) {
  const { claimed, next } = await claimEvents(system(), { limit: 100 });
  for (const { deliveryId, attempt } of claimed)
    await settleEvent(system(), { deliveryId, attempt, status, code: null });
  const after = claimed.length > 0 ? (await claimEvents(system(), { limit: 1 })).next : next;
  return { claimed: claimed.length, next: after };
}

async function sweepAndReport(): Promise<void> {
  const { troubled } = await sweepWebhooks(system(), {});
  for (const webhookId of troubled) await reportWebhookTrouble(system(), { webhookId });
}

const troublesOf = async (webhookId: string): Promise<string[]> => {
  const rows = await t.sql`select d.after ->> 'trouble' as trouble from audit a
    join audit_details d on d.service_id = a.service_id and d.audit_id = a.id
    where a.operation = 'webhooks/report-trouble' and a.target_id = ${webhookId} order by a.id`;
  return rows.map(({ trouble }) => trouble as string);
};
