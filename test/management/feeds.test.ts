// The two feeds that programs poll, over HTTPS.
import { beforeAll, expect, it } from 'vitest';
import { linkAudit } from '../../src/operations/audit/link.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { BASE, startTestManagement } from '../support/management.ts';

const t = forAllTests(startTestManagement);
let reader: string;
beforeAll(async () => {
  reader = await t.token('reader');
  const person = { email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee' };
  await t.ask('users/ann', { method: 'PUT', body: { properties: person } });
  await t.ask('users/ann', {
    method: 'PATCH',
    body: { properties: { state: 'blocked' } },
    headers: { 'if-match': '*' },
  });
  await t.ask('products/gold', { method: 'PUT', body: { properties: { displayName: 'Gold' } } });
  // Refused, so there is no event of it.
  await t.ask('users/bob', { method: 'PUT', body: { properties: { ...person, firstName: 'Bob' } } });
  await linkAudit(t.contextOf({ kind: 'system', name: 'test' }), {});
});

/** A CloudEvent, a row, or an event of OCSF: what this file looks at. */
type Fed = Record<
  'id' | 'type' | 'subject' | 'sequence' | 'class_name' | 'activity_name' | 'status',
  string
> &
  Record<'class_uid' | 'activity_id' | 'type_uid', number> & { metadata: { uid: string } };

const get = (path: string, token: string | null = reader) => t.send(path, { token });
/** Follows the links as a poller does, until nothing new comes. */
async function follow(path: string) {
  const rows: Fed[] = [];
  for (let link = path; ; ) {
    const page = await get(link);
    expect(page.status).toBe(200);
    rows.push(...page.body);
    const next = /<https:\/\/[^/]+(\/[^>]+)>; rel="next"/.exec(String(page.headers.link))?.[1] ?? '';
    if (next === link) return rows;
    link = next;
  }
}

it('T130: what happened is read in pages of any size, each event once, by a program that may only read', async () => {
  const all = await follow('/events?after=0&limit=1000');
  expect(await follow('/events?after=0&limit=1')).toEqual(all);
  const types = all.map(({ type }) => type);
  expect(types).toEqual(
    expect.arrayContaining([
      'Microsoft.ApiManagement.UserCreated',
      'apim-user.account.blocked',
      'Microsoft.ApiManagement.ProductCreated',
    ]),
  );
  const numbers = all.map(({ sequence }) => Number(sequence));
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  const source = BASE.replace('/rg1/', '/apim-user/');
  expect(all.find(({ type }) => type === 'Microsoft.ApiManagement.UserCreated')).toMatchObject({
    ...{ specversion: '1.0', source, subject: '/users/ann' },
    data: { resourceUri: `${source}/users/ann` },
  });
  expect(JSON.stringify(all)).not.toMatch(/ann@|Lee|bob/i);
  const [first] = [await get('/events?limit=5')];
  expect(first?.headers['content-type']).toContain('application/cloudevents-batch+json');
});

it('Azure’s names are there for a program that asks for them', async () => {
  const all = await follow('/events?type=Microsoft.ApiManagement.UserUpdated');
  expect(all.map(({ type, subject }) => [type, subject])).toEqual([
    ['Microsoft.ApiManagement.UserUpdated', '/users/ann'],
  ]);
});

it('T134: the audit is followed as OCSF, refusals too, with what its classes require', async () => {
  const all = await follow('/audit?limit=7');
  const rows = await follow('/audit?format=json&limit=1000');
  expect(all.map(({ metadata }) => metadata.uid)).toEqual(rows.map(({ id }) => id));
  for (const event of all) {
    expect(event).toMatchObject({
      ...{ category_uid: 3, severity_id: expect.any(Number), time: expect.any(Number) },
      metadata: { version: '1.1.0', product: { vendor_name: expect.any(String) } },
      actor: { user: { name: expect.any(String) } },
    });
    expect(event.type_uid).toBe(event.class_uid * 100 + event.activity_id);
    const needed = { 3001: 'user', 3002: 'user', 3004: 'entity' }[event.class_uid] ?? 'a class';
    expect(event).toHaveProperty(needed);
  }
  const classes = all.map(
    ({ class_name, activity_name, status }) => `${class_name} ${activity_name} ${status}`,
  );
  expect(classes).toEqual(
    expect.arrayContaining([
      'Account Change Create Success',
      'Account Change Create Failure',
      'Account Change Disable Success',
      'Entity Management Create Success',
    ]),
  );
});

it.each<[string, number, string?]>([
  ['/events?after=-1', 400, 'ValidationError'],
  ['/events?after=x', 400, 'ValidationError'],
  ['/events?limit=1001', 400, 'ValidationError'],
  ['/events?limit=0', 400, 'ValidationError'],
  ['/events?type=nothing', 400, 'ValidationError'],
  ['/audit?format=xml', 400, 'ValidationError'],
  ['/audit?after=99999999999', 400, 'ValidationError'],
  ['/events/more', 404, 'ResourceNotFound'],
])('%s is refused with %i', async (path, status, code) => {
  const answer = await get(path);
  expect([answer.status, answer.body.error.code]).toEqual([status, code]);
});

it('neither is read without a token, nor changed with one', async () => {
  for (const path of ['/events', '/audit']) {
    expect((await get(path, null)).status).toBe(401);
    expect((await get(path, 'apimtok_wrong')).status).toBe(401);
    const posted = await t.send(path, { method: 'POST', body: {}, token: reader });
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET']);
  }
});
