// What an admin mails to many developers, from a product in Slack to the mails, and how developers end news.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { createApi } from '../../src/operations/apis/create.ts';
import { createProduct } from '../../src/operations/products/create.ts';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { startTestApp } from '../support/app.ts';
import { type BesideApp, besideApp } from '../support/beside-app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver } from '../support/portal.ts';

const app = forAllTests(() =>
  startTestApp({ TRUSTED_PROXIES: '127.0.0.1', MAIL_LINK_HOSTS: 'docs.example.com' }),
);
let beside: BesideApp;
const admin = () => app.as('admin');
const portal = createPortalDriver(app);

/** An account that has a subscription to the product Gold. */
async function subscriber(email: string, firstName: string, language?: string): Promise<string> {
  const console = beside.console();
  const { account } = await addAccount(console, { email, firstName, lastName: 'Lee', tellDeveloper: false });
  if (language) await app.sql`update accounts set language = ${language} where id = ${account.id}`;
  await grantSubscription(console, { accountId: account.id, productId: 'gold', tellDeveloper: false });
  return account.id;
}

beforeAll(async () => {
  beside = await besideApp(app);
  const console = beside.console();
  await createApi(console, { id: 'orders', name: 'Orders', path: 'orders' });
  await createProduct(console, {
    id: 'gold',
    name: 'Gold <!channel>',
    apiIds: ['orders'],
    isPublished: true,
  });
  await portal.developer('ann@example.com');
  const [ann] = await app.sql`select id from accounts where email = 'ann@example.com'`;
  await grantSubscription(console, { accountId: ann?.id, productId: 'gold', tellDeveloper: false });
  await subscriber('bob@example.com', 'Bob', 'nl');
  await subscriber('eve@example.com', 'Eve');
  admin().goesToDm();
  await admin().types('/apim-user block eve@example.com sent spam');
  await admin().sees(/Blocked: Eve Lee/);
});
afterAll(() => beside.close());

const mailTo = (email: string, subject: RegExp) =>
  eventually(`a mail to ${email}`, () => app.inbox.to(email).findLast((mail) => subject.test(mail.subject)));
/** The message in the direct message, which shows how it goes on. */
const progressOf = (subject: string) =>
  admin().message(new RegExp(`${subject}[\\s\\S]*(Being sent|Sent|Stopped)\\W* (to|by)`));
const mailsAbout = (subject: RegExp) => app.inbox.mails().filter((mail) => subject.test(mail.subject));

/** Through both forms; the preview is on top then. */
async function writes(fields: { To?: string; Kind?: RegExp | string; Subject: string; Text: string }) {
  await admin().types('/apim-user announce');
  const begin = await admin().modal('Announce');
  await begin.fill({
    ...(fields.To ? { To: fields.To } : {}),
    ...(fields.Kind ? { Kind: fields.Kind as string } : {}),
    'Begin with': 'Nothing: your own words',
  });
  await begin.submit();
  const modal = await admin().modal(/In Markdown|Subject/);
  await eventually('the words to write', () => modal.labels().includes('Subject'));
  await modal.fill({ Subject: fields.Subject, Text: fields.Text });
  await modal.submit();
  return modal;
}

describe('a new version, told from its product', () => {
  it('is written, previewed, tested, corrected and sent to those who were counted', async () => {
    await admin().types('/apim-user products');
    await admin().chooses('Tell subscribers');
    const modal = await admin().modal('Announce');
    expect(JSON.stringify(await modal.value('To'))).toContain('Gold <!channel>');
    await modal.submit();
    await eventually('the text to begin with', () => modal.labels().includes('Subject'));
    expect(await modal.value('Subject')).toBe('A new version of $ProdName');
    await modal.submit();
    expect(modal.errors()).toEqual({ Text: 'Replace [CHANGES] with your own words.' });
    for (const [text, error] of [
      ['Hi [win](javascript:alert(1))', /can’t be kept/],
      ['Hi <img src="https://evil.example/x.gif">', /is HTML/],
      ['Hi ![x](https://evil.example/x.gif)', /Mails carry no images/],
      ['Hi [docs](https://evil.example/)', /can’t be kept/],
      ['Hi $DevPassword', /a password is never mailed/],
    ] as const) {
      await modal.fill({ Text: text });
      await modal.submit();
      expect(modal.errors().Text).toMatch(error);
    }
    await modal.fill({
      Text: 'Hi $DevFirstName,\n\n**$ProdName** has version 2 <!here>.\n\n[Read more](https://docs.example.com/v2)',
    });
    await modal.submit();
    const preview = await modal.sees(/2 developers/);
    expect(preview).toMatch(/get it now: Ann Lee \(ann@example\.com\) and Bob Lee/);
    expect(preview).toMatch(/Left out:\W* 1 blocked/);
    expect(preview).toContain('Gold <!channel> has version 2 <!here>.');
    expect(preview).toContain('because you have a subscription to Gold <!channel> at');

    await modal.clicks('Send me a test');
    const said = await modal.sees(/A test is on its way to/);
    const test = await mailTo(/to (\S+@\S+?),/.exec(said)?.[1] ?? '', /A new version of Gold/);
    expect(test.html).toContain('<div lang="" dir="auto">');
    expect(mailsAbout(/new version/)).toHaveLength(1);
    await modal.cancel();

    await modal.clicks('Edit');
    await eventually('the form', () => modal.labels().includes('To'));
    await modal.fill({ Subject: 'Version 2 of $ProdName' });
    await modal.submit();
    await modal.sees(/Version 2 of Gold/);

    await subscriber('cleo@example.com', 'Cleo');
    await modal.clicks('Send to 2');
    await modal.sees(/Nothing was sent: \W*3\W* would get it by now, not 2/);
    await modal.clicks('Send to 3');
    await modal.sees(/Sending/);
    await modal.closeAll();

    const message = await progressOf('Version 2 of');
    await eventually(
      () => `the end of ${message.text()}`,
      () => /Sent\W* to the subscribers of .*: 3 mails/.test(message.text()),
      15_000,
    );
    expect(message.buttons()).not.toContain('Stop');
    const [ann, bob] = [
      await mailTo('ann@example.com', /Version 2/),
      await mailTo('bob@example.com', /Version 2/),
    ];
    expect(ann.text).toContain('Hi Ann,');
    expect(ann.headers).toEqual({});
    expect(ann.text).not.toContain('Unsubscribe');
    // The words are the operator's, the lines below them the developer's.
    expect(bob.text).toContain('has version 2');
    expect(bob.text).toContain('omdat u een abonnement op Gold');
    expect(bob.html).toContain('lang="nl"');
    expect(mailsAbout(/Version 2/)).toHaveLength(3);
    expect(app.refusals()).toEqual([]);
  });
});

describe('news', () => {
  it('T135: is ended by one press of a mail program, and by a page that a scanner may open', async () => {
    const modal = await writes({
      To: 'Everyone with an active account',
      Kind: 'News: developers can unsubscribe from it',
      Subject: 'A new office',
      Text: 'We moved.',
    });
    expect(await modal.sees(/Send to 3/)).toMatch(/Left out:\W* 1 blocked/);
    await modal.clicks('Send to 3');
    await modal.closeAll();
    const ann = await mailTo('ann@example.com', /new office/);
    const link = new URL(/^<(.+)>$/.exec(String(ann.headers['List-Unsubscribe']))?.[1] ?? '');
    expect(ann.headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
    expect(ann.text).toContain(`Unsubscribe from news: ${link}`);
    expect(ann.html).toContain(`href="${link}"`);
    const at = `${link.pathname}${link.search}`;
    const isUnsubscribed = async (email: string) =>
      (await app.sql`select news_refused_at as at from accounts where email = ${email}`)[0]?.at !== null;

    const visitor = portal.visitor();
    for (let n = 0; n < 3; n++) expect((await visitor.get(at)).status).toBe(200);
    expect(await isUnsubscribed('ann@example.com')).toBe(false);

    // As RFC 8058 has it: from anywhere, without a cookie, an origin or a session, and the body in either form.
    const form = new FormData();
    form.set('List-Unsubscribe', 'One-Click');
    for (const body of [form, new URLSearchParams('List-Unsubscribe=One-Click')]) {
      const answer = await fetch(`${app.url}${at}`, { method: 'POST', body });
      expect(answer.status).toBe(200);
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(await answer.text()).not.toMatch(/ann@example|Ann|Gold/);
    }
    expect(await isUnsubscribed('ann@example.com')).toBe(true);
    for (const [path, body] of [
      [at, new URLSearchParams('x=1')],
      [link.pathname, new URLSearchParams('List-Unsubscribe=One-Click')],
    ] as const)
      expect((await fetch(`${app.url}${path}`, { method: 'POST', body })).status).toBe(400);
    const wrong = await visitor.post('/unsubscribe', { ticket: `${'x'.repeat(43)}` });
    expect(wrong.status).toBe(410);
    expect(await wrong.text()).toContain('doesn’t unsubscribe anyone');

    // It signs nobody in, and opens nothing else.
    for (const path of ['/portal/sign-in/link', '/password/reset', '/email/confirm'])
      expect((await visitor.get(`${path}${link.search}`)).status).toBe(410);

    const bobs = new URL(
      /: (http\S+unsubscribe\S+)/.exec((await mailTo('bob@example.com', /office/)).text)?.[1] ?? '',
    );
    const posted = await visitor.post('/unsubscribe', { ticket: bobs.searchParams.get('ticket') ?? '' });
    expect(await posted.text()).toContain('You’re unsubscribed');
    await admin().types('/apim-user show ann@example.com');
    await admin().sees(/News:\W* unsubscribed/);
  });

  it('T136: reaches no one who unsubscribed or whose mail came back, until they turn it on again', async () => {
    await subscriber('bounced+dora@resend.dev', 'Dora');
    const first = await writes({ To: 'Gold', Subject: 'Maintenance', Text: 'On Sunday.' });
    await first.sees(/Send to 4/);
    await first.clicks('Send to 4');
    await first.closeAll();
    const message = await progressOf('Maintenance');
    await eventually(
      () => `the end of ${message.text()}`,
      () => /Sent\W* to/.test(message.text()),
      15_000,
    );
    await message.clicks('Refresh');
    expect(await admin().sees(/1 came back/)).toMatch(/3 delivered/);
    await admin().clicks('Who got it');
    await admin().sees(/Dora Lee.*came back/);
    await admin().clicks('Not arrived');
    await admin().sees(/Dora Lee\W* · bounced\+dora@resend\.dev · came back/);

    const next = await writes({
      To: 'Everyone with an active account',
      Kind: 'News: developers can unsubscribe from it',
      Subject: 'Again',
      Text: 'We moved again.',
    });
    const preview = await next.sees(/Send to 1/);
    expect(preview).toMatch(/2 unsubscribed from news/);
    expect(preview).toMatch(/1 whose last mail came back/);
    await next.closeAll();

    const visitor = portal.visitor();
    await portal.signIn(visitor, 'ann@example.com');
    expect(await visitor.reads('/portal/account')).toContain('You get no news from');
    expect((await visitor.post('/portal/account/news', { news: 'on' })).status).toBe(303);
    expect(await visitor.reads('/portal/account?done=news-on')).toContain('News is on.');
    const again = await writes({
      To: 'Everyone with an active account',
      Kind: 'News: developers can unsubscribe from it',
      Subject: 'Once more',
      Text: 'We moved.',
    });
    await again.sees(/Send to 2/);
    await again.clicks('Discard');
    await again.sees(/Discarded/);
    await again.closeAll();
  });
});

describe('T137: an announcement that is stopped', () => {
  it('sends nothing more, and says who got it', async () => {
    const console = beside.console();
    for (let n = 0; n < 64; n++)
      await addAccount(console, { email: `many${n}@example.com`, firstName: 'Many', tellDeveloper: false });
    const modal = await writes({ To: 'Everyone with an active account', Subject: 'To all', Text: 'Hello.' });
    await modal.clicks(/Send to 6\d/);
    // More than SECOND_OPERATOR_FOR_MORE_THAN.
    await modal.sees(/a second operator must approve this/);
    await modal.closeAll();
    const approver = app.as('approver');
    approver.goesTo('approvals');
    const card = await approver.message(/Ada Admin asks: Send “To all” to 6\d developers/);
    expect(card.text()).toContain('It is mailed to everyone with an active account');
    expect(card.text()).toMatch(/It says:\s*>*\s*Hello\./);
    await card.clicks(/^Approve/);
    const message = await progressOf('To all');
    await eventually('the first mail', () => mailsAbout(/To all/).length > 0);
    await message.clicks('Stop');
    await admin().sees(/Stopped “To all”/);
    await eventually('the message to say so', () =>
      /Stopped\W* by Ada Admin, after \d of/.test(message.text()),
    );
    expect(message.text()).toMatch(/\d+ called off/);
    expect(message.text()).toMatch(/\d+ waiting/);
    const left = mailsAbout(/To all/).length;
    expect(left).toBeLessThan(10);
    await admin().types('/apim-user announce list');
    await admin().sees(/To all\W*\s+\W*Stopped/);
    const [row] =
      await app.sql`select count(*)::int as n from mails where template = 'Announcement' and state = 'queued'`;
    expect(row?.n).toBe(0);
  });
});
