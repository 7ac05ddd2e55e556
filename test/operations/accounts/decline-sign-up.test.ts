import { describe, expect, it } from 'vitest';
import { activateAccount } from '../../../src/operations/accounts/activate.ts';
import { answerSignUp } from '../../../src/operations/accounts/answer-sign-up.ts';
import { declineSignUp } from '../../../src/operations/accounts/decline-sign-up.ts';
import { restoreAccount } from '../../../src/operations/accounts/restore.ts';
import { sealText } from '../../../src/security/sealed-text.ts';
import { anAccount } from '../../support/accounts.ts';
import { ADMIN, APPROVER, createTestContext, refusalOf, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const t = forAllTests(createTestContext);

async function signsUp(email: string): Promise<string> {
  const words = JSON.stringify({ email, firstName: 'Dora', lastName: 'Diaz' });
  const sealedSignUp = sealText(t.keyring, 'sign-up', words, (size) =>
    crypto.getRandomValues(new Uint8Array(size)),
  );
  await answerSignUp(t.as(SYSTEM), { sealedSignUp });
  const [row] = await t.sql`select id from accounts where email = ${email} and state <> 'deleted'`;
  return String(row?.id);
}

describe('declining a sign-up', () => {
  it('deletes the account, and mails the reason only when the operator shares it', async () => {
    for (const sharesReason of [true, false]) {
      const email = `dora-${sharesReason}@example.com`;
      const accountId = await signsUp(email);
      await declineSignUp(t.as(APPROVER), { accountId, reason: 'We take partners only.', sharesReason });
      const [account] = await t.sql`select state, state_reason from accounts where id = ${accountId}`;
      expect(account).toEqual({ state: 'deleted', state_reason: 'We take partners only.' });
      const mail = (await t.mailsTo(email)).at(-1);
      expect(mail).toMatchObject({
        template: 'SignUpDeclined',
        variables: { OperatorMessage: sharesReason ? 'We take partners only.' : '' },
      });
    }
  });

  it('frees the email for another sign-up, and can be taken back', async () => {
    const first = await signsUp('again@example.com');
    await declineSignUp(t.as(ADMIN), { accountId: first });
    await restoreAccount(t.as(ADMIN), { accountId: first });
    await t.sql`update accounts set email = 'other@example.com', email_canonical = 'other@example.com' where id = ${first}`;
    const second = await signsUp('again@example.com');
    await declineSignUp(t.as(ADMIN), { accountId: second, tellDeveloper: false });
    expect(await signsUp('again@example.com')).not.toBe(second);
    const told = (await t.mailsTo('again@example.com')).filter(
      ({ template }) => template === 'SignUpDeclined',
    );
    expect(told).toHaveLength(1);
  });

  it('is refused for an account that an operator let in', async () => {
    const accountId = await signsUp('in@example.com');
    await activateAccount(t.as(APPROVER), { accountId });
    expect(await refusalOf(declineSignUp(t.as(ADMIN), { accountId }))).toBe('account_state_unfitting');
  });

  it('is refused for an account that an operator added, and for one that has changed meanwhile', async () => {
    const { accountId } = await anAccount(t, { verifyFirst: true });
    expect(await refusalOf(declineSignUp(t.as(ADMIN), { accountId }))).toBe('account_state_unfitting');
    const changed = await signsUp('changed@example.com');
    const declining = declineSignUp(t.as(ADMIN), { accountId: changed, expectedVersion: 9 });
    expect(await refusalOf(declining)).toBe('account_changed');
  });
});
