// What a developer sees of their own calls.
import { beforeAll, expect, it, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { besideApp } from '../support/beside-app.ts';
import { storeCalls } from '../support/calls.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver } from '../support/portal.ts';
import { textOf, type Visitor } from '../support/visitor.ts';

/** Within the hour, so that hours ago stay on one day. */
const NOW = new Date(Date.UTC(2026, 10, 29, 21, 30));
const app = forAllTests(() => startTestApp({ TRUSTED_PROXIES: '127.0.0.1' }, { clock: () => NOW }), 60_000);
const portal = createPortalDriver(app);
const beside = forAllTests(() => besideApp(app), 60_000);
let ann: Visitor;
let page = '';
beforeAll(async () => {
  await portal.publishes('Starter', { Quota: '1,000 per month', Rate: '100 per minute' });
  ann = await portal.signedIn(await portal.developer());
  page = await subscribe(ann);
  const id = idIn(page);
  await storeCalls(
    beside,
    id,
    [
      { calls: 700, hoursAgo: 3 },
      { calls: 25, hoursAgo: 24 * 8 },
      { calls: 3, outcome: 'rate_limited', hoursAgo: 24 * 8 },
      { calls: 5, outcome: 'api_not_covered', hoursAgo: 24 * 40 },
    ],
    NOW,
  );
}, 60_000);

async function subscribe(who: Visitor): Promise<string> {
  const answer = await who.post('/portal/products/starter', { name: 'My robot' });
  return answer.headers.get('location')?.split('?')[0] ?? '';
}
const idIn = (path: string) => decodeURIComponent(path.split('/').at(-1) ?? '');

it('a subscription has its calls as a chart, in words, and as a table', async () => {
  const html = await (await ann.get(page)).text();
  expect(html).toContain('<title id="calls-title">Your calls of My robot in the last 30 days</title>');
  const text = textOf(html);
  expect(text).toContain(
    '728 calls in the last 30 days: 725 answered, 3 over the limit. Most in one day: 700, on 29 Nov.',
  );
  expect(text).toMatch(/Why calls were refused\s+3: over the rate/);
  expect(html).toContain(
    '<tr><th scope="row">21 Nov</th><td>25</td><td>0</td><td>3</td></tr><tr><th scope="row">22 Nov</th><td>0</td>',
  );
  expect(html.match(/<th scope="row">/g)).toHaveLength(30);
});

it('what is left of the limits is said, and when the count begins again', async () => {
  const text = await ann.reads(page);
  expect(text).toContain('At most 100 calls per minute. Calls beyond that get the status 429');
  expect(text).toMatch(
    /725 of 1,000 calls of this month are used\. The count starts again on\s+1 December 2026 at 00:00 UTC/,
  );
});

test.each([
  ['24-hours', '700 calls in the last 24 hours: 700 answered. Most in one hour: 700, at 18:00 UTC.', 24],
  ['12-months', '733 calls in the last 12 months: 725 answered, 5 refused, 3 over the limit', 12],
  ['nonsense', '728 calls in the last 30 days', 30],
])('the page shows the time that its address names: %s', async (time, words, rows) => {
  const html = await (await ann.get(`${page}?calls=${time}`)).text();
  expect(textOf(html)).toContain(words);
  expect(html.match(/<th scope="row">/g)).toHaveLength(rows);
  const shown = [...html.matchAll(/aria-current="true">([^<]+)</g)].map(([, words]) => words);
  expect(shown).toEqual([time === 'nonsense' ? '30 days' : time.replace('-', ' ')]);
});

it('T30 a developer sees the calls of their own subscriptions only, whatever the address names', async () => {
  const ben = await portal.signedIn(await portal.developer());
  const own = await subscribe(ben);
  const [theirs, unknown] = await Promise.all(
    [page, '/portal/subscriptions/unknown'].map(async (path) => {
      const answer = await ben.get(`${path}?calls=12-months`);
      return [answer.status, await answer.text()];
    }),
  );
  expect(theirs).toEqual(unknown);
  expect(theirs?.[0]).toBe(404);
  for (const path of [own, '/portal/products/starter'])
    expect(await ben.reads(`${path}?calls=12-months`)).toContain('No calls in the last 12 months.');
  expect(await ann.reads('/portal/products/starter?calls=12-months')).toContain(
    '733 calls in the last 12 months',
  );
});

it('its policy allows all that the page holds', async () => {
  const answer = await ann.get(page);
  const html = await answer.text();
  expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
  expect(html.slice(html.indexOf('<main>'), html.indexOf('</main>'))).not.toMatch(/ style=|<script|<img/);
});
