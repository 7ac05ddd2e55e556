import { z } from 'zod';
import { type Account, findAccount, findAccountByEmail } from '../../db/accounts/accounts.ts';
import { searchAccounts } from '../../db/accounts/search.ts';
import { findSubscription } from '../../db/subscriptions/subscriptions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Act } from '../frame/context.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';
import { viewAccount } from './account.ts';

const NEAR_MATCHES = 5;
const MAX_TEXT_LENGTH = 254;

/**
 * Finds the one account with this email, this id, or a subscription with this id. Never guesses: for anything else it
 * refuses, and lists similar accounts.
 * Errors: `account_not_found`, `account_ambiguous`, both with `near`.
 */
export const findOneAccount = defineOperation({
  name: 'accounts/find',
  allowed: OPERATORS,
  effect: 'read',
  input: z.strictObject({ text: z.string().trim().max(MAX_TEXT_LENGTH) }),
  async run(act, { text }) {
    const exact =
      (text && (await findAccountByEmail(act.tx, act.service.id, text.toLowerCase()))) ||
      (text && (await findAccount(act.tx, act.service.id, text))) ||
      (text && (await accountOfSubscription(act, text)));
    if (exact) return { account: await viewAccount(act, exact) };
    const near = text ? await searchAccounts(act.tx, act.service.id, text, NEAR_MATCHES) : [];
    // A whole email means one account or none, even when similar ones exist.
    const isAmbiguous = near.length > 1 && !text.includes('@');
    const code = isAmbiguous ? 'account_ambiguous' : 'account_not_found';
    throw new DomainError(code, {
      near: near.map((account) => ({ id: account.id, label: accountLabel(account) })),
    });
  },
});

async function accountOfSubscription(act: Act, id: string): Promise<Account | null> {
  const subscription = await findSubscription(act.tx, act.service.id, id);
  return subscription?.accountId ? findAccount(act.tx, act.service.id, subscription.accountId) : null;
}

function accountLabel(account: Pick<Account, 'firstName' | 'lastName' | 'email'>): string {
  return `${account.firstName} ${account.lastName} <${account.email}>`;
}
