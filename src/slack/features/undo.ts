import { undo } from '../../operations/accounts/undo.ts';
import type { Feature } from '../frame/feature.ts';
import { accountMessage, nameOf } from '../present/account.ts';
import { escapeText } from '../present/text.ts';

/** The Undo button below the reply to a change of an account. */
export const undoFeature: Feature = {
  buttons: {
    async undo(request, changeId) {
      const { account } = await undo(request.context, changeId);
      const text = `Undone: ${escapeText(nameOf(account))} is as before. Links that had been mailed and ended stay dead.`;
      return request.reply(accountMessage(text, account, await request.role()), { replace: true });
    },
  },
};
