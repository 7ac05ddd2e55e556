import { z } from 'zod';
import { listMailsOf } from '../../db/mails.ts';
import { findWaitingConfirmation } from '../../db/tickets.ts';
import { demandAccount, viewAccount } from '../held-account.ts';
import * as input from '../input.ts';
import { defineOperation, OPERATORS } from '../operation.ts';

const MAILS_ON_CARD = 5;

/** All that an account's card says. Shows deleted accounts too, by id. Errors: `account_not_found`. */
export const showAccount = defineOperation({
  name: 'accounts/show',
  allowed: OPERATORS,
  effect: 'read',
  input: z.strictObject({ accountId: input.accountId }),
  async run(act, { accountId }) {
    const account = await demandAccount(act, accountId);
    const of = { serviceId: act.service.id, accountId };
    const waiting = await findWaitingConfirmation(act.tx, { ...of, now: act.now });
    return {
      account: await viewAccount(act, account),
      mails: await listMailsOf(act.tx, of, MAILS_ON_CARD),
      waitsForAddress: waiting && waiting.email !== account.email ? waiting.email : null,
    };
  },
});
