// Leaving an instance of Azure API Management and moving to another, as a person does it from a shell on the server.
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { enterAsServer } from '../../src/db/connection/presence.ts';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { editAccount } from '../../src/operations/accounts/edit.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { createProduct } from '../../src/operations/products/create.ts';
import { createTestConsole } from '../support/console.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { azureUser, bindMirror, readInAzure } from '../support/mirror.ts';
import { startMirroredPair } from '../support/mirrored-pair.ts';
import { hashesOfTables } from '../support/stored-rows.ts';

const SLOW_MS = 120_000;
const APPLY = ['--apply', '--as', 'Connie', '--reason', 'Azure is switched off'];

const t = forAllTests(createTestConsole, SLOW_MS);
const pair = forAllTests(startMirroredPair, SLOW_MS);
const bound = (...words: string[]) => t.azure({ ...pair.settings, ...pair.processSettings }, ...words);
const unbound = (...words: string[]) => t.azure({}, ...words);
const send = () => t.sql`update azure_orders set state = 'done', settled_at = now() where state = 'waiting'`;

beforeAll(async () => {
  const inAzure = pair.inAzure.console();
  for (const context of [t.own(), inAzure]) {
    await createGroup(context, { groupId: 'partners', name: 'Partners' });
    await createProduct(context, { id: 'starter', name: 'Starter', isPublished: true });
    for (const id of ['same', 'different'])
      await addAccount(context, {
        accountId: id,
        email: `${id}@example.com`,
        firstName: 'Ann',
        lastName: 'Lee',
      });
  }
  await addAccount(inAzure, {
    accountId: 'there',
    email: 'there@example.com',
    firstName: 'Theo',
    lastName: 'Lee',
  });
  await addAccount(t.own(), {
    accountId: 'here',
    email: 'here@example.com',
    firstName: 'Hera',
    lastName: 'Lee',
  });
}, SLOW_MS);

/** In `add`, with a change that waits for the former instance, and a difference from it. */
async function bind(): Promise<void> {
  await bindMirror(t.sql, 'default', 'add');
  await editAccount(t.own(), { accountId: 'same', note: `pays late ${crypto.randomUUID()}` });
  await readInAzure(t.system(), azureUser('different', { note: 'from Azure' }), 'different');
}

describe('npm run azure', { timeout: SLOW_MS }, () => {
  beforeEach(() => t.sql`delete from azure_instances`);

  it('has nothing to tell or to leave of a service that is bound to nothing', async () => {
    const [status, detach, attach, ...wrong] = await Promise.all([
      unbound('status'),
      unbound('detach', ...APPLY),
      unbound('attach'),
      ...[['status', ...APPLY], ['detach', '--apply'], ['leave'], []].map((words) => unbound(...words)),
    ]);
    expect(status).toMatchObject({ code: 0, out: expect.stringMatching(/isn't bound/) });
    expect(detach).toMatchObject({ code: 1, err: expect.stringMatching(/azure_not_bound/) });
    expect(attach).toMatchObject({ code: 64, err: expect.stringMatching(/AZURE_API_MANAGEMENT/) });
    expect(wrong.map(({ code }) => code)).toEqual([64, 64, 64, 64]);
  });

  it('tells what Azure has not got before it leaves, and leaves only when that is given up', async () => {
    await bind();
    const before = await hashesOfTables(t);
    const dry = await unbound('detach');
    expect([dry.code, dry.err]).toEqual([0, '']);
    expect(dry.out).toMatch(/service\/contoso, mode add/);
    expect(dry.out).toMatch(/^ {2}waiting: account Ann Lee/m);
    expect(dry.out).toMatch(/^ {2}different: account Ann Lee <different@example.com>, note/m);
    expect(dry.out).toMatch(/in Azure only/);
    expect(dry.out).toMatch(/Nothing changed/);
    expect(await hashesOfTables(t)).toEqual(before);

    const refused = await unbound('detach', ...APPLY);
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringMatching(/azure_orders_waiting[\s\S]*there are 1/),
    });
    const done = await bound('detach', '--give-up', ...APPLY);
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(done.out).toMatch(/^Left .*service\/contoso. 1 change was given up.$/m);
    expect(done.out).toMatch(/Remove AZURE_API_MANAGEMENT/);
    expect(await t.sql`select from azure_instances`).toHaveLength(0);
    const [audit] = await t.sql`select operation, actor_name, reason from audit
      join audit_details on audit_id = audit.id where outcome = 'done' order by audit.id desc limit 1`;
    expect(audit).toEqual({
      ...{ operation: 'azure/detach', actor_name: 'Connie (console)', reason: 'Azure is switched off' },
    });
  });

  it('T100: compares another instance by id, binds to it, and writes nothing there', async () => {
    await bind();
    await send();
    const before = await hashesOfTables(t);
    const dry = await bound('attach');
    expect([dry.code, dry.err]).toEqual([0, '']);
    expect(dry.out).toMatch(/^groups: 1 same, 0 different, 0 only here, 0 only there$/m);
    expect(dry.out).toMatch(/^products: 1 same, 0 different, 0 only here, 0 only there$/m);
    expect(dry.out).toMatch(/^accounts: 1 same, 1 different, 1 only here, 1 only there$/m);
    expect(dry.out).toMatch(/^ {2}different: same Ann Lee <same@example.com>: note$/m);
    expect(dry.out).toMatch(/^ {2}only there: there Theo Lee <there@example.com>$/m);
    expect(dry.out).toMatch(/^ {2}only here: .* Hera Lee$/m);
    expect(await hashesOfTables(t)).toEqual(before);

    const done = await bound('attach', ...APPLY);
    expect(done).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/^Bound, in the mode watch/m),
    });
    const instances = await t.sql`select path, mode from azure_instances`;
    expect(instances).toEqual([{ path: pair.settings.AZURE_API_MANAGEMENT, mode: 'watch' }]);
    expect(pair.arm.seen({ isWrite: true })).toEqual([]);
  });

  it('binds to no other instance while a server runs, or when that instance can’t be read', async () => {
    await bind();
    await send();
    const server = await enterAsServer(t.databaseUrl);
    const refused = await bound('attach', ...APPLY);
    expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/A server is running/) });
    await server?.leave();
    const settings = { ...pair.settings, AZURE_TOKEN_FILE: '/nowhere' };
    const unread = await t.azure(settings, 'attach', ...APPLY);
    expect(unread).toMatchObject({
      code: 1,
      err: expect.stringMatching(/credential.*no token in \/nowhere/),
    });
    expect(await t.sql`select mode from azure_instances`).toEqual([{ mode: 'add' }]);
  });
});
