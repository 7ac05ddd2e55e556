import { expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const DAY_MS = 86_400_000;
const MONDAY = Date.parse('2026-11-30T07:00:00Z');

/** The Friday before, when the service began. */
let now = MONDAY - 3 * DAY_MS;
const app = forAllTests(() => startTestApp({}, { clock: () => new Date(now) }));

const minute = async () => {
  const [job] = await app.sql<{ id: string }[]>`select (graphile_worker.add_job('every-minute')).id`;
  await eventually('the work of a minute to be done', async () => {
    const [left] = await app.sql`select from graphile_worker.jobs where id = ${job?.id ?? ''}`;
    return !left;
  });
};
const posted = () =>
  app
    .everythingSent()
    .filter(
      ({ method, sent }) => method === 'chat.postMessage' && JSON.stringify(sent).includes('The last 7 days'),
    );

it('comes on Monday once, says what there is, and each line opens its list, until it is turned off', async () => {
  const admin = app.as('admin');
  await admin.types('/apim-user add ann@example.com Ann Lee');
  await admin.sees(/Added Ann/);
  await admin.types('/apim-user add ben@example.com Ben Lee');
  await admin.sees(/Added Ben/);
  await admin.types('/apim-user block ben@example.com spam');
  await admin.sees(/Blocked: Ben/);
  now = MONDAY - 1;
  await minute();
  expect(posted()).toHaveLength(0);

  now = MONDAY;
  await minute();
  await minute();
  const digest = await admin.message(/2\*? new accounts/);
  expect(posted()).toHaveLength(1);
  expect(digest.text()).toMatch(
    /1\*? account was blocked, and still is.*Nothing waits for you.*1 blocked in all/s,
  );
  await digest.clicks(/accounts were blocked/);
  await admin.sees(/Blocked accounts.*Ben Lee/s);

  // Nothing comes while it is off, and not afterwards for a Monday on which it was.
  await app.as('approver').clicks(/Turn off Monday/);
  await app.as('approver').sees(/You don't have permission/);
  await digest.clicks(/Turn off Monday/);
  await admin.sees(/Turned off: no more digests/);
  now = MONDAY + 7 * DAY_MS;
  await minute();
  await admin.clicks(/Turn on Monday/);
  await admin.sees(/comes again next week/);
  now += DAY_MS;
  await minute();
  expect(posted()).toHaveLength(1);

  // A server that was down on Monday posts it on Tuesday.
  now = MONDAY + 15 * DAY_MS;
  await minute();
  await admin.message(/No account came, and none was blocked/);
  expect(posted()).toHaveLength(2);
});
