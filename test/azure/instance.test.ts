// Azure's part of the product against our own product as a service of Azure, behind the stand-in for Resource Manager.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AzureFault } from '../../src/azure/fault.ts';
import {
  type AzureInstance,
  openAzure,
  type RemovedKind,
  type WrittenKind,
} from '../../src/azure/instance.ts';
import type { Mirrored, MirroredRecord } from '../../src/domain/azure-record.ts';
import { fingerprintsOf } from '../../src/operations/azure/record-fields.ts';
import type { Fault } from '../support/arm/faults.ts';
import { startArmStandIn } from '../support/arm-stand-in.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { BASE, GROUP, SERVICE } from '../support/management.ts';
import { MIRROR, startMirroredPair } from '../support/mirrored-pair.ts';

const PAT = 'pat@example.com';
const REQUESTS = 'RequestPublisherNotificationMessage';
const letter = (words: string) => `<p>${words} <a href="$ConfirmUrl">here</a></p>`;
const KEY = (letter: string) => letter.repeat(32);
const DELETES = { mayDelete: true };
const ADDS = { mayDelete: false };

type Written = Mirrored<WrittenKind>;

const pair = forAllTests(() => startMirroredPair({ seed: 11 }));
let azure: AzureInstance;
const portal = () => pair.arm.asPortal(PAT);
type Opening = { withKeys?: boolean; service?: string; endpoint?: string; limitMs?: number; ca?: string };
const open = ({ withKeys = false, service = SERVICE, endpoint = pair.arm.url, ...options }: Opening = {}) =>
  openAzure(
    {
      ...{ subscription: BASE.split('/')[2] ?? '', resourceGroup: GROUP, service },
      ...{ endpoint, tokenFile: pair.settings.AZURE_TOKEN_FILE },
    },
    { isPatient: false, withKeys, clock: () => new Date(), ...options },
  );

beforeAll(async () => {
  azure = await open();
  await portal().put('groups/partners', { displayName: 'Partners' });
  await portal().put('groups/friends', { displayName: 'Friends' });
  for (const api of ['orders', 'films']) await portal().put(`apis/${api}`, { displayName: api, path: api });
  const base = { displayName: 'Base', subscriptionRequired: true, state: 'published' };
  await portal().put('products/base', { ...base, approvalRequired: true });
  await portal().put('users/owner', { email: 'owner@example.com', firstName: 'Olga', lastName: 'Lee' });
});
afterEach(() => {
  pair.arm.behaveWell();
});

const group = (id: string, more = {}): Mirrored<'group'> => ({
  ...{ kind: 'group', id, name: id, description: '', type: 'custom' },
  ...more,
});
const account = (id: string, more = {}): Mirrored<'account'> => ({
  ...{ kind: 'account', id, email: `${id}@example.com`, firstName: 'Ann', lastName: 'Lee', note: '' },
  ...{ state: 'active', registeredAt: null, groups: [], identities: [], ...more },
});
const product = (id: string, more = {}): Mirrored<'product'> => ({
  ...{ kind: 'product', id, name: id, description: '', terms: '', isPublished: false, policy: null },
  ...{ isSubscriptionRequired: true, isApprovalRequired: false, subscriptionsLimit: null },
  ...{ apiIds: [], groupIds: [], ...more },
});
const subscription = (id: string, more = {}): Mirrored<'subscription'> => ({
  ...{ kind: 'subscription', id, owner: '/users/owner', scope: '/products/base', name: null },
  ...{ state: 'active', stateComment: '', startsAt: null, endsAt: null },
  ...{ primaryKey: null, secondaryKey: null, ...more },
});
const template = (more = {}): Mirrored<'template'> => ({
  ...{ kind: 'template', id: 'InviteUserNotificationMessage', subject: 'Come', body: letter('Come\r\nin:') },
  ...more,
});
const notification = (more = {}): Mirrored<'notification'> => ({
  ...{ kind: 'notification', id: REQUESTS, users: [], emails: [], ...more },
});

/** As an order does it: reads, and writes what differs. */
async function bring(wanted: Written, { how = DELETES, via = azure } = {}) {
  const was = await via.read(wanted.kind, wanted.id);
  return via.write(wanted.kind, wanted, was, how);
}
async function allOf(kind: MirroredRecord['kind'], via = azure): Promise<MirroredRecord[]> {
  const records: MirroredRecord[] = [];
  let cursor: string | null = null;
  do {
    const page: { records: MirroredRecord[]; cursor: string | null } = await via.page(kind, cursor);
    records.push(...page.records);
    cursor = page.cursor;
  } while (cursor !== null);
  return records;
}
/** It is so by itself and in its list, with the ETag that the write told, and there is nothing left to send. */
async function expectWritten(wanted: Written, via = azure): Promise<void> {
  const { etag, kept } = await bring(wanted, { via });
  const found = await via.read(wanted.kind, wanted.id);
  const listed = (await allOf(wanted.kind, via)).find(({ id }) => id === wanted.id);
  const fields = fingerprintsOf(wanted);
  expect([found, listed].map((one) => one && fingerprintsOf('record' in one ? one.record : one))).toEqual([
    fields,
    fields,
  ]);
  expect(kept).toEqual([]);
  if (etag !== null && wanted.kind !== 'product' && wanted.kind !== 'account') expect(found?.etag).toBe(etag);
  pair.arm.forgetSeen();
  await via.write(wanted.kind, wanted, found, DELETES);
  expect(pair.arm.seen({ isWrite: true })).toEqual([]);
}
async function faultOf(attempt: Promise<unknown>) {
  const fault = await attempt.then(
    () => null,
    (error: AzureFault) => error,
  );
  expect(`${fault} ${JSON.stringify(fault)} ${fault?.stack}`).not.toContain(pair.token);
  return fault && { code: fault.code, words: fault.words, retryAfterMs: fault.retryAfterMs };
}
const deletesSent = () => pair.arm.seen({ method: 'DELETE' }).map(({ below }) => below);

describe('a thing is created, reads as it was written, is changed field by field, and is removed:', () => {
  const ends = new Date(Date.now() + 86_400_000).toISOString();
  const suspended = { state: 'suspended', stateComment: 'unpaid' };
  it.each<[string, Written, object[]]>([
    [
      'a group',
      group('readers', { name: 'Readers', description: 'Who reads' }),
      [{ name: 'All readers' }, { description: 'All' }, { description: '' }],
    ],
    [
      'a product with its APIs and groups',
      product('gold', { name: 'Gold', description: 'dear', apiIds: ['orders'], groupIds: ['partners'] }),
      [
        ...[{ name: 'Gold 2', description: 'cheap', terms: 'be kind' }, { description: '' }, { terms: '' }],
        ...[{ isPublished: true }, { subscriptionsLimit: 3 }, { subscriptionsLimit: null }],
        ...[
          { apiIds: ['films'], groupIds: ['friends'] },
          { apiIds: [], groupIds: [] },
        ],
        ...[{ isPublished: false, isApprovalRequired: true, subscriptionsLimit: 2 }],
        ...[{ isApprovalRequired: false, subscriptionsLimit: null, isSubscriptionRequired: false }],
        ...[{ isSubscriptionRequired: true, subscriptionsLimit: 1 }],
      ],
    ],
    [
      'an account with its memberships',
      account('ann', { note: 'from the CRM', groups: ['Partners'] }),
      [
        ...[{ firstName: 'Anna' }, { lastName: 'Ray' }, { note: 'late', state: 'blocked' }],
        ...[{ note: '' }, { state: 'active', groups: ['Friends'] }, { groups: [] }],
      ],
    ],
    [
      'a subscription without keys and without a name',
      subscription('nightly', { state: 'submitted', endsAt: ends }),
      [
        ...[{ name: 'Nightly' }, { state: 'active' }, { endsAt: null }, { endsAt: ends }, suspended],
        ...[{ state: 'active', stateComment: '' }, { endsAt: null, name: 'Hourly' }, { name: null }],
        ...[{ state: 'cancelled', stateComment: 'left' }],
      ],
    ],
    ['a subscription to an API', subscription('of-api', { scope: '/apis/orders', name: 'Orders' }), []],
    [
      'a subscription to all APIs, without an owner',
      subscription('all', { scope: '/apis', owner: null }),
      [],
    ],
    [
      'a template',
      template(),
      [{ subject: 'Come, $DevFirstName' }, { body: letter('In:') }, { body: letter('Now:'), subject: 'Now' }],
    ],
  ])('%s', async (_, first, changes) => {
    const kind = first.kind as RemovedKind;
    expect(await azure.read(kind, first.id)).toBeNull();
    await expectWritten(first);
    let wanted = first;
    for (const change of changes) {
      wanted = { ...wanted, ...change } as Written;
      await expectWritten(wanted);
    }
    const found = await azure.read(kind, first.id);
    await azure.remove(kind, first.id, found?.etag ?? '');
    expect(await azure.read(kind, first.id)).toBeNull();
    expect((await allOf(kind)).map(({ id }) => id)).not.toContain(first.id);
    await azure.remove(kind, first.id, '*');
  });

  it('a subscription with keys, which are read and sent only where they are wanted', async () => {
    const withKeys = await open({ withKeys: true });
    const first = subscription('keyed', { primaryKey: KEY('a'), secondaryKey: KEY('b') });
    await expectWritten(first, withKeys);
    pair.arm.forgetSeen();
    const without = await azure.read('subscription', 'keyed');
    expect(without?.record).toMatchObject({ primaryKey: null, secondaryKey: null });
    expect(pair.arm.seen({ kind: 'subscriptions/{}/listSecrets' })).toEqual([]);
    await portal().get('subscriptions/keyed');
    // Our own product has new keys by regeneration alone, and says so: they were sent.
    const changed = bring({ ...first, primaryKey: KEY('c') }, { via: withKeys });
    expect(await faultOf(changed)).toMatchObject({
      code: 'refused',
      words: expect.stringContaining('primaryKey'),
    });
    expect(await bring({ ...first, primaryKey: KEY('c') })).toEqual({ etag: without?.etag, kept: [] });
    await azure.remove('subscription', 'keyed', '*');
  });

  it('the recipients of a notification', async () => {
    await expectWritten(notification({ users: ['owner'], emails: ['a@example.com', 'b@example.com'] }));
    await expectWritten(notification({ emails: ['b@example.com', 'c@example.com'] }));
    await expectWritten(notification());
  });
});

describe('while nothing may be deleted', () => {
  it('what there is more is kept and named, the rest is written, and no DELETE is sent', async () => {
    await bring(product('silver', { apiIds: ['orders'], groupIds: ['partners'] }));
    await bring(account('bob', { groups: ['Partners'] }));
    await bring(notification({ users: ['owner'], emails: ['a@example.com'] }));
    pair.arm.forgetSeen();
    const add = (wanted: Written) => bring(wanted, { how: ADDS });
    const silver = product('silver', { name: 'Silver', apiIds: ['films'], groupIds: ['friends'] });
    expect((await add(silver)).kept).toEqual(['apiIds', 'groupIds']);
    const bob = account('bob', { firstName: 'Bob', groups: ['Friends'] });
    expect((await add(bob)).kept).toEqual(['groups']);
    expect((await add(notification({ emails: ['b@example.com'] }))).kept).toEqual(['users', 'emails']);
    expect(deletesSent()).toEqual([]);
    expect((await azure.read('product', 'silver'))?.record).toMatchObject({
      ...{ name: 'Silver', apiIds: ['films', 'orders'] },
      groupIds: expect.arrayContaining(['friends', 'partners']),
    });
    expect((await azure.read('account', 'bob'))?.record).toMatchObject({
      firstName: 'Bob',
      groups: expect.arrayContaining(['Friends', 'Partners']),
    });
    expect((await azure.read('notification', REQUESTS))?.record).toMatchObject({
      users: ['owner'],
      emails: ['a@example.com', 'b@example.com'],
    });
  });
});

describe('a list', () => {
  it('is read by pages, each from the cursor of the one before, by another process too', async () => {
    const ids = Array.from({ length: 101 }, (_, index) => `many-${index}`);
    await pair.azure.sql`
      insert into groups select (jsonb_populate_record(one, jsonb_build_object('id', many, 'name', many))).*
      from groups one, unnest(${ids}::text[]) many where one.id = 'partners'`;
    const began = Date.now();
    const first = await azure.page('group', null);
    const second = await (await open()).page('group', first.cursor);
    const found = [...first.records, ...second.records].map(({ id }) => id);
    expect([first.records.length, second.cursor]).toEqual([100, null]);
    expect(found).toEqual(expect.arrayContaining(ids));
    expect(new Set(found).size).toBe(found.length);
    expect(first.askedAt.getTime()).toBeGreaterThanOrEqual(began);
  });

  it('is unreachable when no answer comes in time', async () => {
    // Of its own, so that the mirror's other requests meet no silence.
    const arm = await startArmStandIn({ base: BASE });
    arm.admit(pair.token, MIRROR);
    arm.next('hang before', { times: 10 });
    const silent = await open({ endpoint: arm.url, limitMs: 200, ca: arm.certificate.cert });
    expect(await faultOf(silent.page('group', null))).toMatchObject({
      code: 'unreachable',
      words: 'No answer came in time.',
    });
    expect(arm.seen().length).toBeGreaterThan(0);
    await arm.close();
  });

  it('is not followed to another host, which would get the token', async () => {
    const asked: unknown[] = [];
    const thief = createServer((request, response) => {
      asked.push(request.headers);
      response.end('{"value":[]}');
    });
    await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
    const elsewhere = `http://127.0.0.1:${(thief.address() as AddressInfo).port}/groups`;
    const refused = { code: 'failed', words: expect.stringContaining('another host') };
    expect(await faultOf(azure.page('group', elsewhere))).toMatchObject(refused);
    expect(await faultOf(azure.page('group', pair.arm.url.replace('https', 'http')))).toMatchObject(refused);
    // Within one page too: a list of a product's APIs.
    const body = { value: [], nextLink: elsewhere };
    pair.arm.next({ status: 200, body }, { kind: 'products/{}/apis' });
    expect(await faultOf(azure.read('product', 'base'))).toMatchObject(refused);
    thief.closeAllConnections();
    thief.close();
    expect(asked).toEqual([]);
  });
});

const told = (status: number, code: string, message: string, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: { error: { code, message } },
});
const TIMES = { times: 10 };

describe('a fault', () => {
  const REFUSALS = [
    [told(400, 'ValidationError', 'lastName is too long'), 'refused'],
    [told(422, 'Unprocessable', 'no'), 'refused'],
    [told(401, 'ExpiredAuthenticationToken', 'The access token has expired.'), 'forbidden'],
    [told(403, 'AuthorizationFailed', 'The client may not do this.'), 'forbidden'],
    [told(409, 'Conflict', 'Another operation on this entity is in progress.'), 'changed'],
    [told(412, 'PreconditionFailed', 'Resource was modified since last retrieval.'), 'changed'],
    [told(400, 'ValidationError', 'Product not found.'), 'missing'],
    [told(409, 'ValidationError', 'Email already exists.'), 'refused'],
    [told(500, 'InternalServerError', 'Encountered internal server error.'), 'failed'],
  ] as const;
  it.each(REFUSALS)('%j is %s, with Azure’s words', async (answer, code) => {
    const was = await azure.read('account', 'owner');
    pair.arm.next(answer, { method: 'PATCH', ...TIMES });
    const wanted = account('owner', { firstName: 'Other' });
    const fault = await faultOf(azure.write('account', wanted, was, DELETES));
    expect(fault).toEqual({ code, words: answer.body.error.message, retryAfterMs: null });
    expect((await azure.read('account', 'owner'))?.record.firstName).toBe('Olga');
  });

  it('429 says how long to wait, and until then the same kind of request isn’t sent again', async () => {
    const own = await open();
    pair.arm.next(told(429, 'SubscriptionRequestsThrottled', 'Too many.', { 'retry-after': '30' }));
    pair.arm.forgetSeen();
    expect(await faultOf(own.read('group', 'owner'))).toMatchObject({
      code: 'throttled',
      retryAfterMs: 30_000,
    });
    const again = await faultOf(own.page('group', null));
    expect(again?.code).toBe('throttled');
    expect(again?.retryAfterMs).toBeGreaterThan(20_000);
    expect(pair.arm.seen()).toHaveLength(1);
    // Changes have a limit of their own.
    await own.write('group', group('while-reads-wait'), null, DELETES);
  });

  it('a short 429 is waited for', async () => {
    pair.arm.next(told(429, 'SubscriptionRequestsThrottled', 'Too many.', { 'retry-after-ms': '50' }));
    expect((await (await open()).read('account', 'owner'))?.record.id).toBe('owner');
  });

  it.each<[Fault, string]>([
    ['reset before', 'unreachable'],
    ['500 before', 'failed'],
    ['503 before', 'failed'],
  ])('%s, again and again, is %s', async (fault, code) => {
    pair.arm.next(fault, TIMES);
    expect((await faultOf(azure.read('account', 'owner')))?.code).toBe(code);
  });

  it('while Azure is down everything is unreachable, and the same instance works on afterwards', async () => {
    pair.arm.down();
    const attempts = [
      azure.read('account', 'owner'),
      azure.page('product', null),
      azure.write('group', group('down'), null, DELETES),
      azure.remove('group', 'down', '*'),
      azure.lastChange('group', 'down', new Date()),
    ];
    const faults = await Promise.all(attempts.map(faultOf));
    expect(faults.map((fault) => fault?.code)).toEqual(Array(5).fill('unreachable'));
    pair.arm.up();
    expect((await azure.read('account', 'owner'))?.record.id).toBe('owner');
  });

  it.each([
    told(
      404,
      'ResourceNotFound',
      "The Resource 'Microsoft.ApiManagement/service/x' under resource group 'rg1' was not found.",
    ),
    told(404, 'ResourceGroupNotFound', "Resource group 'rg1' could not be found."),
    told(404, 'SubscriptionNotFound', "The subscription '5f' could not be found."),
  ])('a service that is missing is failed, and nothing in it counts as missing: %j', async (answer) => {
    pair.arm.next(answer, { times: 4 });
    const attempts = [
      () => azure.read('group', 'partners'),
      () => azure.page('group', null),
      () => azure.remove('group', 'partners', '*'),
      () => azure.write('group', group('partners'), null, DELETES),
    ];
    for (const attempt of attempts) expect((await faultOf(attempt()))?.code).toBe('failed');
  });

  it('another service than ours is failed too', async () => {
    const other = await open({ service: 'other' });
    expect((await faultOf(other.read('account', 'owner')))?.code).toBe('failed');
    expect((await faultOf(other.page('account', null)))?.code).toBe('failed');
  });
});

describe('a write', () => {
  it('refers to what is missing', async () => {
    const wanted: Written[] = [
      subscription('lost', { scope: '/products/none' }),
      subscription('lost', { owner: '/users/none' }),
      subscription('lost', { scope: '/apis/none' }),
      product('lost-api', { apiIds: ['none'] }),
      product('lost-group', { groupIds: ['none'] }),
      account('lost-group', { groups: ['None'] }),
      notification({ users: ['none'] }),
    ];
    for (const one of wanted) expect([one, (await faultOf(bring(one)))?.code]).toEqual([one, 'missing']);
  });

  it('is refused for what doesn’t fit, in Azure’s words', async () => {
    expect(await faultOf(bring(account('twice', { email: 'owner@example.com' })))).toMatchObject({
      code: 'refused',
      words: expect.stringContaining('already belongs to another user'),
    });
    expect(await faultOf(bring(account('one-name', { lastName: '' })))).toMatchObject({
      code: 'refused',
      words: expect.stringContaining('first and a last name'),
    });
    expect(await faultOf(bring(group('long', { name: 'x'.repeat(400) })))).toMatchObject({
      code: 'refused',
      words: expect.stringContaining('300'),
    });
  });

  it('never overwrites what another program made, changed or deleted meanwhile', async () => {
    const changed = { code: 'changed' };
    for (const wanted of [group('theirs'), account('theirs'), product('theirs'), subscription('theirs')]) {
      const path = `${wanted.kind === 'account' ? 'user' : wanted.kind}s/theirs`;
      const theirs: Record<string, object> = {
        account: { email: 'theirs@example.com', firstName: 'Theirs', lastName: 'Lee' },
        subscription: { displayName: 'Theirs', scope: '/apis' },
      };
      const make = () => portal().put(path, theirs[wanted.kind] ?? { displayName: 'Theirs' });
      pair.arm.meanwhile({ method: 'PUT' }, make);
      expect(await faultOf(azure.write(wanted.kind, wanted, null, DELETES))).toMatchObject(changed);
      const was = await azure.read(wanted.kind, 'theirs');
      expect(JSON.stringify(was?.record)).toContain('Theirs');
      const change = wanted.kind === 'account' ? { note: 'Theirs' } : { displayName: 'Theirs 2' };
      pair.arm.meanwhile({ method: 'PATCH' }, () => portal().patch(path, change));
      expect(await faultOf(azure.write(wanted.kind, wanted, was, DELETES))).toMatchObject(changed);
      expect(await faultOf(azure.remove(wanted.kind, 'theirs', was?.etag ?? ''))).toMatchObject(changed);
      const now = await azure.read(wanted.kind, 'theirs');
      pair.arm.meanwhile({ method: 'PATCH' }, () => portal().delete(path));
      expect(await faultOf(azure.write(wanted.kind, wanted, now, DELETES))).toMatchObject(changed);
      expect(await azure.read(wanted.kind, 'theirs')).toBeNull();
    }
    await bring(template());
    expect(await faultOf(azure.write('template', template(), null, DELETES))).toMatchObject(changed);
  });

  it.each<Fault>(['reset after', '500 after'])(
    'whose answer is lost (%s) is done once it is repeated',
    async (fault) => {
      const id = `lost-${fault.split(' ')[0]}`;
      const versions: Written[] = [
        group(id),
        group(id, { name: `${id} 2` }),
        account(id, { groups: ['Partners'] }),
        account(id, { firstName: 'Bo', groups: ['Friends'] }),
        subscription(id, { state: 'suspended', name: 'Lost', endsAt: '2100-01-01T00:00:00.000Z' }),
      ];
      for (const wanted of versions) {
        for (const method of ['PUT', 'PATCH', 'DELETE']) pair.arm.next(fault, { method });
        await eventually(`${wanted.kind} to be written`, async () => (await faultOf(bring(wanted))) === null);
        pair.arm.behaveWell();
        const found = await azure.read(wanted.kind, id);
        expect(found && fingerprintsOf(found.record)).toEqual(fingerprintsOf(wanted));
      }
      pair.arm.next(fault, { method: 'DELETE' });
      await azure.remove('subscription', id, '*');
      expect(await azure.read('subscription', id)).toBeNull();
    },
  );

  it('mails no developer, and a deleted user’s subscriptions are not deleted with it', async () => {
    await bring(account('quiet'));
    await bring(subscription('quiet', { owner: '/users/quiet' }));
    await bring(subscription('quiet', { owner: '/users/quiet', name: 'Quiet' }));
    expect(await faultOf(azure.remove('account', 'quiet', '*'))).toMatchObject({ code: 'refused' });
    const mails = () => pair.azure.sql`select 1 from mails where account_id = 'quiet'`;
    expect(await mails()).toHaveLength(0);
    // Azure takes a new email as it is; our own product has it confirmed, so it was sent.
    await bring(account('quiet', { email: 'quieter@example.com' }));
    expect(await mails()).not.toHaveLength(0);
    await azure.remove('subscription', 'quiet', '*');
    await azure.remove('account', 'quiet', '*');
  });
});

describe('a deletion that takes Azure a while', () => {
  it('is done once Azure says so', async () => {
    await bring(account('slow'));
    pair.arm.behave({ longRunningMs: 300 });
    pair.arm.forgetSeen();
    const was = await azure.read('account', 'slow');
    await azure.remove('account', 'slow', was?.etag ?? '');
    expect(pair.arm.seen({ method: 'DELETE', status: 202 })).toHaveLength(1);
    expect(await azure.read('account', 'slow')).toBeNull();
  });
});

describe('the activity log', () => {
  it('tells who changed a thing last, if it may be read and knows', async () => {
    const since = new Date(Date.now() - 60_000);
    await bring(group('logged'));
    const ours = await azure.lastChange('group', 'logged', since);
    expect(ours).toMatchObject({ who: MIRROR });
    await new Promise((resolve) => setTimeout(resolve, 2));
    await portal().patch('groups/logged', { description: 'by hand' });
    const theirs = await azure.lastChange('group', 'logged', since);
    expect(theirs).toEqual({ who: PAT, at: expect.any(Date) });
    expect(theirs?.at.getTime()).toBeGreaterThan(ours?.at.getTime() ?? 0);
    // What was refused changed nothing.
    await portal()
      .put('groups/logged', { displayName: '' })
      .catch(() => {});
    expect((await azure.lastChange('group', 'logged', since))?.who).toBe(PAT);
    expect(await azure.lastChange('group', 'logged', new Date(Date.now() + 1))).toBeNull();
    pair.arm.next(told(403, 'AuthorizationFailed', 'The client may not read the log.'));
    expect(await azure.lastChange('group', 'logged', since)).toBeNull();
  });
});
