// An approval as people see it: who asks, for what, about whom, and how it ended.
import { findAccount } from '../../db/accounts/accounts.ts';
import type { Approval } from '../../db/operators/approvals.ts';
import { type AccountView, viewAccount } from '../accounts/account.ts';
import { openSealedRequest } from '../frame/approval.ts';
import type { Act } from '../frame/context.ts';
import { countSubscriptionsOf, type SubscriptionCounts } from '../subscriptions/subscription.ts';

export type ApprovalView = Omit<Approval, 'serviceId' | 'subject' | 'sealedInput' | 'reminders'> & {
  /** What was asked for, as the operation takes it; null once erased. */
  input: Record<string, unknown> | null;
  account: AccountView | null;
  /** Of the account: what a block or a deletion of it cuts off. */
  subscriptions: SubscriptionCounts;
};

/** An open approval past its end reads as `expired`. */
export async function viewApproval(act: Act, approval: Approval): Promise<ApprovalView> {
  const { serviceId, subject: _s, sealedInput: _i, reminders: _r, ...rest } = approval;
  const account = approval.accountId ? await findAccount(act.tx, serviceId, approval.accountId) : null;
  return {
    ...rest,
    state: rest.state === 'open' && rest.expiresAt <= act.now ? 'expired' : rest.state,
    input: openSealedRequest(act, approval)?.input ?? null,
    account: account ? await viewAccount(act, account) : null,
    subscriptions: await countSubscriptionsOf(act, approval.accountId),
  };
}
