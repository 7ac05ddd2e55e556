import { z } from 'zod';
import { updateAccount } from '../../db/accounts/accounts.ts';
import { ACCOUNTS, defineOperation } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';
import { signedInAs } from '../sessions/session.ts';
import { holdAccount } from './account.ts';

/** Whether a developer gets news by mail. Announcements about what they use always come. */
export const setNews = defineOperation({
  name: 'accounts/set-news',
  allowed: ACCOUNTS,
  effect: 'change',
  input: { isWanted: z.boolean() },
  async run(act, { isWanted }) {
    const account = await holdAccount(act, signedInAs(act).accountId);
    if (isWanted === (account.newsRefusedAt === null)) return act.nothingChanged();
    await updateAccount(act, account, { newsRefusedAt: isWanted ? null : act.now });
    await queueRepaint(act, account.id);
    act.record({
      target: { kind: 'account', id: account.id },
      before: { news: !isWanted },
      after: { news: isWanted },
    });
  },
});
