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
        ? `A mail had told the developer of the change, so another one says that the account is ${account.state} again.`
        : account.state === 'pending'
          ? 'A developer who had read that it is active gets the link to confirm the email again.'
          : 'The developer is told nothing.';
      const text = `Undone: ${escapeText(nameOf(account))} is as before. ${told} Links that had been mailed and ended stay dead.`;
      return request.reply(accountMessage(text, account, await request.role()), { replace: true });
    },
  },
};
