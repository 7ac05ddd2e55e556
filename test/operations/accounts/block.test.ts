import { describe, expect, it } from 'vitest';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { openPasswordReset } from '../../../src/operations/passwords/open-reset.ts';
import { resumeSession } from '../../../src/operations/sessions/resume.ts';
import { signIn } from '../../../src/operations/sessions/sign-in.ts';
import { grantSubscription } from '../../../src/operations/subscriptions/grant.ts';
import { showSubscription } from '../../../src/operations/subscriptions/show.ts';
import { accountOf, anAccount, templatesTo } from '../../support/accounts.ts';
import { ADMIN, createTestContext, DEVELOPER, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { PASSWORD, reset, resetTicketOf } from '../../support/mailed-links.ts';
import { endDueBlocks } from './end-due-blocks.ts';

const HOUR_MS = 3_600_000;

const t = forAllTests(createTestContext);

describe('blocking an account', () => {
  it('ends its sessions and open links, keeps it from signing in, and mails the message without the reason', async () => {
    const person = await anAccount(t);
    const { accountId, email } = person;
    await reset(t, await resetTicketOf(t, person));
    const { secret } = await signIn(t.as(DEVELOPER), { email, password: PASSWORD, agent: '' });
    const ticket = await resetTicketOf(t, person);
    expect(await resumeSession(t.as(DEVELOPER), { secret })).toMatchObject({ accountId });

    await blockAccount(t.as(ADMIN), { accountId, reason: 'sent spam', message: 'Please write to us.' });

    expect(await accountOf(t, accountId)).toMatchObject({ state: 'blocked', stateReason: 'sent spam' });
    expect(await resumeSession(t.as(DEVELOPER), { secret })).toBeNull();
    expect(await refusalOf(openPasswordReset(t.as(DEVELOPER), { ticket }))).toBe('ticket_refused');
    expect(await refusalOf(signIn(t.as(DEVELOPER), { email, password: PASSWORD, agent: '' }))).toBe(
      'account_state_unfitting',
    );
    const mail = (await t.mailsTo(email)).at(-1);
    expect(mail?.template).toBe('AccountBlocked');
    expect(mail?.variables).toMatchObject({ OperatorMessage: 'Please write to us.' });
    expect(JSON.stringify(mail)).not.toContain('sent spam');
  });

  it('again changes or removes the end, without a second mail to the developer', async () => {
    const { accountId, email } = await anAccount(t);
    await blockAccount(t.as(ADMIN), { accountId, end: '1h', reason: 'too many calls' });
    const mails = await templatesTo(t, email);
    await blockAccount(t.as(ADMIN), { accountId, end: '3h' });
    t.advance(HOUR_MS);
    expect(await endDueBlocks(t)).not.toContain(accountId);
    expect(await accountOf(t, accountId)).toMatchObject({ state: 'blocked', stateReason: 'too many calls' });
    await blockAccount(t.as(ADMIN), { accountId });
    t.advance(3 * HOUR_MS);
    expect(await endDueBlocks(t)).not.toContain(accountId);
    expect(await refusalOf(blockAccount(t.as(ADMIN), { accountId }))).toBe('account_state_unfitting');
    expect(await templatesTo(t, email)).toEqual(mails);
  });

  it('is refused, and changes nothing, when the end is not acceptable', async () => {
    const { accountId } = await anAccount(t);
    for (const end of ['7m', '30d 2x', '2020-01-01', '0h', '367d'])
      expect(await refusalOf(blockAccount(t.as(ADMIN), { accountId, end }))).toBe('invalid_input');
    expect((await accountOf(t, accountId)).state).toBe('active');
  });

  it('is required for a block end: the database refuses one on an active account', async () => {
    const { accountId } = await anAccount(t);
    await expect(
      t.sql`update accounts set block_ends_at = now() where id = ${accountId}`,
    ).rejects.toMatchObject({
      code: '23514',
    });
  });

  it('leaves the account’s subscriptions as they are', async () => {
    const { accountId } = await anAccount(t);
    const { subscription } = await grantSubscription(t.as(ADMIN), { accountId });
    await blockAccount(t.as(ADMIN), { accountId });
    const { subscription: now } = await showSubscription(t.as(ADMIN), { subscriptionId: subscription.id });
    expect(now).toMatchObject({
      state: 'active',
      version: subscription.version,
      owner: { state: 'blocked' },
    });
  });
});
