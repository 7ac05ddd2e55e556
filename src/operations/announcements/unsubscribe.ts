import { updateAccount } from '../../db/accounts/accounts.ts';
import { findUnsubscribed } from '../../db/announcements/recipients.ts';
import { ticketHash } from '../../security/ticket.ts';
import { holdAccount } from '../accounts/account.ts';
import { DEVELOPERS, defineOperation, input } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';

/**
 * Unsubscribes the account from news by the secret in one of its mails: as often as it is used, and as long as the account
 * is there. False for a secret that no mail had, which is an answer and no refusal: so guesses leave no audit rows.
 */
export const unsubscribe = defineOperation({
  name: 'announcements/unsubscribe',
  allowed: DEVELOPERS,
  effect: 'change',
  input: { ticket: input.ticket },
  async run(act, { ticket }): Promise<boolean> {
    const hash = ticketHash(ticket);
    const accountId = hash && (await findUnsubscribed(act.tx, act.service.id, hash));
    if (!accountId) {
      act.nothingChanged();
      return false;
    }
    const account = await holdAccount(act, accountId);
    if (account.newsRefusedAt) {
      act.nothingChanged();
      return true;
    }
    await updateAccount(act, account, { newsRefusedAt: act.now });
    await queueRepaint(act, accountId);
    act.record({
      target: { kind: 'account', id: accountId },
      before: { news: true },
      after: { news: false },
    });
    return true;
  },
});
