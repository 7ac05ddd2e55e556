import { describe, expect, it } from 'vitest';
import { activateAccount } from '../../../src/operations/accounts/activate.ts';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { resumeSession } from '../../../src/operations/sessions/resume.ts';
import { signIn } from '../../../src/operations/sessions/sign-in.ts';
import { accountOf, anAccount, stateOf, templatesTo } from '../../support/accounts.ts';
import { ADMIN, createTestContext, DEVELOPER, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { PASSWORD, reset, resetTicketOf } from '../../support/mailed-links.ts';

const t = forAllTests(createTestContext);

const admin = () => t.as(ADMIN);

describe('activating an account', () => {
  it('lets a blocked developer sign in with the former password, but revives no session', async () => {
    const person = await anAccount(t);
    const { accountId, email } = person;
    await reset(t, await resetTicketOf(t, person));
    const credentials = { email, password: PASSWORD, agent: '' };
    const { secret: former } = await signIn(t.as(DEVELOPER), credentials);
    await blockAccount(admin(), { accountId, end: '7d' });

    await activateAccount(admin(), { accountId });

    expect(await accountOf(t, accountId)).toMatchObject({ state: 'active', blockEndsAt: null });
    expect(await resumeSession(t.as(DEVELOPER), { secret: former })).toBeNull();
    const { secret } = await signIn(t.as(DEVELOPER), credentials);
    expect(await resumeSession(t.as(DEVELOPER), { secret })).toMatchObject({ accountId });
    expect((await templatesTo(t, email)).at(-1)).toBe('AccountActivated');
  });

  it('makes an account active that waits for its email to be verified', async () => {
    const { accountId } = await anAccount(t, { verifyFirst: true });
    expect(await stateOf(t, accountId)).toBe('pending');
    await activateAccount(admin(), { accountId });
    expect(await stateOf(t, accountId)).toBe('active');
  });

  it('is refused for an active account, and mails nothing', async () => {
    const { accountId, email } = await anAccount(t);
    const mails = await templatesTo(t, email);
    expect(await refusalOf(activateAccount(admin(), { accountId }))).toBe('account_state_unfitting');
    expect(await templatesTo(t, email)).toEqual(mails);
  });
});
