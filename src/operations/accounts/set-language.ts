import { updateAccount } from '../../db/accounts/accounts.ts';
import { ACCOUNTS, defineOperation, input } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';
import { signedInAs } from '../sessions/session.ts';
import { holdAccount } from './account.ts';

/** The language in which a developer reads the portal and mails. Errors: `invalid_input` for what is no tag. */
export const setLanguage = defineOperation({
  name: 'accounts/set-language',
  allowed: ACCOUNTS,
  effect: 'change',
  input: { language: input.language },
  async run(act, { language }) {
    const account = await holdAccount(act, signedInAs(act).accountId);
    if (language === account.language) return act.nothingChanged();
    await updateAccount(act, account, { language });
    await queueRepaint(act, account.id);
    act.record({
      target: { kind: 'account', id: account.id },
      before: { language: account.language },
      after: { language },
    });
  },
});
