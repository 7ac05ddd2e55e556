// A scanner of leaked secrets reports keys that it saw in public, and what follows here.
import { createSign, generateKeyPairSync, hash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runEveryMinute } from '../../src/jobs/schedule.ts';
import { activateAccount } from '../../src/operations/accounts/activate.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { sweepCards } from '../../src/operations/cards/sweep.ts';
import { reportLeakedKey } from '../../src/operations/leaked-keys/report.ts';
import { createProduct } from '../../src/operations/products/create.ts';
import { deleteProduct } from '../../src/operations/products/delete.ts';
import { cancelSubscription } from '../../src/operations/subscriptions/cancel.ts';
import { deleteSubscription } from '../../src/operations/subscriptions/delete.ts';
import { endFormerKey } from '../../src/operations/subscriptions/end-former-key.ts';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { regenerateKey } from '../../src/operations/subscriptions/regenerate-key.ts';
import { rotateKey } from '../../src/operations/subscriptions/rotate-key.ts';
import { showKeys } from '../../src/operations/subscriptions/show-keys.ts';
import { createToken } from '../../src/operations/tokens/create.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { type BesideApp, besideApp } from '../support/beside-app.ts';
import { refusalOf } from '../support/context.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver } from '../support/portal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { newClientAddress } from '../support/visitor.ts';

const PATH = '/security/leaked-keys';
const SYSTEM = { kind: 'system', name: 'leaked keys' } as const;
const WAIT_MS = 10_000;
const URL_SEEN = 'https://code.example.com/octo/app/blob/main/config.ts';
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const folder = forAllTests(() => temporaryFolder('leaked-keys'));
let keysFile = '';
beforeAll(async () => {
  keysFile = join(folder.path, 'keys.json');
  const key = publicKey.export({ type: 'spki', format: 'pem' });
  await writeFile(
    keysFile,
    JSON.stringify({ public_keys: [{ key_identifier: 'k1', key, is_current: true }] }),
  );
});
const app: TestApp = forAllTests(() =>
  startTestApp({ TRUSTED_PROXIES: '127.0.0.1', LEAKED_KEYS_FILE: keysFile }),
);
const beside: BesideApp = forAllTests(() => besideApp(app));
const portal = createPortalDriver(app);
beforeAll(() => createProduct(beside.console(), { id: 'starter', name: 'Starter', isPublished: true }));

const sign = (text: string | Buffer) => createSign('sha256').update(text).sign(privateKey, 'base64');
type Match = { token: string; type?: string; url?: string; source?: string };
async function send(
  text: string | Buffer,
  headers: Record<string, string> = {},
  address = newClientAddress(),
) {
  return fetch(`${app.url}${PATH}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': address,
      'github-public-key-identifier': 'k1',
      'github-public-key-signature': sign(text),
      ...headers,
    },
    body: text as BodyInit,
  });
}
async function report(...matches: Match[]) {
  const answer = await send(JSON.stringify(matches.map((one) => ({ type: 'apim_user_key', ...one }))));
  expect(answer.status).toBe(200);
  return (await answer.json()) as { token_hash: string; token_type: string; label: string }[];
}

let count = 0;
/** A developer with a subscription, and its keys. */
async function subscribed(productId = 'starter') {
  count += 1;
  const email = await portal.developer();
  const developer = await beside.developer(email);
  const accountId = developer.actor.kind === 'account' ? developer.actor.accountId : '';
  const id = `leaks-${count}`;
  await grantSubscription(beside.console(), { id, accountId, productId });
  const keys = () => showKeys(developer, { subscriptionId: id });
  return { email, id, developer, keys, own: await keys() };
}
const stateOf = async (key: string) =>
  (await app.sql`select state from leaked_keys where hash = ${hash('sha256', key)}`)[0]?.state as
    | string
    | undefined;
const cardsOf = async (key: string) =>
  app.sql`select message_ts from cards c join leaked_keys k on k.id = c.leaked_key_id
    where k.hash = ${hash('sha256', key)} and message_ts is not null`;
const passes = async (key: string) =>
  (
    await app.sql`select 1 from subscription_keys where hash = ${hash('sha256', key)} and (ends_at is null or ends_at > now())`
  ).length === 1;
/** Where its button leads. */
const pathIn = ({ text }: { text: string }) => /\/portal\/subscriptions\/[\w-]+/.exec(text)?.[0] ?? '';
const cardIn = async (words: RegExp) => {
  app.as('approver').goesTo(app.slack.approvalsChannel);
  return app.as('approver').message(words, WAIT_MS);
};

describe('T119: a key that is reported', () => {
  it('makes one card with a button, and a mail to its owner; the press replaces it', async () => {
    const { email, own, keys } = await subscribed();
    const match = { token: own.primary, url: URL_SEEN, source: 'commit' };
    const [answer] = await report(match);
    expect(answer).toEqual({
      token_hash: hash('sha256', own.primary),
      token_type: 'apim_user_key',
      label: 'true_positive',
    });
    const card = await cardIn(/Ann Lee’s primary key for Starter was found in public/);
    expect(card.text()).toContain(email);
    expect(card.text().replaceAll('\u200b', '')).toContain(`${URL_SEEN} (commit)`);
    expect(card.text()).not.toContain(own.primary);
    const mail = await portal.mailTo(email, /was found in public/);
    expect(mail.text.replaceAll('\u200b', '')).toContain(URL_SEEN);
    expect(mail.text).not.toContain(own.primary);
    const who = await portal.signedIn(email);
    expect(await who.reads(pathIn(mail))).toContain(
      'This key was found in public: anyone can call the API as you.',
    );
    expect(await passes(own.primary)).toBe(true);
    // The same again, and at once.
    await Promise.all([report(match), report(match, match)]);
    expect(await cardsOf(own.primary)).toHaveLength(1);
    await card.clicks(/^Replace it/);
    await app.as('approver').sees(/Amir Approver replaced Ann Lee’s primary key for Starter/, WAIT_MS);
    expect([await passes(own.primary), await passes(own.secondary)]).toEqual([false, true]);
    expect((await keys()).primary).not.toBe(own.primary);
    await portal.mailTo(email, /leaked and was replaced/);
    await eventually('the card', () => /Amir Approver replaced/.test(card.text()), WAIT_MS);
    // A late report is of a real key, and asks nobody anything.
    expect((await report({ ...match, url: `${URL_SEEN}#2` }))[0]?.label).toBe('true_positive');
    expect(await cardsOf(own.primary)).toHaveLength(1);
    expect(
      app.inbox.mails().filter(({ to, subject }) => to.includes(email) && /found in public/.test(subject)),
    ).toHaveLength(1);
  });

  it('is settled by whoever replaces it in another way', async () => {
    const { own, id } = await subscribed();
    await report({ token: own.secondary });
    expect(await stateOf(own.secondary)).toBe('open');
    await regenerateKey(beside.console(), { subscriptionId: id, slot: 'primary' });
    expect(await stateOf(own.secondary)).toBe('open');
    await regenerateKey(beside.console(), { subscriptionId: id, slot: 'secondary' });
    expect(await stateOf(own.secondary)).toBe('ended');
  });

  it('ends at once when it is replaced: an overlap is not offered in the portal, and refused to a form that offered it', async () => {
    const { email, own, id } = await subscribed();
    const who = await portal.signedIn(email);
    const page = `/portal/subscriptions/${id}`;
    await report({ token: own.primary });
    expect(await who.reads(page)).toContain('This key was found in public');
    const path = `${page}/new-key?slot=primary`;
    expect(await who.reads(`${page}/new-key?slot=secondary`)).toContain('go on working?');
    const sent = await who.post(path, { overlap: '24' });
    expect([sent.status, sent.headers.get('location')]).toEqual([303, path]);
    const form = await who.reads(path);
    expect(form).toContain('This key was found in public');
    expect(form).not.toContain('go on working?');
    const of = { subscriptionId: id, slot: 'primary' as const };
    expect(await refusalOf(rotateKey(beside.console(), { ...of, overlapHours: 24 }))).toBe('key_leaked');
    expect(await passes(own.primary)).toBe(true);
    await who.post(path, {});
    expect([await passes(own.primary), await stateOf(own.primary)]).toEqual([false, 'ended']);
    expect(await who.reads(page)).not.toContain('found in public');
  });

  it('is offered no overlap in Slack, which says why', async () => {
    const { email, own } = await subscribed();
    await report({ token: own.primary });
    const approver = app.as('approver');
    const open = async () => {
      await approver.types(`/apim-user subscriptions ${email}`);
      await approver.sees(/Subscriptions of Ann Lee/);
      await approver.chooses('Replace a key', 'Starter');
      return approver.modal('Replace a key');
    };
    const modal = await open();
    const Which = 'The primary key, found in public: it stops at once';
    await modal.fill({ Which, 'The old key works for': '1 day' });
    await modal.submit();
    await modal.sees(/found in public, so it can't go on beside a new one/);
    expect(await passes(own.primary)).toBe(true);
    await modal.fill({ 'The old key works for': 'No longer: it stops at once' });
    await modal.submit();
    await modal.sees(/Replaced the primary key .* The old one no longer works/);
    await modal.closeAll();
    expect([await passes(own.primary), await stateOf(own.primary)]).toEqual([false, 'ended']);
  });

  it('is settled when its owner ends the former key that it is, and is asked about no more once that has ended', async () => {
    const { own, id, developer, email } = await subscribed();
    const of = { subscriptionId: id, slot: 'primary' as const };
    const next = { subscriptionId: id, slot: 'secondary' as const };
    for (const one of [of, next]) await rotateKey(developer, { ...one, overlapHours: 24 });
    await report({ token: own.primary });
    expect(await stateOf(own.primary)).toBe('open');
    const mail = await portal.mailTo(email, /was found in public/);
    expect(mail.text).toContain('The former primary key');
    const who = await portal.signedIn(email);
    expect(await who.reads(pathIn(mail))).toContain('The old key was found in public');
    await endFormerKey(developer, of);
    expect(await stateOf(own.primary)).toBe('ended');
    await endFormerKey(developer, next);
    await report({ token: own.secondary });
    expect(await stateOf(own.secondary)).toBeUndefined();
  });

  it('may be left, and is asked about no more', async () => {
    const { own } = await subscribed();
    await report({ token: own.primary, url: URL_SEEN, source: 'gist_content' });
    const card = await cardIn(/gist content/);
    await card.clicks(/^Leave it/);
    await app.as('approver').sees(/left Ann Lee’s primary key for Starter as it is/, WAIT_MS);
    await report({ token: own.primary, url: `${URL_SEEN}#2`, source: 'commit' });
    expect([await stateOf(own.primary), await passes(own.primary)]).toEqual(['left', true]);
    expect(await cardsOf(own.primary)).toHaveLength(1);
  });

  it('ends at once where the settings say so', async () => {
    const { email, own } = await subscribed();
    await reportLeakedKey(beside.as(SYSTEM), {
      ...{ hash: hash('sha256', own.primary), places: [{ url: URL_SEEN, source: 'commit' }] },
      endsAtOnce: true,
    });
    expect([await passes(own.primary), await stateOf(own.primary)]).toEqual([false, 'ended']);
    await portal.mailTo(email, /leaked and was replaced/);
    expect(
      app.inbox.mails().some(({ to, subject }) => to.includes(email) && /found in public/.test(subject)),
    ).toBe(false);
    await eventually('a card that tells it', async () => (await cardsOf(own.primary)).length === 1, WAIT_MS);
  });

  it('can be a token of a program, which is revoked by a press', async () => {
    const [workspace] = await app.sql`select team_id from workspaces limit 1`;
    const owner = { teamId: String(workspace?.team_id), userId: app.ids.admin };
    const { token } = await createToken(beside.console(), { name: 'leaky ci', role: 'reader', ...owner });
    await report({ token, url: URL_SEEN, source: 'content' });
    const admin = app.as('admin');
    admin.goesTo(app.slack.approvalsChannel);
    const card = await admin.message(/token leaky ci of the management API was found in public/, WAIT_MS);
    await card.clicks(/^Revoke it/);
    await eventually('the token to end', async () => (await stateOf(token)) === 'ended', WAIT_MS);
    const [row] = await app.sql`select revoked_at from tokens where name = 'leaky ci'`;
    expect(row?.revoked_at).not.toBeNull();
  });

  it('is none of ours: the answer says so, and nothing else happens', async () => {
    const { own } = await subscribed();
    const before = (await app.sql`select 1 from leaked_keys`).length;
    const wrong = `${own.primary.slice(0, -1)}${own.primary.endsWith('A') ? 'B' : 'A'}`;
    const labels = (await report({ token: wrong }, { token: 'short' }, { token: 'x'.repeat(10_000) })).map(
      ({ label }) => label,
    );
    expect(labels).toEqual(['false_positive', 'false_positive', 'false_positive']);
    expect((await app.sql`select 1 from leaked_keys`).length).toBe(before);
  });

  it('is recorded whatever is said of it, and whatever becomes of the others of its report', async () => {
    const { own } = await subscribed();
    await report({ token: own.primary, url: `https://x.example/${'\ud83d'}`, source: '\udca9\0' });
    expect(await stateOf(own.primary)).toBe('open');
    const [bad, good] = [(await subscribed()).own.primary, own.secondary];
    await app.sql.unsafe(
      `alter table leaked_keys add constraint no_bad check (hash <> '${hash('sha256', bad)}')`,
    );
    try {
      const text = JSON.stringify([{ token: bad }, { token: good }]);
      expect((await send(text)).status).toBe(500);
    } finally {
      await app.sql`alter table leaked_keys drop constraint no_bad`;
    }
    expect([await stateOf(bad), await stateOf(good)]).toEqual([undefined, 'open']);
  });

  it('is found among hundreds in one report', async () => {
    const { own } = await subscribed();
    const others = Array.from({ length: 900 }, (_, index) => ({ token: `apim_${index}${'z'.repeat(45)}` }));
    const answers = await report(...others, { token: own.primary, source: 'commit', url: '' }, ...others);
    expect(answers).toHaveLength(1_801);
    expect(answers.filter(({ label }) => label === 'true_positive').map((one) => one.token_hash)).toEqual([
      hash('sha256', own.primary),
    ]);
    expect(await passes(own.primary)).toBe(true);
  });
});

describe('T119: the card of a key that was found in public', () => {
  const log = { info: () => undefined, error: () => undefined, warn: () => undefined };
  const minute = () =>
    runEveryMinute({
      context: beside.as(SYSTEM),
      log: log as never,
      slack: { isReachable: () => null, trouble: () => null },
      isClockSure: () => true,
    });
  /** Reports the primary key, and finds its card by where it was seen. */
  async function reported() {
    const its = await subscribed();
    await report({ token: its.own.primary, url: `${URL_SEEN}?${its.id}`, source: 'commit' });
    const card = await cardIn(new RegExp(`main/config.ts\\?${its.id} `));
    const { actor } = its.developer;
    const says = (words: RegExp) => eventually(`${words}`, () => words.test(card.text()), WAIT_MS);
    return { ...its, card, says, accountId: actor.kind === 'account' ? actor.accountId : '' };
  }

  it('closes when the key ends on its own, with the reason, and opens again when calls pass again', async () => {
    const [timed, blocked, cancelled, deleted] = [
      ...[await reported(), await reported(), await reported(), await reported()],
    ] as const;
    await minute();
    expect(await stateOf(blocked.own.primary)).toBe('open');
    await app.sql`update subscription_keys set ends_at = now() where hash = ${hash('sha256', timed.own.primary)}`;
    await blockAccount(beside.console(), { accountId: blocked.accountId });
    await cancelSubscription(beside.console(), { subscriptionId: cancelled.id });
    await deleteAccount(beside.console(), { accountId: deleted.accountId, deleteSubscriptions: true });
    await minute();
    await timed.says(/ended on its own: its time was over/);
    await blocked.says(/ended on its own: its account is blocked/);
    await cancelled.says(/ended on its own: its subscription is cancelled/);
    await deleted.says(/ended on its own: its account was deleted/);
    for (const one of [timed, blocked, cancelled, deleted]) {
      expect(await stateOf(one.own.primary)).toBe('lapsed');
      expect(one.card.text()).not.toContain('Replace it');
    }
    await activateAccount(beside.console(), { accountId: blocked.accountId });
    await minute();
    await blocked.says(/Replace it/);
    expect([await stateOf(blocked.own.primary), await stateOf(timed.own.primary)]).toEqual([
      'open',
      'lapsed',
    ]);
    await blocked.card.clicks(/^Replace it/);
    await blocked.says(/Amir Approver replaced/);
  });

  it('closes when its subscription is deleted, alone or with its product', async () => {
    const alone = await reported();
    await deleteSubscription(beside.console(), { subscriptionId: alone.id });
    await alone.says(/ended on its own: its subscription was deleted/);
    await createProduct(beside.console(), { id: 'short', name: 'Short', isPublished: true });
    const its = await subscribed('short');
    await report({ token: its.own.primary, url: `${URL_SEEN}?short`, source: 'commit' });
    const card = await cardIn(/main\/config.ts\?short /);
    await deleteProduct(beside.console(), { productId: 'short', deleteSubscriptions: true });
    await eventually('the card', () => /its subscription was deleted/.test(card.text()), WAIT_MS);
  });

  it('is painted by the sweep when it is outdated, and posted when it is missing', async () => {
    const [outdated, missing] = [await reported(), await reported()];
    const change = async ({ own }: typeof outdated, how: 'left' | 'open') =>
      app.sql`update leaked_keys set state = ${how}, settled_by = 'Somebody Else', version = version + 1,
        settled_at = case when ${how} = 'left' then now() end, changed_at = now() - interval '2 minutes'
        where hash = ${hash('sha256', own.primary)}`;
    await change(outdated, 'left');
    await change(missing, 'open');
    await app.sql`delete from cards where leaked_key_id = (select id from leaked_keys
      where hash = ${hash('sha256', missing.own.primary)})`;
    await sweepCards(beside.as(SYSTEM), {});
    await outdated.says(/Somebody Else left .+ primary key/);
    await eventually('a card', async () => (await cardsOf(missing.own.primary)).length === 1, WAIT_MS);
  });
});

describe('T119: a report that the scanner did not sign', () => {
  const text = JSON.stringify([{ token: 'apim_x', type: 't', url: '', source: '' }]);
  it.each([
    ['without a signature', { 'github-public-key-signature': '' }],
    ['with the signature of another text', { 'github-public-key-signature': sign('[]') }],
    ['with another key', { 'github-public-key-identifier': 'k2' }],
  ])('%s is refused', async (_what, headers) => {
    expect((await send(text, headers)).status).toBe(403);
  });

  it('is limited, and never keeps out one that is signed', async () => {
    const address = newClientAddress();
    const statuses: number[] = [];
    for (let tries = 0; tries < 22; tries++)
      statuses.push((await send(text, { 'github-public-key-signature': 'AAAA' }, address)).status);
    expect([statuses[0], statuses.at(-1)]).toEqual([403, 429]);
    expect((await send(text, {}, address)).status).toBe(200);
  });

  it('is refused for its form only after its signature, and says nothing of what it has', async () => {
    for (const wrong of ['{', '{}', '[1]', '[{"token":1}]', '[{"type":"x"}]', '']) {
      const answer = await send(wrong);
      expect(answer.status, wrong).toBe(400);
    }
    expect((await send(Buffer.from([0x5b, 0xff, 0x5d]))).status).toBe(400);
    expect((await send(`[${' '.repeat(2_200_000)}]`)).status).toBe(413);
  });
});
