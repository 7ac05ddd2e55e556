// What developers and visitors do at the portal and with mailed links. `voice.test.ts` says when a page is missing.
import { makeSignInLink } from '../../src/operations/accounts/make-sign-in-link.ts';
import { reportLeakedKey } from '../../src/operations/leaked-keys/report.ts';
import { versionOf } from '../../src/operations/terms/terms.ts';
import { besideApp } from '../support/beside-app.ts';
import { storeCalls } from '../support/calls.ts';
import { signInThere } from '../support/company.ts';
import { eventually } from '../support/eventually.ts';
import { createVisitor } from '../support/visitor.ts';
import type { Page } from './page.ts';
import { readHtml } from './plain.ts';
import type { Stage } from './stage.ts';

const PASSWORD = 'three quiet garden chairs';
const NEW_PASSWORD = 'seven loud kitchen tables';
const GIVEN_PASSWORD = 'a password over the phone';

/** By the stage's clock. */
const NOW = new Date('2026-03-02T09:00:00Z');

type Fields = Record<string, string>;
type Browser = ReturnType<typeof createBrowser>;

/** `visited` has the method and path of every page that was asked for. */
export type Portal = { stage: Stage; page: Page; visited: Set<string> };

export function createBrowser({ stage, page, visited }: Portal, who: string) {
  const visitor = createVisitor(stage.app);
  /** Where the last page leads a browser by itself. */
  let ledTo = '';
  async function show(answer: Response): Promise<void> {
    let last = answer;
    for (let hops = 0; hops < 4 && last.headers.has('location'); hops++) {
      const { pathname, search } = new URL(last.headers.get('location') ?? '', stage.app.url);
      visited.add(`GET ${pathname}`);
      last = await visitor.get(`${pathname}${search}`);
    }
    ledTo = /^0; url=(.+)$/.exec(last.headers.get('refresh') ?? '')?.[1] ?? '';
    const html = await last.text();
    // The frame is the same on every page.
    page.says('', readHtml(html.replace(/<header>.*?<\/header>|<nav.*?<\/nav>|<footer>.*?<\/footer>/gs, '')));
    page.says(
      'Around every page',
      readHtml((html.match(/<nav.*?<\/nav>|<footer>.*?<\/footer>/gs) ?? []).join('')),
    );
    await stage.idle();
  }
  return {
    async opens(path: string): Promise<void> {
      page.section(`${who} opens \`${path.split('?')[0]}\``);
      visited.add(`GET ${path.split('?')[0]}`);
      await show(await visitor.get(path));
    },
    async sends(path: string, fields: Fields = {}, headers?: Fields): Promise<void> {
      page.section(`${who} sends the form of \`${path}\``);
      visited.add(`POST ${path}`);
      await show(await visitor.post(path, fields, headers));
    },
    /** From a provider, after its button here was pressed. `meanwhile` happens before. */
    async comesBack(from: string, subject: string, meanwhile = () => {}): Promise<void> {
      const path = await signInThere(ledTo, subject, stage.app.publicUrl);
      meanwhile();
      page.section(`${who} comes back from ${from}`);
      visited.add(`GET ${path.split('?')[0]}`);
      await show(await visitor.get(path));
    },
  };
}

export async function walkPortal(portal: Portal): Promise<void> {
  portal.page.chapter('Developers at the portal');
  await visiting(portal);
  await signingUp(portal);
  await accepting(portal);
  await resetting(portal);
  const zoe = createBrowser(portal, 'Zoe');
  await subscribing(portal, zoe);
  await owning(portal, zoe);
  await beingRefused(portal);
}

/** The secret of the newest mailed link to an email. */
export async function ticketTo({ stage }: Portal, email: string, earlier?: string): Promise<string> {
  return eventually(`a link to ${email}`, () => {
    const mail = stage.app.inbox
      .mails()
      .findLast(({ to, text }) => to.includes(email) && /ticket=/.test(text));
    const ticket = /ticket=([\w-]{43})/.exec(mail?.text ?? '')?.[1];
    return ticket !== earlier && ticket;
  });
}

async function visiting(portal: Portal): Promise<void> {
  const visitor = createBrowser(portal, 'A visitor');
  await visitor.opens('/');
  await visitor.opens('/portal/sign-in');
  await visitor.sends('/portal/sign-in', { email: 'nonsense', password: '' });
  await visitor.sends('/portal/sign-in', { email: 'zoe@example.com', password: 'a wrong one' });
  await visitor.opens('/portal/products');
  await visitor.opens('/portal/products/nonsense');
  await visitor.opens('/portal/account');
  await visitor.opens('/invitations/request-again');
  await visitor.sends('/invitations/request-again', { email: 'nonsense' });
  await visitor.sends('/invitations/request-again', { email: 'zoe@example.com' });
  await visitor.opens('/password/forgot');
  await visitor.sends('/password/forgot', { email: 'zoe@example.com' });
  await visitor.opens('/unsubscribe?ticket=nonsense');
  await visitor.sends('/unsubscribe', { ticket: 'nonsense' });
  await visitor.opens('/nothing');
  await visitor.opens('/portal/terms');
  await visitor.sends('/portal/terms', { version: '1', terms: 'yes' });
  await visitor.opens('/portal/language');
  await createBrowser(portal, 'A visitor').sends('/portal/language', { language: 'de' });
}

async function signingUp(portal: Portal): Promise<void> {
  const { stage } = portal;
  const zed = createBrowser(portal, 'Zed');
  await zed.opens('/portal/sign-up');
  await zed.sends('/portal/sign-up', { email: 'nonsense', firstName: '', lastName: 'Zimmer' });
  await zed.sends('/portal/sign-up', { email: 'zed@gmial.com', firstName: 'Zed', lastName: 'Zimmer' });
  await zed.sends('/portal/sign-up', { email: 'zed@example.com', firstName: 'Zed', lastName: 'Zimmer' });
  const ticket = await ticketTo(portal, 'zed@example.com');
  await zed.opens(`/email/confirm?ticket=${ticket}`);
  await zed.sends('/email/confirm', { ticket, password: 'short' });
  await zed.sends('/email/confirm', { ticket, password: PASSWORD });
  await zed.opens(`/email/confirm?ticket=${ticket}`);
  await zed.sends('/portal/sign-in', { email: 'zed@example.com', password: PASSWORD });
  await stage.types('admin', '/apim-user show zed@example.com');
  await stage.presses('admin', 'account-activate');
  const yan = createBrowser(portal, 'Yan');
  await yan.sends('/portal/sign-up', { email: 'yan@example.com', firstName: 'Yan', lastName: 'Young' });
  const another = await ticketTo(portal, 'yan@example.com');
  await yan.sends('/email/confirm', { ticket: another, password: PASSWORD });
  await stage.types('approver', '/apim-user show yan@example.com');
  await stage.presses('approver', 'account-decline');
  await stage.submits('approver', { sharesReason: true });
  await stage.submits('approver', { reason: 'We take partners only.' });
  await stage.closeModals('approver');
}

async function accepting(portal: Portal): Promise<void> {
  const { stage } = portal;
  await stage.types('admin', '/apim-user invite zoe@example.com');
  const ticket = await ticketTo(portal, 'zoe@example.com');
  const zoe = createBrowser(portal, 'Zoe');
  await zoe.opens(`/invitations/accept?ticket=${ticket}`);
  await zoe.sends('/invitations/accept', {
    ticket,
    firstName: '',
    lastName: 'Zahn',
    password: 'password1234',
  });
  await zoe.sends('/invitations/accept', { ticket, firstName: 'Zoe', lastName: 'Zahn', password: PASSWORD });
  await zoe.opens(`/invitations/accept?ticket=${ticket}`);
  await createBrowser(portal, 'Another person').opens(`/invitations/accept?ticket=${ticket}`);
}

async function resetting(portal: Portal): Promise<void> {
  const { stage } = portal;
  const zoe = createBrowser(portal, 'Zoe');
  const earlier = await ticketTo(portal, 'zoe@example.com');
  await zoe.sends('/password/forgot', { email: 'zoe@example.com' });
  const ticket = await ticketTo(portal, 'zoe@example.com', earlier);
  await zoe.opens(`/password/reset?ticket=${ticket}`);
  await zoe.sends('/password/reset', { ticket, password: 'short' });
  await zoe.sends('/password/reset', { ticket, password: PASSWORD });
  await zoe.opens(`/password/reset?ticket=${ticket}`);
  await stage.types('admin', '/apim-user add');
  const yan = { email: 'yan@example.com', firstName: 'Yan', lastName: 'Yates' };
  await stage.submits('admin', { ...yan, temporary: GIVEN_PASSWORD });
  await stage.closeModals('admin');
  const browser = createBrowser(portal, 'Yan');
  const given = { email: 'yan@example.com', password: GIVEN_PASSWORD };
  await browser.sends('/portal/sign-in', given);
  await browser.opens('/portal/sign-in/new-password');
  const replaced = { email: 'yan@example.com', currentPassword: GIVEN_PASSWORD, password: PASSWORD };
  await browser.sends('/portal/sign-in/new-password', { ...replaced, currentPassword: 'a wrong one' });
  await browser.sends('/portal/sign-in/new-password', replaced);
  await stage.types('admin', '/apim-user block yan@example.com for a talk');
  await browser.sends('/portal/sign-in', { email: 'yan@example.com', password: PASSWORD });
}

async function subscribing(portal: Portal, zoe: Browser): Promise<void> {
  const { stage } = portal;
  await zoe.sends('/portal/sign-in', { email: 'zoe@example.com', password: PASSWORD });
  await zoe.opens('/portal');
  await zoe.opens('/portal/products');
  const [product] = await stage.sql`select id from products where name = 'Starter'`;
  const path = `/portal/products/${product?.id}`;
  await zoe.opens(path);
  await zoe.opens('/portal/apis/orders');
  await zoe.opens('/portal/apis/orders?find=nonsense');
  await zoe.opens('/portal/apis/orders/placeOrder');
  await zoe.opens('/portal/apis/orders/listOrders');
  await zoe.opens('/portal/apis/nonsense');
  await zoe.opens('/portal/subscriptions');
  await zoe.sends(path, { name: 'My app' });
  await zoe.sends(path, { name: 'My app', terms: 'yes' });
  await zoe.sends(path, { name: 'Another', terms: 'yes' });
  const [row] = await stage.sql`select id from subscriptions where name = 'My app'`;
  const own = `/portal/subscriptions/${row?.id}`;
  await zoe.opens(`${own}/cancel`);
  await stage.types('approver', '/apim-user subscriptions');
  await stage.presses('approver', 'subscription-approve');
  await zoe.opens(own);
  await zoe.opens('/portal/subscriptions');
  await zoe.sends(`${own}/keys`);
  await zoe.opens(`${own}/keys`);
  await zoe.opens(`${own}/new-key`);
  await zoe.sends(`${own}/new-key`, { slot: 'primary' });
  await zoe.sends(`${own}/new-key`, { slot: 'primary', overlap: '24' });
  await zoe.opens(own);
  await zoe.opens(`${own}/new-key`);
  await zoe.sends(`${own}/former-key`);
  await zoe.opens(`${own}/former-key`);
  await zoe.opens(`${own}/name`);
  await zoe.sends(`${own}/name`, { name: '' });
  await zoe.sends(`${own}/name`, { name: 'My shop' });
  const terms = 'Be kind, and on time.';
  await stage.sql`update products set terms = ${terms} where name = 'Starter'`;
  await zoe.opens(own);
  await stage.types('admin', '/apim-user subscriptions zoe@example.com');
  await stage.presses('admin', 'subscription-show');
  await zoe.opens(`${own}/terms`);
  await zoe.sends(`${own}/terms`, { terms: 'yes', version: versionOf(terms) });
  await calls(stage, String(row?.id));
  await leaking(stage, String(row?.id));
  await deciding(stage);
  await zoe.opens(own);
  await zoe.opens(`${own}/cancel`);
  await zoe.sends(`${own}/cancel`);
  await zoe.opens('/portal/subscriptions/nonsense');
  await stage.types('admin', '/apim-user subscriptions zoe@example.com');
  await stage.presses('admin', 'subscription-show');
  await stage.presses('admin', 'subscription-delete');
  await stage.submits('admin');
  await stage.closeModals('admin');
  await zoe.sends(path, { name: 'Second app', terms: 'yes' });
  await stage.presses('approver', 'subscription-reject');
  await stage.submits('approver', { reason: ' ' });
  await stage.submits('approver', { reason: 'One is enough.' });
  await stage.closeModals('approver');
  await zoe.opens('/portal/subscriptions');
}

/** Gateways have counted some calls, and an operator asks for them. */
async function calls(stage: Stage, subscriptionId: string): Promise<void> {
  const beside = await besideApp(stage.app);
  const past = [{ calls: 1_204 }, { calls: 3, outcome: 'rate_limited' as const }];
  await storeCalls(beside, subscriptionId, past, NOW);
  await beside.close();
  await stage.types('admin', '/apim-user usage zoe@example.com');
  await stage.types('admin', '/apim-user usage');
}

/** A scanner found both keys in public, and operators decide about each. */
async function leaking(stage: Stage, subscriptionId: string): Promise<void> {
  const beside = await besideApp(stage.app);
  const scanner = { ...beside.as({ kind: 'system', name: 'scanner' }), clock: () => NOW };
  const keys = await stage.sql<{ hash: string; slot: string }[]>`
    select hash, slot from subscription_keys
    where subscription_id = ${subscriptionId} and slot in ('primary', 'secondary') order by slot`;
  for (const { hash, slot } of keys) {
    const places = [{ url: `https://code.example/zoe/shop/${slot}.txt`, source: 'commit' }];
    const report = async () => void (await reportLeakedKey(scanner, { hash, places }));
    await stage.happens(`A scanner reports Zoe’s ${slot} key`, report);
    await stage.presses('approver', slot === 'primary' ? 'leaked-key-leave' : 'leaked-key-end');
  }
  await beside.close();
}

/** An operator does everything that can be done with a subscription. */
async function deciding(stage: Stage): Promise<void> {
  await stage.types('admin', '/apim-user subscriptions zoe@example.com');
  const fields: Record<string, Record<string, string>> = {
    'subscription-suspend': { reason: 'Too many calls' },
    'subscription-regenerate': { slot: 'secondary' },
    'subscription-leaked': { slot: 'both' },
    'subscription-rename': { name: 'Shop' },
    'subscription-extend': { endsAt: '2027-03-02' },
    'subscription-limit': { rate: '20 per 10 seconds', quota: 'unlimited' },
  };
  for (const [name, values] of Object.entries(fields)) {
    await stage.types('admin', '/apim-user subscriptions zoe@example.com');
    await stage.presses('admin', 'subscription-show');
    await stage.presses('admin', name);
    await stage.submits('admin', values);
    if (name === 'subscription-suspend') await stage.presses('admin', 'subscription-resume');
    await stage.closeModals('admin');
  }
  await stage.types('admin', '/apim-user subscriptions zoe@example.com');
  await stage.presses('admin', 'subscription-show');
  await stage.presses('admin', 'subscription-cancel');
  await stage.closeModals('admin');
  await stage.types('admin', '/apim-user subscriptions zoe@example.com');
  await stage.presses('admin', 'subscription-grant');
  await stage.submits('admin', { scope: 'all APIs', name: 'Support', endsAt: '2027-03-02' });
  await stage.closeModals('admin');
  await stage.types('admin', '/apim-user subscriptions limited');
  await stage.types('admin', '/apim-user show zoe@example.com');
  await stage.presses('admin', 'subscriptions-of');
  await stage.closeModals('admin');
}

async function owning(portal: Portal, zoe: Browser): Promise<void> {
  const { stage } = portal;
  const elsewhere = createBrowser(portal, 'Zoe, on her phone,');
  await elsewhere.sends('/portal/sign-in', { email: 'zoe@example.com', password: PASSWORD });
  await zoe.opens('/portal/account');
  await zoe.sends('/portal/account/names', { firstName: '', lastName: 'Zahn' });
  await zoe.sends('/portal/account/names', { firstName: 'Zoë', lastName: 'Zahn' });
  await zoe.sends('/portal/account/news', { news: 'off' });
  await zoe.sends('/portal/account/news', { news: 'on' });
  await zoe.opens('/portal/account/email');
  await zoe.sends('/portal/account/email', { email: 'nonsense', currentPassword: 'a wrong one' });
  await zoe.sends('/portal/account/email', { email: 'zoe@zahn.example', currentPassword: PASSWORD });
  await zoe.opens('/portal/account');
  await zoe.opens(`/email/confirm?ticket=${await ticketTo(portal, 'zoe@zahn.example')}`);
  await zoe.sends('/portal/account/email/call-off');
  await proving(portal, zoe);
  await zoe.opens('/portal/account/password');
  await zoe.sends('/portal/account/password', { currentPassword: 'a wrong one', password: PASSWORD });
  await zoe.sends('/portal/account/password', { currentPassword: PASSWORD, password: 'zoe@example.com' });
  await zoe.sends('/portal/account/password', { currentPassword: PASSWORD, password: NEW_PASSWORD });
  await zoe.sends('/portal/account/sessions/end', { session: 'nonsense' });
  await zoe.sends('/portal/account/sessions/end-others');
  const [account] = await stage.sql`select id from accounts where email_canonical = 'zoe@example.com'`;
  const { url } = await makeSignInLink(await stage.program(['sso']), { accountId: String(account?.id) });
  const ticket = new URL(url).searchParams.get('ticket') ?? '';
  const path = new URL(url).pathname;
  await elsewhere.opens(`${path}?ticket=${ticket}`);
  await elsewhere.sends(path, { ticket });
  await elsewhere.opens(`${path}?ticket=${ticket}`);
  await elsewhere.opens('/portal/sign-out');
  await elsewhere.sends('/portal/sign-out');
  // A form's own address, as after a reload or a sign-in in between.
  for (const path of ['sessions/end', 'sessions/end-others', 'names', 'news', 'email/call-off', 'mail-proof'])
    await zoe.opens(`/portal/account/${path}`);
  await securing(portal, zoe);
  await zoe.opens('/portal/account/close');
  await zoe.sends('/portal/account/close', { currentPassword: 'a wrong one' });
  await zoe.sends('/portal/account/close', { currentPassword: `${NEW_PASSWORD}s` });
}

async function proving(portal: Portal, zoe: Browser): Promise<void> {
  const earlier = await ticketTo(portal, 'zoe@example.com');
  await zoe.sends('/portal/account/mail-proof', { page: 'close' });
  const ticket = await ticketTo(portal, 'zoe@example.com', earlier);
  await zoe.opens(`/portal/account/prove?ticket=${ticket}`);
  await zoe.sends('/portal/account/prove', { ticket });
}

/** The link that a mail about a changed password has, and what follows it. */
async function securing(portal: Portal, zoe: Browser): Promise<void> {
  const ticket = await ticketTo(portal, 'zoe@example.com');
  await zoe.opens(`/account/secure?ticket=${ticket}`);
  await zoe.sends('/account/secure', { ticket });
  const reset = await ticketTo(portal, 'zoe@example.com', ticket);
  await zoe.sends('/password/reset', { ticket: reset, password: `${NEW_PASSWORD}s` });
  await zoe.sends('/portal/sign-in', { email: 'zoe@example.com', password: `${NEW_PASSWORD}s` });
}

async function beingRefused(portal: Portal): Promise<void> {
  const visitor = createBrowser(portal, 'A visitor');
  const ticket = 'x'.repeat(43);
  await visitor.sends('/portal/sign-in', { email: 'zoe@example.com' }, { 'sec-fetch-site': 'cross-site' });
  await visitor.opens(`/invitations/accept?ticket=${ticket}`);
  await visitor.opens(`/password/reset?ticket=${ticket}`);
}
