// Two services in one process and one workspace: each surface reaches one of them, and nothing of the other.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { createApi } from '../../src/operations/apis/create.ts';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { createToken } from '../../src/operations/tokens/create.ts';
import { startTestApp } from '../support/app.ts';
import { type BesideApp, besideApp } from '../support/beside-app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { freePort } from '../support/free-port.ts';
import { createVisitor } from '../support/visitor.ts';

const PASSWORD = 'three quiet garden chairs';
/** The same server under its two addresses. */
const port = await freePort();
const URLS = { default: `http://localhost:${port}`, staging: `http://127.0.0.1:${port}` };
/** Of the agents beside gateways. */
const SECRETS = { default: 'd'.repeat(32), staging: 's'.repeat(32) };
const SERVICES = { SERVICES: 'staging', PUBLIC_URL: URLS.default, PUBLIC_URL_STAGING: URLS.staging };
const app = forAllTests(() =>
  startTestApp({
    ...SERVICES,
    PORT: String(port),
    TRUSTED_PROXIES: '127.0.0.1',
    MANAGEMENT_CLIENT_CREDENTIALS: 'on',
    GATEWAY_FOLLOW_SECRET: SECRETS.default,
    GATEWAY_FOLLOW_SECRET_STAGING: SECRETS.staging,
    SLACK_APPROVALS_CHANNEL_STAGING: 'C0STAGINGCARDS',
  }),
);
const beside: Record<string, BesideApp> = {};
beforeAll(async () => {
  beside.default = await besideApp(app, SERVICES);
  beside.staging = await besideApp(app, { ...SERVICES, SERVICE: 'staging' });
});
afterAll(async () => {
  for (const one of Object.values(beside)) await one.close();
});

const consoleOf = (service: string) => (beside[service] as BesideApp).console();
const stateIn = async (service: string, email: string) => {
  const [row] = await app.sql`select state from accounts where service_id = ${service} and email = ${email}`;
  return row?.state;
};
let count = 0;
/** An account with the same email in both services. */
async function inBoth(): Promise<string> {
  count += 1;
  const email = `dev${count}@example.com`;
  for (const service of ['default', 'staging'])
    await addAccount(consoleOf(service), { email, firstName: 'Ann', lastName: service, password: PASSWORD });
  return email;
}

describe('in Slack', () => {
  it('a command means the service that it names, else that of the channel, else the default one', async () => {
    const admin = app.as('admin');
    const email = await inBoth();
    admin.goesTo('general');
    await admin.types(`/apim-user show ${email}`);
    expect(await admin.sees(/Ann default/)).toMatch(/Service: \*default\*/);
    await admin.types(`/apim-user @staging show ${email}`);
    expect(await admin.sees(/Ann staging/)).toMatch(/Service: \*staging\*/);
    await admin.types('/apim-user @nowhere list');
    await admin.sees(/There is no service with this name here\. There are `@default`, `@staging`/);

    const channel = app.addChannel('staging-team');
    admin.goesTo(channel.id);
    await app.as('nobody').goesTo(channel.id);
    await app.as('nobody').types('/apim-user service @staging');
    await app.as('nobody').sees(/You don't have permission/);
    await admin.types('/apim-user service @staging');
    await admin.sees(/Commands in this channel mean \*staging\* from now on/);
    await admin.types(`/apim-user show ${email}`);
    await admin.sees(/Ann staging/);
    await admin.types(`/apim-user @default show ${email}`);
    await admin.sees(/Ann default/);
    admin.goesTo('general');
    await admin.types(`/apim-user show ${email}`);
    await admin.sees(/Ann default/);
  });

  it('buttons, menus and forms act in the service of their message, and the card goes on saying which', async () => {
    const admin = app.as('admin');
    const email = await inBoth();
    await admin.types(`/apim-user @staging show ${email}`);
    await admin.clicks('Block');
    const modal = await admin.modal();
    await modal.sees(/Service: \*staging\*/);
    await modal.submit();
    await eventually('the block', async () => (await stateIn('staging', email)) === 'blocked');
    expect(await stateIn('default', email)).toBe('active');
    await modal.sees(/Service: \*staging\*/);
    await modal.closeAll();

    await admin.types('/apim-user @staging list');
    await admin.sees(/Ann staging/);
    await admin.chooses('Activate');
    await eventually('the activation', async () => (await stateIn('staging', email)) === 'active');
    expect(JSON.stringify(app.refusals())).toBe('[]');
  });

  it('a role counts in its service alone, whatever a request says about itself', async () => {
    const email = await inBoth();
    const nobody = app.as('nobody');
    nobody.goesTo('general');
    await app.sql`insert into operators (service_id, team_id, slack_user_id, name, role, granted_at, changed_at)
      select 'staging', team_id, ${app.ids.nobody}, 'Nobody', 'admin', now(), now() from workspaces limit 1`;
    await nobody.types(`/apim-user show ${email}`);
    await nobody.sees(/You don't have permission/);
    await nobody.types(`/apim-user @staging show ${email}`);
    await nobody.sees(/Ann staging/);
    // The button of staging, with the mark of the default service and its account.
    await nobody.clicks('Block');
    await nobody.modal();
    const [theirs] =
      await app.sql`select id, version from accounts where service_id = 'default' and email = ${email}`;
    for (const [mark, id] of [
      ['', theirs?.id],
      ['@staging', theirs?.id],
      ['@elsewhere', theirs?.id],
    ]) {
      const altered = app.altered(({ payload = '' }) => {
        const body = JSON.parse(payload);
        body.actions[0].action_id = `account-activate${mark}`;
        body.actions[0].value = JSON.stringify({ id, version: theirs?.version });
        body.trigger_id = `${body.trigger_id}${mark}x`;
        return { payload: JSON.stringify(body) };
      }, 'block_actions');
      await app.send(altered);
    }
    const refused = () => app.sql`select service_id, code from audit
      where operation = 'accounts/activate' and outcome = 'refused' order by service_id`;
    await eventually('two refusals', async () => (await refused()).length === 2);
    expect(await refused()).toEqual([
      { service_id: 'default', code: 'not_permitted' },
      { service_id: 'staging', code: 'account_not_found' },
    ]);
    await nobody.types('/apim-user service @staging');
    await nobody.sees(/You don't have permission/);
    await app.sql`delete from operators where slack_user_id = ${app.ids.nobody}`;
  });

  it('App Home shows one service, and the other one after a press, for as long as the person likes', async () => {
    const home = await app.as('admin').home();
    await eventually('the default service', () => /Service: \*default\*/.test(home.text()));
    await home.clicks('Show staging');
    await eventually('the other one', () => /Service: \*staging\*/.test(home.text()));
    const again = await app.as('admin').home();
    await eventually('still the other one', () => /Service: \*staging\*/.test(again.text()));
    await again.clicks('Show default');
    await eventually('the default service', () => /Service: \*default\*/.test(again.text()));
  });
});

it('cards and notices are in the channel of their service, and name it', async () => {
  app.addChannel('staging-cards', {
    id: 'C0STAGINGCARDS',
    kind: 'private',
    members: [app.ids.admin, app.botUserId],
  });
  const person = { email: 'waits@example.com', firstName: 'Wanda', lastName: 'Waits' };
  await addAccount(consoleOf('staging'), { ...person, verifyFirst: true });
  const card = await app.as('admin').message(/waits@example\.com/);
  expect(card.text()).toMatch(/Service: \*staging\*/);
  expect(
    JSON.stringify(
      app
        .as('admin')
        .channel('staging-cards')
        .map((one) => one.text()),
    ),
  ).toContain('Waits');
  await card.clicks('Activate');
  await eventually('the activation', async () => (await stateIn('staging', person.email)) === 'active');
});

describe('for developers', () => {
  it('mailed links, sessions and pages are at the address of their service', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user @staging invite eve@example.com');
    const mail = await eventually('the mail', () =>
      app.inbox.mails().find(({ to }) => to.includes('eve@example.com')),
    );
    const link = new RegExp(`${URLS.staging}/invitations/accept\\?ticket=([\\w-]{43})`).exec(mail.text);
    const ticket = link?.[1] ?? '';
    expect(ticket).not.toBe('');
    const path = `/invitations/accept?ticket=${ticket}`;
    const at = {
      default: createVisitor({ url: URLS.default }),
      staging: createVisitor({ url: URLS.staging }),
    };
    expect((await at.default.get(path)).status).toBe(410);
    expect((await at.staging.get(path)).status).toBe(200);
    const form = { ticket, firstName: 'Eve', lastName: 'Oak', password: PASSWORD };
    expect((await at.default.post('/invitations/accept', form)).status).toBe(410);
    expect((await at.staging.post('/invitations/accept', form)).status).toBeLessThan(400);
    expect(await stateIn('staging', 'eve@example.com')).toBe('active');
    expect(await stateIn('default', 'eve@example.com')).toBeUndefined();

    const person = { email: 'eve@example.com', password: PASSWORD };
    expect((await at.default.post('/portal/sign-in', person)).status).toBe(422);
    expect((await at.staging.post('/portal/sign-in', person)).status).toBe(303);
    expect((await at.staging.get('/portal/account')).status).toBe(200);
    // A browser would not even send the cookie to the other host.
    for (const [name, value] of at.staging.cookies) at.default.cookies.set(name, value);
    expect((await at.default.get('/portal/account')).status).toBe(303);
  });
});

describe('for programs and gateways', () => {
  const pathOf = (service: string) =>
    `/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg1/providers/Microsoft.ApiManagement/service/${service}`;
  const get = (path: string, token: string) =>
    fetch(`${app.url}${path}${path.includes('?') ? '&' : '?'}api-version=2022-08-01`, {
      headers: { authorization: `Bearer ${token}` },
    });

  async function tokenOf(service: string) {
    const [workspace] = await app.sql`select team_id from workspaces limit 1`;
    const of = { teamId: workspace?.team_id, userId: app.ids.admin };
    return createToken(consoleOf(service), { name: service, role: 'reader', ...of });
  }

  it('a token reaches the service that it was made for', async () => {
    const email = await inBoth();
    const tokens = { default: await tokenOf('default'), staging: await tokenOf('staging') };
    for (const [own, other] of [
      ['default', 'staging'],
      ['staging', 'default'],
    ] as const) {
      const { token, tokenId } = tokens[own];
      const users = await (await get(`${pathOf(own)}/users`, token)).text();
      expect(users).toContain(`"lastName":"${own}"`);
      expect(users).not.toContain(`"lastName":"${other}"`);
      expect(users).toContain(email);
      const refused = await get(`${pathOf(other)}/users`, token);
      expect(refused.status).toBe(404);
      expect(await refused.text()).not.toContain(`service ${other}`);
      const services = await (
        await get('/subscriptions/x/providers/Microsoft.ApiManagement/service', token)
      ).json();
      expect(services.value.map(({ name }: { name: string }) => name)).toEqual([own]);

      const given = await app.post('/common/oauth2/v2.0/token', {
        grant_type: 'client_credentials',
        client_id: tokenId,
        client_secret: token,
      });
      const { access_token: access } = await given.json();
      expect((await get(`${pathOf(own)}/users`, access)).status).toBe(200);
      expect((await get(`${pathOf(other)}/users`, access)).status).toBe(404);
    }
  });

  it('a key passes at the check of its service', async () => {
    const keys = { default: 'a-key-of-the-default-service', staging: 'a-key-of-the-staging-service' };
    for (const [service, primaryKey] of Object.entries(keys)) {
      const console = consoleOf(service);
      const { api } = await createApi(console, { name: 'Hello', path: 'hello' });
      await grantSubscription(console, { apiId: api.id, primaryKey });
    }
    const check = async (path: string, key = '') =>
      (
        await fetch(`${app.url}${path}`, {
          headers: { 'x-original-uri': '/hello/world', 'ocp-apim-subscription-key': key },
        })
      ).status;
    await eventually('the index', async () => (await check('/gateway/check', keys.default)) === 200);
    const staging = '/services/staging/gateway/check';
    await eventually('the other index', async () => (await check(staging, keys.staging)) === 200);
    expect(await check('/gateway/check', keys.staging)).toBe(401);
    expect(await check(staging, keys.default)).toBe(401);
    expect(await check('/services/elsewhere/gateway/check', keys.default)).toBe(404);
    expect(await check('/services/staging/portal')).toBe(404);
    const follow = async (prefix: string, secret: string) =>
      (
        await fetch(`${app.url}${prefix}/gateway/follow/snapshot`, {
          headers: { authorization: `Bearer ${secret}` },
        })
      ).status;
    expect(await follow('', SECRETS.default)).not.toBe(404);
    expect(await follow('/services/staging', SECRETS.staging)).not.toBe(404);
    expect(await follow('', SECRETS.staging)).toBe(404);
    expect(await follow('/services/staging', SECRETS.default)).toBe(404);
  });
});
