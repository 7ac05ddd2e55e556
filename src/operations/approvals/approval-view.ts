// An approval as people see it: the requester, the request, the account that it concerns, and how it ended.
import { findAccounts } from '../../db/accounts/accounts.ts';
import { type Announcement, findAnnouncements } from '../../db/announcements/announcements.ts';
import { type Batch, findBatches } from '../../db/batches/batches.ts';
import type { Approval } from '../../db/operators/approvals.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { type AccountView, viewAccounts } from '../accounts/account.ts';
import { openSealedRequest } from '../frame/approval.ts';
import type { Act } from '../frame/context.ts';
import { countCutOff, countSubscriptionsOf, type SubscriptionCounts } from '../subscriptions/subscription.ts';

export type ApprovalView = Omit<Approval, 'serviceId' | 'subject' | 'sealedInput' | 'reminders'> & {
  /** The input of the operation; null once it is erased. */
  input: Record<string, unknown> | null;
  account: AccountView | null;
  /** The work on many that it is about; null for any other request, and once the work is long over. */
  batch: Pick<Batch, 'kind' | 'action' | 'toDo' | 'total'> | null;
  /** The announcement that it is about; null for any other request, and once it is discarded. */
  announcement: Pick<Announcement, 'audience' | 'audienceName' | 'kind' | 'subject' | 'body'> | null;
  /** The account's subscriptions: what a block or a deletion of it cuts off. */
  subscriptions: SubscriptionCounts;
};

/** In the order given. */
export async function viewApprovals(act: Act, approvals: readonly Approval[]): Promise<ApprovalView[]> {
  const ids = new Set(approvals.flatMap(({ accountId }) => accountId ?? []));
  const accounts = await viewAccounts(act, act.tx, await findAccounts(act.tx, act.service.id, [...ids]));
  const inputs = new Map(
    approvals.map((approval) => [approval.id, openSealedRequest(act, approval)?.input ?? null]),
  );
  const announcementIds = [...inputs.values()].flatMap((input) =>
    input?.announcementId ? String(input.announcementId) : [],
  );
  const announcements = await findAnnouncements(act.tx, act.service.id, announcementIds);
  const batchIds = [...inputs.values()].flatMap((input) => (input?.batchId ? String(input.batchId) : []));
  const batches = await findBatches(act.tx, act.service.id, batchIds);
  return Promise.all(
    approvals.map(async (approval) => {
      const { serviceId: _s, subject: _b, sealedInput: _i, reminders: _r, ...rest } = approval;
      const state = approvalStateAt(approval, act.now);
      const accountId = approval.accountId;
      const input = inputs.get(approval.id) ?? null;
      return {
        ...rest,
        state,
        input,
        account: accounts.find(({ id }) => id === approval.accountId) ?? null,
        batch: batches.find(({ id }) => id === input?.batchId) ?? null,
        announcement: announcements.find(({ id }) => id === input?.announcementId) ?? null,
        subscriptions:
          state === 'open'
            ? await countCutOff(act, accountId)
            : { ...(await countSubscriptionsOf(act, accountId)), isExact: true },
      };
    }),
  );
}

/** The state, which is `expired` for an open approval past its end even before the sweep stores it. */
export function approvalStateAt(
  { state, expiresAt }: Pick<Approval, 'state' | 'expiresAt'>,
  now: Date,
): Approval['state'] {
  return state === 'open' && expiresAt <= now ? 'expired' : state;
}

/** Throws `approval_ended` with the state, and with who ended it when. */
export function demandOpen(approval: Approval, now: Date): void {
  const state = approvalStateAt(approval, now);
  if (state === 'open') return;
  throw new DomainError('approval_ended', {
    id: approval.id,
    current: { state, by: approval.decidedByName, at: approval.endedAt ?? approval.expiresAt },
  });
}

export async function viewApproval(act: Act, approval: Approval): Promise<ApprovalView> {
  const [view] = await viewApprovals(act, [approval]);
  if (!view) throw new Error('an approval has no view');
  return view;
}
