import { beforeAll, describe, expect, it } from 'vitest';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { findOneAccount } from '../../../src/operations/accounts/find.ts';
import { invite } from '../../../src/operations/invitations/invite.ts';
import { revokeInvitation } from '../../../src/operations/invitations/revoke.ts';
import { anAccount } from '../../support/accounts.ts';
import { ADMIN, createTestContext } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const PEOPLE: [string, string, string][] = [
  ['Dora', 'Diaz', 'dora@acme.example.com'],
  ['Ann', 'Lee', 'ann.lee@example.com'],
  ['Annika', 'Berg', 'annika@example.com'],
  ['Bo', 'Lee', 'bo@example.com'],
  ['Mia', 'Exampleton', 'mia@other.test'],
  ['Support', 'Desk', 'support@example.com'],
];

const t = forAllTests(createTestContext);
beforeAll(async () => {
  for (const [firstName, lastName, email] of PEOPLE) await anAccount(t, { email, firstName, lastName });
  for (let n = 0; n < 12; n++)
    await anAccount(t, { email: `user${n}@example.com`, firstName: 'User', lastName: `N${n}` });
});

/** The email and how many words it took, or the code of the refusal with the emails that it suggests. */
async function found(typed: string): Promise<string> {
  const [text = '', ...following] = typed.split(' ');
  try {
    const { account, isByName, wordsUsed } = await findOneAccount(t.as(ADMIN), { text, following });
    return `${account.email}${isByName ? ` by name${wordsUsed > 0 ? ` and ${wordsUsed}` : ''}` : ''}`;
  } catch (error) {
    const { code, detail } = error as { code: string; detail: { near?: { label: string }[] } };
    const near = (detail.near ?? []).map(({ label }) => /<(.*)>/.exec(label)?.[1]);
    return [code, ...near].join(' ');
  }
}

const FOUND: Record<string, string> = {
  'dora@acme.example.com': 'dora@acme.example.com',
  'DORA@acme.example.com': 'dora@acme.example.com',
  dora: 'dora@acme.example.com by name',
  Diaz: 'dora@acme.example.com by name',
  'dora diaz': 'dora@acme.example.com by name and 1',
  'dora sent spam': 'dora@acme.example.com by name',
  'bo lee sent spam': 'bo@example.com by name and 1',
  annika: 'annika@example.com by name',
  exampleton: 'mia@other.test by name',
  example: 'mia@other.test by name',
  lee: 'account_ambiguous bo@example.com ann.lee@example.com',
  exampeton: 'account_not_found mia@other.test',
  'dora@exmaple.com': 'account_not_found dora@acme.example.com',
  'support@exampel.com': 'account_not_found support@example.com',
  'nobody.at.all@example.com': 'account_not_found',
  'zz@example.com': 'account_not_found',
  'example.com': 'account_not_found',
  '@example.com': 'account_not_found',
};

describe('an account that an operator names', () => {
  it.each(Object.entries(FOUND))('"%s" is: %s', async (typed, outcome) => {
    expect(await found(typed)).toBe(outcome);
  });

  it('suggests at most three, and none of them for a shared domain', async () => {
    const suggested = (await found('user@example.com')).split(' ').slice(1);
    expect(suggested).toHaveLength(3);
    for (const email of suggested) expect(email).toMatch(/^user\d/);
    expect((await found('user')).split(' ')).toHaveLength(4);
  });

  it('with an id that was used again is the one that lives, unless the deleted one is preferred', async () => {
    const text = 'reused';
    const person = { accountId: text, email: 'reused@example.com', firstName: 'Re', lastName: 'Used' };
    await addAccount(t.as(ADMIN), person);
    await deleteAccount(t.as(ADMIN), { accountId: text });
    expect((await findOneAccount(t.as(ADMIN), { text })).account.state).toBe('deleted');
    const { account: again } = await addAccount(t.as(ADMIN), person);
    for (const typed of [text, 'REUSED', again.id])
      expect((await findOneAccount(t.as(ADMIN), { text: typed })).account.id).toBe(again.id);
    const { account } = await findOneAccount(t.as(ADMIN), { text, prefersDeleted: true });
    expect(account).toMatchObject({ id: text, state: 'deleted' });
  });

  it('is told to be invited while the invitation can be sent again, and deleted while it can come back', async () => {
    const email = 'eve@example.com';
    const { invitationId } = await invite(t.as(ADMIN), { email });
    await expect(findOneAccount(t.as(ADMIN), { text: email })).rejects.toMatchObject({
      code: 'account_invited',
      detail: { id: invitationId, email, current: { by: 'Ada Admin', state: 'open', version: 1 } },
    });
    await revokeInvitation(t.as(ADMIN), { invitationId });
    expect(await found(email)).toBe('account_not_found');

    const { accountId } = await anAccount(t, { email, firstName: 'Eve', lastName: 'Il' });
    await deleteAccount(t.as(ADMIN), { accountId });
    await expect(findOneAccount(t.as(ADMIN), { text: email })).rejects.toMatchObject({
      code: 'account_deleted',
      detail: {
        id: accountId,
        email,
        current: { by: 'Ada Admin', state: 'deleted' },
        until: expect.any(Date),
      },
    });
    expect(await found('eve')).toBe('account_not_found');
  });
});
