import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Transaction } from '../../src/db/connection/connect.ts';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { restoreAccount } from '../../src/operations/accounts/restore.ts';
import type { Context } from '../../src/operations/frame/context.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { acceptInvitation } from '../../src/operations/invitations/accept.ts';
import { invite } from '../../src/operations/invitations/invite.ts';
import { ADMIN, createTestContext, DEVELOPER, refusalOf, type TestContext } from '../support/context.ts';

const PASSWORD = 'three quiet garden chairs';

let t: TestContext;
let groupId = '';
beforeAll(async () => {
  t = await createTestContext();
  groupId = (await createGroup(t.as(ADMIN), { name: 'Partners' })).groupId;
});
afterAll(() => t.close());

let count = 0;
const newAddress = (): string => {
  count += 1;
  return `dev${count}@example.com`;
};
const admin = () => t.as(ADMIN);

/** A context whose transactions fail in place of their nth statement. */
function failingAt(context: Context, nth: number): { context: Context; hasFailed: () => boolean } {
  let calls = 0;
  const statements = ['select', 'insert', 'update', 'delete', 'execute'];
  const wrap = (tx: Transaction): Transaction =>
    new Proxy(tx, {
      get(target, key) {
        const value = Reflect.get(target, key) as unknown;
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (statements.includes(String(key))) {
            calls += 1;
            if (calls === nth) throw new Error('a fault on purpose');
          }
          return (value as (...args: unknown[]) => unknown).apply(target, args);
        };
      },
    });
  const db = new Proxy(context.db, {
    get: (target, key) =>
      key === 'transaction'
        ? (work: (tx: Transaction) => Promise<unknown>) => target.transaction((tx) => work(wrap(tx)))
        : Reflect.get(target, key),
  });
  return { context: { ...context, db }, hasFailed: () => calls >= nth };
}

it('T4: an accept that fails at any statement leaves the invitation as it was', async () => {
  const email = newAddress();
  await invite(admin(), { email, groupIds: [groupId] });
  const ticket = await t.ticketTo(email);
  const input = { ticket, firstName: 'Ann', lastName: 'Lee', password: PASSWORD };
  const trace = async () => [
    await t.sql`select * from accounts`,
    await t.sql`select * from tickets`,
    await t.sql`select * from invitations`,
    await t.sql`select id from mails`,
    await t.sql`select id from audit`,
    await t.sql`select id from graphile_worker.jobs order by id`,
  ];
  const before = await trace();
  let faults = 0;
  for (;;) {
    const failing = failingAt(t.as(DEVELOPER), faults + 1);
    const outcome = acceptInvitation(failing.context, input);
    if (faults < 40) await outcome.catch((error: Error) => expect(error.message).toBe('a fault on purpose'));
    if (!failing.hasFailed()) break;
    expect(await trace()).toEqual(before);
    faults += 1;
  }
  expect(faults).toBeGreaterThan(10);
  const [account] = await t.sql`select state from accounts where email = ${email}`;
  expect(account?.state).toBe('active');
});

it('an account that comes back ends an invitation that was sent to its address meanwhile', async () => {
  const email = newAddress();
  const { account } = await addAccount(admin(), {
    email,
    firstName: 'Ann',
    lastName: 'Lee',
    password: PASSWORD,
  });
  await deleteAccount(admin(), { accountId: account.id });
  await invite(admin(), { email });
  const ticket = await t.ticketTo(email, 'InviteUserNotificationMessage');
  await restoreAccount(admin(), { accountId: account.id });
  const open = await t.sql`select 1 from invitations where email_canonical = ${email} and state = 'open'`;
  expect(open).toHaveLength(0);
  const accept = acceptInvitation(t.as(DEVELOPER), {
    ticket,
    firstName: 'A',
    lastName: 'B',
    password: PASSWORD,
  });
  expect(await refusalOf(accept)).toBe('ticket_refused');
});
