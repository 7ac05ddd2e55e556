// A form that a developer sends while an operator takes away what it is about.
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { createProduct } from '../../src/operations/products/create.ts';
import { deleteProduct } from '../../src/operations/products/delete.ts';
import { deleteSubscription } from '../../src/operations/subscriptions/delete.ts';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { startTestApp } from '../support/app.ts';
import { besideApp } from '../support/beside-app.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver, PASSWORD } from '../support/portal.ts';

const app = forAllTests(() => startTestApp({ TRUSTED_PROXIES: '127.0.0.1' }));
const portal = createPortalDriver(app);
const beside = forAllTests(() => besideApp(app));

const console = () => ({ ...beside.console(), reason: 'a test' });
let count = 0;
/** A developer with a subscription to a product of their own. */
async function newDeveloper() {
  count += 1;
  const email = `dev${count}@example.com`;
  const { account } = await addAccount(console(), {
    email,
    firstName: 'Ann',
    lastName: 'Lee',
    password: PASSWORD,
  });
  await beside.sql`update accounts set password_must_change = false where id = ${account.id}`;
  const { product } = await createProduct(console(), {
    id: `product${count}`,
    name: 'Starter',
    isPublished: true,
  });
  const of = { accountId: account.id, productId: product.id };
  const { subscription } = await grantSubscription(console(), of);
  return { ...of, subscriptionId: subscription.id, who: await portal.signedIn(email) };
}
type Developer = Awaited<ReturnType<typeof newDeveloper>>;
type Form = (developer: Developer) => readonly [path: string, fields?: Record<string, string>];

const own =
  (rest: string, fields: Record<string, string> = {}): Form =>
  ({ subscriptionId }) => [`/portal/subscriptions/${subscriptionId}/${rest}`, fields];
const FORMS: Record<string, Form> = {
  'rename a subscription': own('name', { name: 'My robot' }),
  'show its keys': own('keys'),
  'make a new key': own('new-key', { slot: 'secondary' }),
  'make a new key with an overlap': own('new-key', { slot: 'secondary', overlap: '24' }),
  'end an old key': own('former-key'),
  'cancel it': own('cancel'),
  subscribe: ({ productId }) => [`/portal/products/${productId}`, { name: 'Another' }],
  'change my names': () => ['/portal/account/names', { firstName: 'Anne', lastName: 'Leigh' }],
  'change my email': () => ['/portal/account/email', { email: 'x@example.com', currentPassword: PASSWORD }],
  'stay with my email': () => ['/portal/account/email/call-off'],
  'change my password': () => [
    '/portal/account/password',
    { currentPassword: PASSWORD, password: `${PASSWORD}!` },
  ],
  'end my other sessions': () => ['/portal/account/sessions/end-others'],
  'have a link mailed that proves who I am': () => ['/portal/account/mail-proof'],
  'close my account': () => ['/portal/account/close', { currentPassword: PASSWORD }],
};

type Transaction = Parameters<Parameters<ReturnType<typeof console>['db']['transaction']>[0]>[0];
const OVERTAKERS: Record<string, (tx: Transaction, developer: Developer) => Promise<unknown>> = {
  'deletes the subscription': (tx, { subscriptionId }) =>
    deleteSubscription.runInTransaction(console(), tx, { subscriptionId }),
  'deletes the product': (tx, { productId }) =>
    deleteProduct.runInTransaction(console(), tx, { productId, deleteSubscriptions: true }),
  'deletes the account': (tx, { accountId }) =>
    deleteAccount.runInTransaction(console(), tx, { accountId, deleteSubscriptions: true }),
  'blocks the account': (tx, { accountId }) => blockAccount.runInTransaction(console(), tx, { accountId }),
};

/** Sends the form while the change is under way, and commits the change once the form waits for it or is answered. */
async function send(form: Form, overtake: (typeof OVERTAKERS)[string]) {
  const developer = await newDeveloper();
  const { accountId, productId, subscriptionId, who } = developer;
  let answer: Promise<Response> | undefined;
  let isAnswered = false;
  await console().db.transaction(async (tx) => {
    const [me] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
    await tx.execute(sql`select 1 from products where id = ${productId} for update`);
    await tx.execute(sql`select 1 from accounts where id = ${accountId} for update`);
    await tx.execute(sql`select 1 from subscriptions where id = ${subscriptionId} for update`);
    answer = who.post(...form(developer)).finally(() => {
      isAnswered = true;
    });
    while (!isAnswered && !(await isWaitedFor(Number(me?.pid)))) await new Promise((r) => setTimeout(r, 10));
    await overtake(tx, developer);
  });
  return answer as Promise<Response>;
}

async function isWaitedFor(pid: number): Promise<boolean> {
  const rows = await beside.sql`
    select 1 from pg_stat_activity where wait_event_type = 'Lock' and ${pid} = any(pg_blocking_pids(pid))`;
  return rows.length > 0;
}

for (const [overtaken, overtake] of Object.entries(OVERTAKERS))
  describe(`T84: while an operator ${overtaken}`, () => {
    it.each(Object.entries(FORMS))('the form “%s” gets a page or a refusal', async (_name, form) => {
      const answer = await send(form, overtake);
      const text = await answer.text();
      expect([200, 303, 404, 409, 422], text).toContain(answer.status);
      expect(text).not.toMatch(/went wrong/);
    });
  });
