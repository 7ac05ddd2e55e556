// Developers who are signed in, and what they can subscribe to.
import type { Context } from '../../src/operations/frame/context.ts';
import { createProduct } from '../../src/operations/products/create.ts';
import { anAccount } from './accounts.ts';
import { ADMIN, type TestContext } from './context.ts';

let count = 0;
/** A name that no other thing in this test file has. */
export const uniqueName = (start: string): string => {
  count += 1;
  return `${start}${count}`;
};

/** An account with a context of its developer, who is signed in. */
export async function aDeveloper(
  t: TestContext,
): Promise<{ accountId: string; email: string; context: () => Context }> {
  const account = await anAccount(t);
  const session = await t.signedIn(account.accountId);
  return { ...account, context: () => t.as(session) };
}

/** The id of a published product. */
export async function aProduct(
  t: TestContext,
  wanted: Partial<Parameters<typeof createProduct>[1]> = {},
): Promise<string> {
  const { product } = await createProduct(t.as(ADMIN), {
    name: uniqueName('Starter '),
    isPublished: true,
    ...wanted,
  });
  return product.id;
}

/** The hashes of the primary and the secondary key. */
export const keyHashes = async (t: TestContext, subscriptionId: string) =>
  (
    await t.sql<{ hash: string }[]>`
      select hash from subscription_keys where subscription_id = ${subscriptionId}
        and slot in ('primary', 'secondary') order by slot`
  ).map(({ hash }) => hash);
