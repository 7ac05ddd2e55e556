// `/apim-user usage`: figures in an answer that only the person sees, and the chart in their direct message.
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { besideApp } from '../support/beside-app.ts';
import { storeCalls } from '../support/calls.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver } from '../support/portal.ts';

const app = forAllTests(() => startTestApp({ TRUSTED_PROXIES: '127.0.0.1' }), 60_000);
const portal = createPortalDriver(app);
const beside = forAllTests(() => besideApp(app), 60_000);
let email = '';
beforeAll(async () => {
  await portal.publishes('First steps', { Rate: '100 per minute' });
  email = await portal.developer();
  const ann = await portal.signedIn(email);
  await ann.post('/portal/products/first-steps', { name: 'My <robot>' });
  const [subscription] = await beside.sql`select id from subscriptions`;
  await storeCalls(beside, String(subscription?.id), [
    { calls: 1_200, apiId: 'first-steps-api' },
    { calls: 4, outcome: 'subscription_suspended', apiId: 'first-steps-api' },
    { calls: 2, outcome: 'rate_limited', apiId: 'first-steps-api', hoursAgo: 24 * 40 },
    { calls: 10, apiId: 'first-steps-api', hoursAgo: 24 * 9 },
  ]);
}, 60_000);

/** The charts in the approver's direct message with the app, the newest last. */
const charts = () =>
  app
    .as('approver')
    .dm()
    .flatMap(({ message: { text, files = [] } }) =>
      files.map((file) => ({ text, file, bytes: app.workspace.files.find(file.id)?.bytes })),
    );
let before = 0;
beforeEach(() => {
  before = charts().length;
});
const newCharts = () => charts().slice(before);
const aChart = () => eventually('a chart', () => newCharts().at(-1));

it('an account has its figures in words, what was refused and why, and its chart as an image', async () => {
  const approver = app.as('approver');
  await approver.types(`/apim-user usage ${email}`);
  const said = await approver.sees('Calls of Ann Lee');
  expect(said).toContain(
    '1,214 calls in the last 30 days: 1,210 answered, 4 refused. Most in one day: 1,204, on ',
  );
  // Nine days ago, and today.
  expect(said).toContain('▁▂▁▁▁▁▁▁▁▁▇');
  expect(said).toContain('• First steps API: 1,214 (1,210 answered, 4 refused)');
  expect(said).toContain('• 4: subscription suspended');
  expect(said).toContain('*Limits*\n• My &lt;robot&gt;: 100 calls per minute');
  expect(said).toContain('The chart is in our direct message.');
  const { text, file, bytes } = await aChart();
  expect(text).toContain('*Calls of Ann Lee*\n1,214 calls in the last 30 days');
  expect(file).toMatchObject({
    name: 'calls-30-days.png',
    mimetype: 'image/png',
    altText: expect.stringContaining('Bar chart. Calls of Ann Lee. 1,214 calls in the last 30 days'),
  });
  expect(bytes?.subarray(0, 8)).toEqual(Buffer.from('89504e470d0a1a0a', 'hex'));
  // Its width and height.
  expect([bytes?.readUInt32BE(16), bytes?.readUInt32BE(20)]).toEqual([720, 448]);
  for (const other of ['admin', 'nobody'] as const) expect(app.as(other).canRead('1,214 calls')).toBe(false);
});

it('a button shows another time where the answer stands, with a chart of its own', async () => {
  const approver = app.as('approver');
  await approver.types('/apim-user usage First steps');
  await approver.sees('• Each subscription: 100 calls per minute');
  await aChart();
  await approver.clicks('12 months');
  await approver.sees('1,216 calls in the last 12 months: 1,210 answered, 4 refused, 2 over the limit');
  expect((await eventually('another chart', () => newCharts()[1])).file.name).toBe('calls-12-months.png');
});

it('says which subscriptions have used up their quota, and until when', async () => {
  await beside.sql`insert into quota_use (service_id, subscription_id, starts_at, ends_at, calls, is_exhausted)
    select service_id, id, now(), now() + interval '1 day', 9, true from subscriptions`;
  for (const words of ['', email, 'first-steps']) {
    await app.as('approver').types(`/apim-user usage ${words}`);
    expect(await app.as('approver').sees('Calls of')).toMatch(
      /\*Quota used up\*\n• My &lt;robot&gt;, until <!date/,
    );
    await aChart();
  }
  await beside.sql`delete from quota_use`;
});

it('without a name it shows the subscriptions, products and APIs with the most calls', async () => {
  await app.as('approver').types('/apim-user usage');
  const said = await app.as('approver').sees('Calls of all APIs');
  expect(said).toContain('• My &lt;robot&gt; of Ann Lee: 1,214');
  expect(said).toContain('*Products with the most calls*\n• First steps: 1,214');
  await aChart();
});

it('says that there were no calls, and sends no chart', async () => {
  const other = await portal.developer();
  await app.as('approver').types(`/apim-user usage ${other}`);
  const said = await app.as('approver').sees('No calls in the last 30 days.');
  expect(said).not.toContain('direct message');
  expect(newCharts()).toEqual([]);
});

it('without the scope for files, or when Slack takes none, the figures come and say so', async () => {
  const approver = app.as('approver');
  app.workspace.scopes.delete('files:write');
  await approver.types(`/apim-user usage ${email}`);
  await approver.sees('1,214 calls in the last 30 days');
  await approver.sees("The chart couldn't be sent: the app was installed without `files:write`.");
  app.workspace.scopes.add('files:write');
  app.slackFails('upload', { kind: 'server-error' });
  await approver.types(`/apim-user usage ${email}`);
  await approver.sees("The chart couldn't be sent: Slack didn't take it.");
  expect(newCharts()).toEqual([]);
});

it('an unknown name is refused as an account would be', async () => {
  await app.as('approver').types('/apim-user usage nowhere');
  await app.as('approver').sees('No account found.');
});

it('the card of an account, and a subscription, say the calls of today and of 30 days', async () => {
  const approver = app.as('approver');
  await approver.types(`/apim-user show ${email}`);
  expect(await approver.sees('Calls today')).toMatch(/Calls today:\* 1,204 · 30 days [▁▂▇]{30} 1,214/);
});

it('T50: an id that a gateway reported appears as text', async () => {
  const [subscription] = await beside.sql`select id from subscriptions`;
  await storeCalls(beside, String(subscription?.id), [{ calls: 9_000, apiId: '<!channel>' }]);
  await app.as('approver').types('/apim-user usage');
  const said = await app.as('approver').sees('`&lt;!channel&gt;`, deleted');
  expect(said).not.toContain('<!channel>');
});
