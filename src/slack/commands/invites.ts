import { listInvitations } from '../../operations/invitations/list.ts';
import type { Call, Command } from '../call.ts';
import { actions, button, type Message, section } from '../present/blocks.ts';
import { dateWords, escapeText } from '../present/text.ts';

export const invitesCommand: Command = {
  name: 'invites',
  usage: 'invites [all]',
  summary: 'Shows open invitations, with Resend and Revoke; `all` shows ended ones too.',
  example: '/apim-user invites',
  who: 'admins',
  async run(call, words) {
    return call.reply(await invitesPage(call, words[0] === 'all'));
  },
};

export async function invitesPage(
  call: Call,
  all: boolean,
  after?: { createdAt: Date; id: string },
): Promise<Message> {
  const page = await listInvitations(call.context, { all, ...(after ? { after } : {}) });
  const blocks = page.invitations.flatMap((one) => {
    const value = JSON.stringify({ id: one.id, version: one.version });
    const lines = [
      `*${escapeText(one.email)}* · ${one.state} · mail ${one.mailState ?? 'none'}`,
      `Invited ${dateWords(one.createdAt)} by ${escapeText(one.invitedByName)} · ends ${dateWords(one.expiresAt)}`,
    ];
    const buttons = [
      ...(one.state === 'open' || one.state === 'expired'
        ? [button('invitation-resend', 'Resend', value, { label: `Resend to ${one.email}` })]
        : []),
      ...(one.state === 'open'
        ? [button('invitation-revoke', 'Revoke', value, { style: 'danger', label: `Revoke ${one.email}` })]
        : []),
    ];
    return [section(lines.join('\n')), ...(buttons.length ? [actions(buttons)] : [])];
  });
  const next = page.next
    ? [actions([button('invites-next', 'Next', JSON.stringify({ all, after: page.next }))])]
    : [];
  if (blocks.length === 0)
    return { text: all ? 'There are no invitations.' : 'There are no open invitations.' };
  return { text: `${page.invitations.length} invitations`, blocks: [...blocks, ...next] };
}
