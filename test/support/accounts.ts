// Adds accounts as an admin, and reads them and their mails.
import { addAccount } from '../../src/operations/accounts/add.ts';
import { showAccount } from '../../src/operations/accounts/show.ts';
import { ADMIN, type TestContext } from './context.ts';

let count = 0;
export const newEmail = (): string => {
  count += 1;
  return `dev${count}@example.com`;
};

export async function anAccount(
  t: TestContext,
  wanted: Partial<Parameters<typeof addAccount>[1]> = {},
): Promise<{ email: string; accountId: string }> {
  const person = { email: newEmail(), firstName: 'Ann', lastName: 'Lee', ...wanted };
  const { account } = await addAccount(t.as(ADMIN), person);
  return { email: person.email, accountId: account.id };
}

export const accountOf = async (t: TestContext, accountId: string) =>
  (await showAccount(t.as(ADMIN), { accountId })).account;
export const stateOf = async (t: TestContext, accountId: string) => (await accountOf(t, accountId)).state;

/** The templates of the mails that wait to be sent to an email, oldest first. */
export const templatesTo = async (t: TestContext, email: string) =>
  (await t.mailsTo(email)).map(({ template }) => template);
