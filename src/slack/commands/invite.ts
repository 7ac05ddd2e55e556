import { DomainError } from '../../domain/domain-error.ts';
import { invite } from '../../operations/invitations/invite.ts';
import type { Call, Command } from '../call.ts';
import { errorWords } from '../error-message.ts';
import { actions, button, type Message, section } from '../present/blocks.ts';
import { dateWords, escapeText } from '../present/text.ts';
import { inviteModal } from '../views.ts';

export const MAX_INVITED_AT_ONCE = 50;

export const inviteCommand: Command = {
  name: 'invite',
  usage: 'invite [email …]',
  summary: 'Invites people by mail. They have no account until they accept.',
  example: '/apim-user invite ann@example.com ben@example.com',
  who: 'admins',
  async run(call, words) {
    if (words.length === 0) return call.openModal(inviteModal([]));
    if (words.length > MAX_INVITED_AT_ONCE)
      throw new DomainError('limit_reached', { limit: `${MAX_INVITED_AT_ONCE} addresses` });
    return call.reply(await inviteAll(call, words, {}));
  },
};

/** Invites each address by itself and says what happened to each. */
export async function inviteAll(
  call: Call,
  emails: string[],
  about: { firstName?: string; lastName?: string; groupIds?: string[]; personalLine?: string },
): Promise<Message> {
  const lines: string[] = [];
  let sent = 0;
  for (const email of new Set(emails)) {
    try {
      const { expiresAt } = await invite(call.context, { email, ...about });
      sent++;
      lines.push(`• ${escapeText(email)}: invited; the link ends ${dateWords(expiresAt)}`);
    } catch (error) {
      if (!(error instanceof DomainError) || error.code === 'not_permitted') throw error;
      lines.push(`• ${escapeText(email)}: not invited. ${errorWords(error)}`);
    }
  }
  const text = sent === 1 ? '1 invitation is on its way.' : `${sent} invitations are on their way.`;
  return {
    text,
    blocks: [
      section(text),
      section(lines.join('\n')),
      actions([button('menu-invites', 'Open invitations', '-')]),
    ],
  };
}
