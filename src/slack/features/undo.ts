import { undo } from '../../operations/accounts/undo.ts';
import type { Feature } from '../feature.ts';
import { accountMessage, nameOf } from '../present/account.ts';
import { escapeText } from '../present/text.ts';

/** The button under what was just done to an account. */
export const undoFeature: Feature = {
  buttons: {
    async undo(call, changeId) {
      const { account } = await undo(call.context, changeId);
      const text = `Undone: ${escapeText(nameOf(account))} is as before. Links that had been mailed and ended stay dead.`;
      return call.reply(accountMessage(text, account, await call.role()), { replace: true });
    },
  },
};
