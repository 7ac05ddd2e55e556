// Azure's developer portal delegates to ours: the whole product, bound to a stand-in of the instance and its portal.
import { beforeAll, describe, expect, it } from 'vitest';
import { setAzureMode } from '../../src/operations/azure/set-mode.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { startAzurePortal } from '../support/azure-portal.ts';
import { type BesideApp, besideApp } from '../support/beside-app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { freePort } from '../support/free-port.ts';
import { startMirroredPair } from '../support/mirrored-pair.ts';
import { createPortalDriver, PASSWORD } from '../support/portal.ts';
import type { Visitor } from '../support/visitor.ts';

const SLOW_MS = 60_000;
const port = await freePort();
const STAGING = `http://localhost:${port}`;
const pair = forAllTests(startMirroredPair, SLOW_MS);
const azure = forAllTests(() => startAzurePortal({ arm: () => pair.arm }));
// Before the product starts, and reads it.
beforeAll(async () => {
  const asPaula = pair.arm.asPortal('Paula Portal');
  for (const id of ['ann', 'bob'])
    await asPaula.put(`users/${id}`, { email: `${id}@example.com`, firstName: id, lastName: 'Lee' });
  await asPaula.put('products/starter', {
    ...{ displayName: 'Starter', state: 'published', subscriptionRequired: true, approvalRequired: true },
    subscriptionsLimit: 5,
  });
  await asPaula.put('products/starter/groups/developers');
  await asPaula.put('subscriptions/of-ann', {
    displayName: 'Of Ann',
    scope: '/products/starter',
    ownerId: '/users/ann',
  });
}, SLOW_MS);
const app: TestApp = forAllTests(
  () =>
    startTestApp({
      ...pair.settings,
      ...azure.settings,
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      SERVICES: 'staging',
      PUBLIC_URL_STAGING: STAGING,
      TRUSTED_PROXIES: '127.0.0.1',
      SIGN_UP: 'approval',
    }),
  SLOW_MS,
);
const beside: BesideApp = forAllTests(() => besideApp(app));
const portal = createPortalDriver(app);
const ANN = 'ann@example.com';

beforeAll(async () => {
  await eventually(
    'the first comparison to end',
    async () => (await app.sql`select 1 from azure_instances where first_pass_ended_at is not null`)[0],
    SLOW_MS,
  );
  for (const email of [ANN, 'bob@example.com']) {
    await portal.visitor().post('/password/forgot', { email });
    const ticket = await portal.ticketTo(email, /password/i);
    expect((await portal.visitor().post('/password/reset', { ticket, password: PASSWORD })).status).toBe(200);
  }
}, SLOW_MS);

const location = (answer: Response) => answer.headers.get('location') ?? '';
/** Follows redirects within our portal. */
async function follows(who: Visitor, first: Response): Promise<{ path: string; answer: Response }> {
  let [answer, path] = [first, ''];
  while (location(answer).startsWith('/')) {
    path = location(answer);
    answer = await who.get(path);
  }
  return { path, answer };
}
const opens = async (who: Visitor, link: string) => follows(who, await who.get(link));
const CONTINUE = '/portal/delegation/continue';
/** Sends the form that goes on to Azure's portal, and opens where it leads. */
async function goesOn(who: Visitor): Promise<{ sent: Response; there: Response }> {
  const sent = await who.post(CONTINUE);
  expect(sent.status).toBe(303);
  return { sent, there: await fetch(location(sent), { redirect: 'manual' }) };
}

describe('T117: SignIn', () => {
  it('signs in here, then at the portal of Azure as the same user, on the page that it was about', async () => {
    const who = portal.visitor();
    const link = azure.link('SignIn', { returnUrl: `${azure.url}/products?tab=1` });
    expect((await opens(who, link)).path).toBe('/portal/sign-in');
    const { path, answer } = await follows(who, await portal.signIn(who, ANN));
    expect(path).toBe(CONTINUE);
    expect(answer.headers.get('content-security-policy')).toContain(`form-action 'self' ${azure.url};`);
    expect(await answer.text()).toContain('data-goes-on');
    const { sent, there } = await goesOn(who);
    expect([there.status, there.headers.get('location')]).toEqual([302, '/products?tab=1']);
    expect(azure.signedIn.at(-1)).toMatchObject({ user: 'ann', returnUrl: '/products?tab=1' });
    expect(sent.headers.get('cache-control')).toBe('no-store');
    expect(sent.headers.get('referrer-policy')).toBe('no-referrer');
    expect(await sent.text()).toBe('');
    // What was handed over is done: reloading the page leads home.
    expect(location(await who.get(CONTINUE))).toBe('/portal');
    expect(location(await who.post(CONTINUE))).toBe('/portal');
  });

  it('needs no password of who is signed in already, and changes nothing before the form is sent', async () => {
    const who = await portal.signedIn(ANN);
    const entries = async () =>
      (await app.sql`select 1 from audit where operation = 'azure/enter-portal'`).length;
    const before = [await entries(), azure.signedIn.length];
    const link = azure.link('SignIn', { returnUrl: '/apis' });
    // Nothing of it is used up, so it can be opened twice: each time it only asks.
    for (const _time of [1, 2]) expect((await opens(who, link)).path).toBe(CONTINUE);
    expect([await entries(), azure.signedIn.length]).toEqual(before);
    expect((await goesOn(who)).there.headers.get('location')).toBe('/apis');
    expect(await entries()).toBe(before[0] === undefined ? 0 : before[0] + 1);
  });

  it('lets the developer choose another account', async () => {
    const who = await portal.signedIn(ANN);
    await opens(who, azure.link('SignIn', { returnUrl: '/' }));
    expect((await follows(who, await who.post(`${CONTINUE}/switch`))).path).toBe('/portal/sign-in');
    expect((await follows(who, await portal.signIn(who, 'bob@example.com'))).path).toBe(CONTINUE);
    await goesOn(who);
    expect(azure.signedIn.at(-1)?.user).toBe('bob');
  });

  it('never leads to another site', async () => {
    const who = await portal.signedIn(ANN);
    for (const returnUrl of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      `${azure.url}.evil.example`,
    ]) {
      await opens(who, azure.link('SignIn', { returnUrl }));
      const { sent, there } = await goesOn(who);
      expect(location(sent).startsWith(`${azure.url}/signin-sso?`)).toBe(true);
      expect(there.headers.get('location')).toBe('/');
    }
    const planted = Buffer.from(JSON.stringify({ operation: 'SignIn', returnUrl: 'https://evil.example' }));
    who.cookies.set('apim-user-delegation', planted.toString('base64url'));
    expect((await goesOn(who)).there.headers.get('location')).toBe('/');
  });

  it('asks again when Azure gives no token, and tells the developer nothing of why', async () => {
    const who = await portal.signedIn(ANN);
    await opens(who, azure.link('SignIn', { returnUrl: '/' }));
    const refusal = { error: { code: 'AuthorizationFailed', message: 'no' } };
    pair.arm.next({ status: 403, body: refusal }, { method: 'POST' });
    const answer = await who.post(CONTINUE);
    expect(answer.status).toBe(503);
    expect(await answer.text()).not.toMatch(/AuthorizationFailed/);
    expect((await goesOn(who)).there.status).toBe(302);
  });

  it('is limited, as each takes a request to Azure', async () => {
    const who = await portal.signedIn('bob@example.com');
    const statuses: number[] = [];
    for (let tries = 0; tries < 32 && !statuses.includes(429); tries++) {
      await who.get(azure.link('SignIn', { returnUrl: '/' }));
      statuses.push((await who.post(CONTINUE)).status);
    }
    expect(statuses).toContain(429);
  });
});

describe('T118: a developer whom Azure does not have yet', () => {
  const NEW = 'new@example.com';
  it('signs up here, is approved here, and waits until the account is there', async () => {
    const who = portal.visitor();
    expect((await opens(who, azure.link('SignUp', { returnUrl: '/profile' }))).path).toBe('/portal/sign-up');
    await who.post('/portal/sign-up', { email: NEW, firstName: 'Nia', lastName: 'New' });
    const ticket = await portal.ticketTo(NEW, /confirm/i);
    await who.post('/email/confirm', { ticket, password: PASSWORD });
    await app.as('admin').types(`/apim-user activate ${NEW}`);
    await app.as('admin').sees(/active/);
    const { path, answer } = await follows(who, await portal.signIn(who, NEW));
    expect(path).toBe(CONTINUE);
    // While we only watch Azure, the account never gets there.
    expect(await answer.text()).toMatch(/won’t get there by itself/);
    expect(answer.headers.get('refresh')).toBeNull();
    // The form goes on no sooner than the page.
    expect(location(await who.post(CONTINUE))).toBe(CONTINUE);
    pair.arm.down();
    await setAzureMode(beside.console(), { mode: 'add', from: 'watch', writesAtMost: 1_000 });
    const waits = await who.get(CONTINUE);
    expect([waits.headers.get('refresh'), await waits.text()]).toEqual([
      '5',
      expect.stringMatching(/on its way/),
    ]);
    pair.arm.up();
    await app.sql`update azure_instances set hold_until = null`;
    await app.sql`update azure_orders set not_before = now() where state = 'waiting'`;
    await app.sql`select graphile_worker.add_job('azure-send', json_build_object('serviceId', 'default', 'half', half))
      from generate_series(0, 1) as half`;
    await eventually(
      'the account to be in Azure',
      async () => (await who.reads(CONTINUE)).includes('go on to'),
      SLOW_MS,
    );
    await goesOn(who);
    const [account] = await app.sql`select id from accounts where email = ${NEW}`;
    expect(azure.signedIn.at(-1)).toMatchObject({ user: String(account?.id), returnUrl: '/profile' });
  });
});

describe('T118: what a signed-in developer of Azure does here', () => {
  const OF_ANN = { userId: 'ann' };
  it.each([
    ['ChangePassword', OF_ANN, '/portal/account/password'],
    ['ChangeProfile', OF_ANN, '/portal/account'],
    ['CloseAccount', OF_ANN, '/portal/account/close'],
    ['Subscribe', { productId: 'starter', userId: 'ANN' }, '/portal/products/starter'],
    ['Subscribe', { productId: '/products/starter', userId: '/users/ann' }, '/portal/products/starter'],
    ['Unsubscribe', { subscriptionId: 'of-ann' }, '/portal/subscriptions/of-ann/cancel'],
    ['Renew', { subscriptionId: 'of-ann' }, CONTINUE],
  ] as const)('%s %o is at %s, with a way back', async (operation, fields, page) => {
    const who = portal.visitor();
    expect((await opens(who, azure.link(operation, fields))).path).toBe('/portal/sign-in');
    const { path, answer } = await follows(who, await portal.signIn(who, ANN));
    expect([path, answer.status]).toEqual([page, 200]);
    expect(await answer.text()).toContain(`Back to ${new URL(azure.url).host}`);
    expect(location(await who.get('/portal/delegation/back'))).toBe(`${azure.url}/`);
    expect(await who.reads('/portal')).not.toContain('Back to');
  });

  it('waits for approvals of ours, and comes back to the portal of Azure from each page', async () => {
    const who = await portal.signedIn(ANN);
    const { path } = await opens(who, azure.link('Subscribe', { productId: 'starter', ...OF_ANN }));
    const { answer } = await follows(who, await who.post(path, { name: 'For my app' }));
    expect(await answer.text()).toMatch(/Back to/);
    const [row] = await app.sql`select state from subscriptions where name = 'For my app'`;
    expect(row).toEqual({ state: 'submitted' });
  });

  it('SignOut ends our session too, by a press', async () => {
    const who = await portal.signedIn(ANN);
    const { path } = await opens(who, azure.link('SignOut', OF_ANN));
    expect(path).toBe(CONTINUE);
    expect(await portal.isSignedIn(who)).toBe(true);
    expect(location(await who.post(`${CONTINUE}/sign-out`))).toBe(`${azure.url}/`);
    expect(await portal.isSignedIn(who)).toBe(false);
    expect(location(await who.get(location(await who.get(azure.link('SignOut', OF_ANN)))))).toBe(
      `${azure.url}/`,
    );
  });

  it('is not done with the account of someone else', async () => {
    const who = await portal.signedIn(ANN);
    for (const [operation, fields] of [
      ['CloseAccount', { userId: 'bob' }],
      ['ChangePassword', { userId: 'nobody' }],
      ['ChangeProfile', { userId: '1' }],
      ['Subscribe', { productId: 'starter', userId: 'bob' }],
    ] as const) {
      const { path, answer } = await opens(who, azure.link(operation, fields));
      expect([path, answer.status]).toEqual([CONTINUE, 403]);
      const text = await answer.text();
      expect(text).toContain(ANN);
      expect(text).not.toContain('bob@example.com');
    }
    expect((await follows(who, await who.post(`${CONTINUE}/switch`))).path).toBe('/portal/sign-in');
    const back = await follows(who, await portal.signIn(who, 'bob@example.com'));
    expect(back.path).toBe('/portal/products/starter');
    // A subscription of another developer is as unknown as none.
    for (const subscriptionId of ['of-ann', 'none'])
      expect((await opens(who, azure.link('Renew', { subscriptionId }))).answer.status).toBe(404);
    expect(
      (await opens(who, azure.link('Subscribe', { productId: 'none', userId: 'bob' }))).answer.status,
    ).toBe(404);
  });
});

describe('T117: a link that Azure did not sign for us', () => {
  it.each([
    ['SignIn', { returnUrl: '/a' }, { returnUrl: '/b' }],
    ['SignIn', { returnUrl: '/a' }, { salt: 'x' }],
    ['SignIn', { returnUrl: '/a' }, { sig: null }],
    ['SignIn', { returnUrl: '/a' }, { sig: 'AAAA' }],
    ['ChangePassword', { userId: 'ann' }, { userId: 'bob' }],
    ['Subscribe', { productId: 'starter', userId: 'ann' }, { productId: 'other' }],
    ['Subscribe', { productId: 'starter', userId: 'ann' }, { userId: 'bob' }],
    ['Unsubscribe', { subscriptionId: 'of-ann' }, { subscriptionId: 'of-bob' }],
    ['Renew', { subscriptionId: 'of-ann' }, { operation: 'Delete' }],
  ] as const)('%s %o with %o is refused, and hands over nothing', async (operation, fields, tamper) => {
    const who = await portal.signedIn(ANN);
    const answer = await who.get(azure.link(operation, fields, tamper));
    expect(answer.status).toBe(403);
    expect(await answer.text()).toMatch(/doesn’t work/);
    expect(who.cookies.has('apim-user-delegation')).toBe(false);
  });

  it('leads nowhere at a service that no portal delegates to', async () => {
    for (const path of [azure.link('SignIn', { returnUrl: '/' }), CONTINUE, '/portal/delegation/back'])
      expect((await fetch(`${STAGING}${path}`, { redirect: 'manual' })).status).toBe(404);
  });

  it('T37: and another site can send none of the forms', async () => {
    const who = await portal.signedIn(ANN);
    await opens(who, azure.link('SignIn', { returnUrl: '/' }));
    for (const path of [CONTINUE, `${CONTINUE}/switch`, `${CONTINUE}/sign-out`])
      for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'null' }, { origin: azure.url }])
        expect((await who.post(path, {}, headers)).status).toBe(403);
    expect(await portal.isSignedIn(who)).toBe(true);
  });
});
