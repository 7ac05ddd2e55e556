// The whole product before a stand-in of Azure: its own jobs read there, and Event Grid's events reach it.
import { beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { startMirroredPair } from '../support/mirrored-pair.ts';

const SECRET = 'a secret of event grid, long enough'.replaceAll(' ', '-');
const pair = forAllTests(startMirroredPair);
const portal = () => pair.arm.asPortal('Paula Portal');
let app: TestApp;

beforeAll(async () => {
  for (const id of ['ann', 'bob'])
    await portal().put(`users/${id}`, { email: `${id}@example.com`, firstName: id, lastName: 'Lee' });
});
forAllTests(async () => {
  app = await startTestApp({ ...pair.settings, AZURE_EVENTS_SECRET: SECRET });
  return app;
});

const stateOf = async (id: string) =>
  (await app.sql`select state from accounts where id = ${id}`)[0]?.state as string | undefined;
const looks = () => app.sql`select key from graphile_worker.jobs where task_identifier = 'azure-look'`;

it('reads everything by itself once it has started', async () => {
  await eventually('the first comparison to end', async () => {
    const [row] = await app.sql`select first_pass_ended_at as at from azure_instances`;
    return row?.at;
  });
  expect([await stateOf('ann'), await stateOf('bob')]).toEqual(['active', 'active']);
});

it('starts for no other instance than the one that the service is bound to', async () => {
  const other = `${pair.settings.AZURE_API_MANAGEMENT}-2`;
  const start = startTestApp({ ...pair.settings, AZURE_API_MANAGEMENT: other }, { beside: app });
  await expect(start).rejects.toThrow('npm run azure -- attach');
});

describe('an event of Event Grid', () => {
  const url = () => `${app.url}/azure/events`;
  const bearer = { authorization: `Bearer ${SECRET}` };
  const post = (body: unknown, headers: Record<string, string> = bearer) =>
    fetch(url(), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const event = (uri: unknown) => ({
    eventType: 'Microsoft.ApiManagement.UserUpdated',
    data: { resourceUri: uri },
  });

  it('has what it names read in Azure at once', async () => {
    await pair.arm.subscribeToEvents(url(), bearer);
    await portal().patch('users/ann', { state: 'blocked' });
    await eventually('the block to be taken in', async () => (await stateOf('ann')) === 'blocked');
    await eventually('the job to end', async () => (await looks()).length === 0);
    pair.arm.unsubscribeFromEvents();
  });

  it('needs the secret, also for the handshake', async () => {
    await expect(pair.arm.subscribeToEvents(url(), { authorization: 'Bearer wrong' })).rejects.toThrow('401');
    await expect(pair.arm.subscribeToEvents(url())).rejects.toThrow('401');
    pair.arm.unsubscribeFromEvents();
    expect((await post([event(`${pair.settings.AZURE_API_MANAGEMENT}/users/bob`)], {})).status).toBe(401);
    expect(await looks()).toEqual([]);
  });

  it.each([
    ['another instance', (base: string) => `${base}-2/users/bob`],
    ['something that is not mirrored', (base: string) => `${base}/gateways/one`],
    ['something below a thing', (base: string) => `${base}/users/bob/subscriptions/one`],
    ['a path with dots', (base: string) => `${base}/users/..%2f..`],
    ['a bad encoding', (base: string) => `${base}/users/%zz`],
    ['nothing', () => undefined],
  ])('is answered and ignored when it is about %s', async (_what, uriFor) => {
    const response = await post([event(uriFor(pair.settings.AZURE_API_MANAGEMENT))]);
    expect(response.status).toBe(200);
    expect(await looks()).toEqual([]);
  });

  it.each([['{'], ['null'], ['{"eventType": "x"}'], ['[1]']])('is refused when it is %s', async (body) => {
    expect((await post(body)).status).toBe(400);
  });
});
