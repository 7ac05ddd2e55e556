import { z } from 'zod';
import type { Account } from '../../db/accounts/accounts.ts';
import { newId } from '../../db/ids.ts';
import { insertCard, listCardsOfAccount } from '../../db/outbox/cards.ts';
import { demandAccount, viewAccount } from '../accounts/account.ts';
import { isUnconfirmedSignUp } from '../accounts/sign-up-rules.ts';
import * as input from '../frame/input.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { queueSummaryRepaint } from '../frame/outbox.ts';

const MAX_CHANNELS = 50;

const hasCardOfItsOwn = (account: Account): boolean =>
  account.state === 'pending' && !isUnconfirmedSignUp(account) && account.signUpSummaryId === null;

/**
 * Where the account's cards are, and what they should show. A pending account gets a card in each of `channels`, unless it
 * is a sign-up whose email isn't confirmed yet, or is on a card with other sign-ups; an account that never waited has none.
 * Errors: `account_not_found`.
 */
export const planCards = defineOperation({
  name: 'cards/plan',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: z.strictObject({
    accountId: input.accountId,
    channels: z.array(z.string().max(40)).max(MAX_CHANNELS),
  }),
  async run(act, { accountId, channels }) {
    const account = await demandAccount(act, accountId);
    const serviceId = act.service.id;
    if (account.signUpSummaryId) await queueSummaryRepaint(act, account.signUpSummaryId);
    if (hasCardOfItsOwn(account)) {
      for (const channelId of channels) {
        const id = newId(act.now, act.random);
        await insertCard(act.tx, {
          serviceId,
          id,
          accountId,
          channelId,
          createdAt: act.now,
          changedAt: act.now,
        });
      }
    }
    const rows = await listCardsOfAccount(act.tx, serviceId, accountId);
    return {
      account: await viewAccount(act, account),
      // A card that Slack did not get while the account waited is not posted any more.
      cards: rows
        .filter((card) => card.messageTs !== null || hasCardOfItsOwn(account))
        .map(({ id, channelId, messageTs, paintedVersion }) => ({
          id,
          channelId,
          messageTs,
          paintedVersion,
        })),
    };
  },
});
