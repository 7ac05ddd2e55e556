import { undo } from '../../operations/accounts/undo.ts';
import type { Feature } from '../frame/feature.ts';
import { accountMessage, nameOf } from '../present/account.ts';
import { escapeText } from '../present/text.ts';

/** The Undo button below the reply to a change of an account. */
export const undoFeature: Feature = {
  buttons: {
    async undo(request, changeId) {
      const undone = await undo(request.context, changeId);
      // A second press: the message says already what became of the first.
      if (!undone) return;
      const { account, isTold } = undone;
      const told = isTold
        ? `A mail told the developer about the change, so another one says that the account is ${account.state} again.`
        : account.state === 'pending'
          ? 'A developer who was told that the account is active gets a new link to confirm their email.'
          : 'No mail was sent.';
      const text = `Undone: ${escapeText(nameOf(account))} is as before. ${told} Mailed links that the change ended still don't work.`;
      return request.reply(accountMessage(text, account, await request.role()), { replace: true });
    },
  },
};
