import {
  type Account,
  listGroupIdsOfAccounts,
  replaceGroupsOfAccount,
  updateAccount,
} from '../../db/accounts/accounts.ts';
import { type MailValue, momentOf } from '../../mail/templates/value.ts';
import type { Act } from '../frame/context.ts';
import { hoursAfter, queueMailTo, queueRepaint } from '../frame/outbox.ts';
import { tellRecipients } from '../notifications/tell.ts';
import { changedBy } from './account.ts';
import { endAccess } from './end-access.ts';
import { eraseAccountData } from './personal-data.ts';
import { NO_BLOCK } from './state-after-block.ts';

const tellRecipientsOfEnd = (act: Act, account: Account, RestorableUntil: MailValue): Promise<void> =>
  tellRecipients(act, 'AccountClosedPublisher', account, {
    EventBy: act.actor.kind === 'account' ? 'the developer' : changedBy(act),
    RestorableUntil,
  });

/** Ends an account, for an operator, its developer or the clean-up of sign-ups, and records the audit row. Returns the ended account. */
export async function endAccount(
  act: Act,
  account: Account,
  how: {
    state: Account['state'];
    subscriptions: number;
    reason: string;
    tellDeveloper: boolean;
    /** Instead of the farewell letter. */
    mail?: Parameters<typeof queueMailTo>[2];
    isAnnounced?: true;
    /** Overrides `ERASE_DELETED_AFTER_DAYS`. */
    isErasedNow?: true;
  },
): Promise<Account> {
  const { state, subscriptions, reason, tellDeveloper, isAnnounced } = how;
  const serviceId = act.service.id;
  const accountId = account.id;
  const groupIds = (await listGroupIdsOfAccounts(act.tx, serviceId, [accountId])).get(accountId) ?? [];
  await replaceGroupsOfAccount(act.tx, serviceId, accountId, []);
  const deleted = await updateAccount(act, account, {
    ...NO_BLOCK,
    state,
    stateReason: reason,
    stateChangedAt: act.now,
    stateChangedBy: changedBy(act),
    deletedAt: act.now,
    groupIdsWhenDeleted: groupIds,
  });
  await endAccess(act, accountId);
  const eraseAfterDays = act.policy.eraseDeletedAfterDays;
  const isErasedNow = how.isErasedNow ?? eraseAfterDays === 0;
  if (tellDeveloper) {
    const RestorableUntil = isErasedNow ? '' : momentOf(hoursAfter(act.now, eraseAfterDays * 24));
    const farewell = { template: 'AccountClosedDeveloper', variables: { RestorableUntil } } as const;
    await queueMailTo(act, account, how.mail ?? farewell);
    // A sign-up that was declined never was an account.
    if (!how.mail) await tellRecipientsOfEnd(act, account, RestorableUntil);
  }
  await queueRepaint(act, accountId);
  const ended = isErasedNow ? await eraseAccountData(act, deleted) : deleted;
  act.record({
    target: { kind: 'account', id: accountId },
    ...(isErasedNow ? {} : { reason }),
    before: { state: account.state },
    after: { state, subscriptions, erased: isErasedNow, toldDeveloper: tellDeveloper },
    ...(isAnnounced ? { isAnnounced } : {}),
  });
  return ended;
}
