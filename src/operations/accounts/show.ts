import { findWaitingConfirmation } from '../../db/accounts/tickets.ts';
import { listMailsOf } from '../../db/outbox/mails.ts';
import { listNewestSubscriptions } from '../../db/subscriptions/lists.ts';
import { readUsage } from '../../db/usage/read.ts';
import { titleOf } from '../../mail/templates/catalog.ts';
import { viewMirror } from '../azure/order-view.ts';
import { type Act, defineOperation, input, READERS } from '../frame/operation.ts';
import { CALLED_OFF } from '../mails/end-mail.ts';
import { countSubscriptionsOf, viewSubscription } from '../subscriptions/subscription.ts';
import { demandAccount, viewAccount } from './account.ts';

/** All that an account's card says, with the calls of 30 days. Shows deleted accounts too, by id. Errors: `account_not_found`. */
export const showAccount = defineOperation({
  name: 'accounts/show',
  allowed: READERS,
  effect: 'read',
  input: { accountId: input.accountId },
  async run(act, { accountId }) {
    const account = await demandAccount(act, accountId);
    const query = { serviceId: act.service.id, accountId };
    const [waiting, mails, view, subscriptions, calls, mirror] = await Promise.all([
      findWaitingConfirmation(act.tx, { ...query, now: act.now }),
      listMailsOf(act.tx, query),
      viewAccount(act, account),
      subscriptionsOf(act, accountId),
      readUsage(act.tx, {
        serviceId: query.serviceId,
        of: { of: 'account', id: accountId },
        time: '30 days',
        now: act.now,
      }),
      viewMirror(act, { kind: 'account', ourId: accountId }),
    ]);
    return {
      account: view,
      mails: mails.map(({ lastCode, ...mail }) => ({
        ...mail,
        title: titleOf(mail.template),
        isCalledOffTooLate: lastCode === CALLED_OFF && !['cancelled', 'unknown'].includes(mail.state),
      })),
      ...subscriptions,
      calls,
      mirror,
      waitsForAddress: waiting && waiting.email !== account.email ? waiting.email : null,
    };
  },
});

/** The newest, how many there are in all, and what a block or a deletion would cut off. */
async function subscriptionsOf(act: Act, accountId: string) {
  const serviceId = act.service.id;
  const [rows, subscriptionCounts] = await Promise.all([
    listNewestSubscriptions(act.tx, { serviceId, accountId }),
    countSubscriptionsOf(act, accountId),
  ]);
  return { subscriptions: rows.map((row) => viewSubscription(row, act.now)), subscriptionCounts };
}
