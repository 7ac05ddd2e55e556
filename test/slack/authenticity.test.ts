// The app acts once for each request that Slack's own key signed, and only for members.
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SignedRequest, sign } from '../../src/playground/actions/delivery.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';

/** Long enough for work that was wrongly begun to show; a slow machine can only make this miss a fault, not see one. */
const SETTLE_MS = 700;
const WAIT_MS = 20_000;
const GUEST = 'U0GUEST000';
const SINGLE_CHANNEL_GUEST = 'U0GUEST111';
const STRANGER = 'U0STRANGER';
const BOT = 'U0OTHERBOT';
const GONE = 'U0GONEGONE';
const UNFITTING = [GUEST, SINGLE_CHANNEL_GUEST, STRANGER, BOT, GONE];

// It stands still, so that no second passes between signing and looking.
const now = new Date(Math.floor(Date.now() / 1_000) * 1_000);
let app: TestApp;
let second: TestApp;

beforeAll(async () => {
  // The settings name each of them as an admin, so only what Slack says of them can stop them.
  const settings = { SLACK_ADMINS: ['U0ADAADMIN', ...UNFITTING].join(',') };
  app = await startTestApp(settings, { clock: () => now });
  second = await startTestApp(settings, { clock: () => now, beside: app });
  app.addPerson('gus', { id: GUEST, isRestricted: true });
  app.addPerson('gil', { id: SINGLE_CHANNEL_GUEST, isRestricted: true, isUltraRestricted: true });
  app.addPerson('sam', { id: STRANGER, teamId: 'T0STRANGER' });
  app.addPerson('bob', { id: BOT, isBot: true });
  app.addPerson('gia', { id: GONE, isDeactivated: true });
});
afterAll(async () => {
  await second?.close();
  await app?.close();
});

const post = (url: string, { headers, body }: Pick<SignedRequest, 'headers' | 'body'>) =>
  fetch(`${url}/slack/events`, { method: 'POST', headers, body }).then(async (response) => {
    await response.arrayBuffer();
    return response.status;
  });

type AuditRow = { id: string; outcome: string; code: string | null; actorId: string };
const auditRows = (operation: string) =>
  app.sql<
    AuditRow[]
  >`select id, outcome, code, actor_id as "actorId" from audit where operation = ${operation}`;

/** The audit rows from now on, refusals last. */
async function newAuditRows(operation: string): Promise<() => Promise<AuditRow[]>> {
  const known = new Set((await auditRows(operation)).map((row) => row.id));
  return async () =>
    (await auditRows(operation))
      .filter((row) => !known.has(row.id))
      .sort((a, b) => a.outcome.localeCompare(b.outcome));
}

const written = async () => {
  const [row] = await app.sql`
    select (select count(*) from accounts)::int as accounts, (select count(*) from invitations)::int as invitations,
      (select count(*) from mails)::int as mails, (select coalesce(sum(version), 0) from accounts)::int as versions`;
  return row;
};

const stateOf = async (email: string) => {
  const [row] = await app.sql`select state, version from accounts where email = ${email}`;
  return row as { state: string; version: number };
};

describe('T39: the app takes only what the signing secret signed within five minutes, and', () => {
  let base: SignedRequest;
  beforeAll(async () => {
    await app.as('admin').types('/apim-user help');
    base = app.lastRequest('command');
  });
  const at = (timestamp: string): SignedRequest => ({
    ...base,
    headers: {
      ...base.headers,
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': sign(app.slack.signingSecret, timestamp as unknown as number, base.body),
    },
  });
  const seconds = now.getTime() / 1_000;

  it.each([-299, 0, 299])('accepts a timestamp %i seconds from now', async (offset) => {
    expect(await post(app.url, at(String(seconds + offset)))).toBe(200);
  });

  it.each([-301, 301, -3_600, 86_400])('refuses a timestamp %i seconds from now', async (offset) => {
    expect(await post(app.url, at(String(seconds + offset)))).toBe(401);
  });

  it.each(['NaN', '1e9', '-1', '', 'Infinity', '0x5f5e100', `${seconds}.0`, `${seconds}00000`])(
    'refuses the timestamp "%s"',
    async (timestamp) => {
      expect(await post(app.url, at(timestamp))).toBe(401);
    },
  );

  it('refuses a request when any part of it was altered', async () => {
    const signature = String(base.headers['x-slack-signature']);
    const flip = (text: string, index: number) =>
      `${text.slice(0, index)}${text[index] === '1' ? '2' : '1'}${text.slice(index + 1)}`;
    const altered: SignedRequest[] = [
      ...Array.from({ length: signature.length }, (_, index) => ({
        ...base,
        headers: { ...base.headers, 'x-slack-signature': flip(signature, index) },
      })),
      ...Array.from({ length: Math.ceil(base.body.length / 5) }, (_, index) => ({
        ...base,
        body: flip(base.body, index * 5),
      })),
      { ...base, body: `${base.body}&` },
      { ...base, headers: { ...base.headers, 'x-slack-request-timestamp': String(seconds - 1) } },
    ];
    for (const one of altered) expect(await post(app.url, one)).toBe(401);
  });

  it.each([
    ['v1= in place of v0=', (signature: string) => signature.replace('v0=', 'v1=')],
    ['no version', (signature: string) => signature.replace('v0=', '')],
    ['upper case', (signature: string) => signature.toUpperCase()],
    ['one character less', (signature: string) => signature.slice(0, -1)],
    ['one character more', (signature: string) => `${signature}0`],
    ['letters beyond ASCII', (signature: string) => signature.replace(/.$/, 'é')],
    ['another secret', () => sign('another secret of that length', seconds, base.body)],
    ['nothing', () => ''],
  ])('refuses a signature with %s', async (_what, change) => {
    const signature = change(String(base.headers['x-slack-signature']));
    expect(
      await post(app.url, { ...base, headers: { ...base.headers, 'x-slack-signature': signature } }),
    ).toBe(401);
  });

  it.each(['x-slack-signature', 'x-slack-request-timestamp'])(
    'refuses a request whose %s is missing or comes twice',
    async (name) => {
      const { [name]: value = '', ...rest } = base.headers;
      expect(await post(app.url, { ...base, headers: rest })).toBe(401);
      const status = await new Promise((resolve, reject) => {
        const sent = request(`${app.url}/slack/events`, {
          method: 'POST',
          headers: { ...rest, [name]: [value, value] },
        });
        sent.once('response', (response) => resolve(response.resume().statusCode)).once('error', reject);
        sent.end(base.body);
      });
      expect(status).toBe(401);
    },
  );

  it('T43: verifies the raw bytes before it parses them, form and JSON alike', async () => {
    const kinds = ['application/json', 'application/x-www-form-urlencoded'];
    for (const contentType of kinds) {
      const broken = app.signed('{"payload": payload=%7Bbroken', { contentType });
      const forged = app.signed('{"payload": payload=%7Bbroken', { contentType, secret: 'f'.repeat(32) });
      const unsigned = { body: broken.body, headers: { 'content-type': contentType } };
      expect(await post(app.url, forged)).toBe(401);
      expect(await post(app.url, unsigned)).toBe(401);
      expect(await post(app.url, broken)).not.toBe(401);
    }
    const event = { type: 'url_verification', challenge: 'abc' };
    const signed = app.signed(JSON.stringify(event), { contentType: 'application/json' });
    expect(await post(app.url, signed)).toBe(200);
    expect(await post(app.url, app.signed(signed.body, { secret: 'f'.repeat(32) }))).toBe(401);
  });
});

describe('a repeated delivery', () => {
  it.each([
    ['T40: 20 times, 5 at once, has one effect', 'one@example.com', () => [app.url]],
    ['T42: to two processes on one database has one effect', 'two@example.com', () => [app.url, second.url]],
  ])('%s', async (_what, address, urlsOf) => {
    const audited = await newAuditRows('invitations/invite');
    await app.as('admin').types(`/apim-user invite ${address}`);
    const sent = app.lastRequest('command');
    const urls = urlsOf();
    for (let round = 0; round < 4; round++) {
      const statuses = await Promise.all(
        Array.from({ length: 5 }, (_, index) => post(urls[index % urls.length] ?? app.url, sent)),
      );
      expect(statuses).toEqual([200, 200, 200, 200, 200]);
    }
    await eventually('the mail', () => app.inbox.to(address).length > 0, WAIT_MS);
    await delay(SETTLE_MS);
    expect(app.inbox.to(address)).toHaveLength(1);
    expect(await audited()).toMatchObject([{ outcome: 'done' }]);
  });

  it('T42: to two processes has one effect when both get it first', async () => {
    await app.as('admin').types('/apim-user help');
    const fields = new URLSearchParams(app.lastRequest('command').body);
    fields.set('text', 'invite three@example.com');
    const sent = app.signed(fields.toString(), { kind: 'command' });
    const audited = await newAuditRows('invitations/invite');
    await Promise.all([app.url, second.url, app.url, second.url].map((url) => post(url, sent)));
    await eventually('the mail', () => app.inbox.to('three@example.com').length > 0, WAIT_MS);
    await delay(SETTLE_MS);
    expect(await audited()).toMatchObject([{ outcome: 'done' }]);
  });
});

describe('T48: a person who is no member of the workspace', () => {
  it.each([
    ['a guest', GUEST],
    ['a single-channel guest', SINGLE_CHANNEL_GUEST],
    ['a person from another workspace', STRANGER],
    ['a bot', BOT],
    ['a deactivated person', GONE],
  ])('is refused in words, and the attempt is audited: %s', async (_what, id) => {
    const before = await written();
    const person = app.as(id);
    await person.types(`/apim-user invite from-${id.toLowerCase()}@example.com`);
    await person.sees(/You don't have permission to do this/, WAIT_MS);
    const rows = (await auditRows('invitations/invite')).filter((row) => row.actorId.endsWith(id));
    expect(rows).toMatchObject([{ outcome: 'refused', code: 'not_permitted' }]);
    expect(await written()).toEqual(before);
  });

  it("cannot come in under an admin's id by naming another workspace", async () => {
    const before = await written();
    const admin = app.as('admin');
    await admin.types('/apim-user invite elsewhere@example.com', { team_id: 'T0STRANGER' });
    await admin.sees(/You don't have permission to do this/, WAIT_MS);
    const rows = (await auditRows('invitations/invite')).filter((row) =>
      row.actorId.startsWith('T0STRANGER/'),
    );
    expect(rows).toMatchObject([{ outcome: 'refused', code: 'not_permitted' }]);
    expect(await written()).toEqual(before);
  });

  it('cannot press a button either', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user add gate@example.com Gate Keeper');
    await admin.sees(/Added .+: the account is/, WAIT_MS);
    await admin.types('/apim-user block gate@example.com first');
    await admin.sees(/Blocked: Gate Keeper/, WAIT_MS);
    await admin.clicks('Activate Gate Keeper');
    await admin.sees(/Activated: Gate Keeper/, WAIT_MS);
    await admin.types('/apim-user block gate@example.com again');
    await admin.sees(/Blocked: Gate Keeper/, WAIT_MS);
    const before = await written();
    const { version } = await stateOf('gate@example.com');
    type Payload = {
      user: Record<string, unknown>;
      team: Record<string, unknown>;
      actions: { value: string }[];
    };
    const press = (change: (payload: Payload) => void) => {
      const sent = app.altered((fields) => {
        const payload = JSON.parse(fields.payload ?? '{}') as Payload;
        // The right account at its present version: nothing but the person is wrong.
        for (const action of payload.actions)
          action.value = JSON.stringify({ ...JSON.parse(action.value), version });
        change(payload);
        return { ...fields, payload: JSON.stringify(payload) };
      }, 'block_actions');
      return post(app.url, sent);
    };
    const refused = async () =>
      (await auditRows('accounts/activate')).filter((row) => row.code === 'not_permitted').length;
    const original = app.lastRequest('block_actions');
    let expected = await refused();
    for (const id of UNFITTING) {
      await app.send(original);
      await press((payload) => Object.assign(payload.user, { id }));
      expected++;
      await eventually(`the refusal of ${id}`, async () => (await refused()) === expected, WAIT_MS);
    }
    await press((payload) => Object.assign(payload.team, { id: 'T0STRANGER' }));
    await eventually('the refusal', async () => (await refused()) === expected + 1, WAIT_MS);
    expect(await written()).toEqual(before);
    expect((await stateOf('gate@example.com')).state).toBe('blocked');
  });
});

describe('a button', () => {
  it('T47: of an old version says so and changes nothing', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user add old@example.com Olive Door');
    await admin.sees(/Added .+: the account is/, WAIT_MS);
    await admin.types('/apim-user block old@example.com first');
    const old = await admin.message(/Blocked: Olive Door/, WAIT_MS);
    const approver = app.as('approver');
    await approver.types('/apim-user activate old@example.com');
    await approver.sees(/Activated: Olive Door/, WAIT_MS);
    await approver.types('/apim-user block old@example.com second');
    await approver.sees(/Blocked: Olive Door/, WAIT_MS);
    const before = await stateOf('old@example.com');
    const audited = await newAuditRows('accounts/activate');
    await old.clicks('Activate Olive Door');
    await admin.sees(/(already \w+|Someone changed) this account/, WAIT_MS);
    expect(await stateOf('old@example.com')).toEqual(before);
    expect(await audited()).toMatchObject([{ outcome: 'refused', code: 'account_changed' }]);
  });

  it('that two operators press at once activates once, and the second operator is told', async () => {
    const [admin, approver] = [app.as('admin'), app.as('approver')];
    await admin.types('/apim-user add both@example.com Bea Twice');
    await admin.sees(/Added .+: the account is/, WAIT_MS);
    await admin.types('/apim-user block both@example.com first');
    await admin.sees(/Blocked: Bea Twice/, WAIT_MS);
    await approver.types('/apim-user show both@example.com');
    await approver.sees(/Bea Twice/, WAIT_MS);
    const audited = await newAuditRows('accounts/activate');
    await Promise.all([admin.clicks('Activate Bea Twice'), approver.clicks('Activate Bea Twice')]);
    const answer = /Activated: Bea Twice|(already \w+|Someone changed) this account/;
    const seen = await Promise.all([admin.sees(answer, WAIT_MS), approver.sees(answer, WAIT_MS)]);
    expect(seen.filter((text) => text.includes('Activated: Bea Twice'))).toHaveLength(1);
    expect((await stateOf('both@example.com')).state).toBe('active');
    expect(await audited()).toMatchObject([
      { outcome: 'done' },
      { outcome: 'refused', code: 'account_changed' },
    ]);
  });

  it('that two operators press at once blocks once, and the second operator is told in the window', async () => {
    const [admin, approver] = [app.as('admin'), app.as('approver')];
    for (const person of [admin, approver]) {
      await person.types('/apim-user show both@example.com');
      await person.sees(/Bea Twice/, WAIT_MS);
      await person.clicks('Block Bea Twice');
    }
    const audited = await newAuditRows('accounts/block');
    const modals = await Promise.all([admin, approver].map((person) => person.modal(/Block an account/)));
    await Promise.all(modals.map((modal) => modal.submit()));
    await Promise.any(
      [admin, approver].map((person) => person.sees(/(already \w+|Someone changed) this account/, WAIT_MS)),
    );
    await eventually('both audit rows', async () => (await audited()).length === 2, WAIT_MS);
    expect(await audited()).toMatchObject([
      { outcome: 'done' },
      { outcome: 'refused', code: 'account_changed' },
    ]);
    expect((await stateOf('both@example.com')).state).toBe('blocked');
    const [told] = await app.sql`
      select count(*)::int as mails from mails join accounts on accounts.id = mails.account_id
      where accounts.email = 'both@example.com' and template = 'AccountBlocked'`;
    // The first row is from the test before.
    expect(told).toEqual({ mails: 2 });
  });
});
