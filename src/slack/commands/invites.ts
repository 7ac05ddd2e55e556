import type { KnownBlock } from '@slack/types';
import { listInvitations } from '../../operations/invitations/list.ts';
import { resendInvitation } from '../../operations/invitations/resend.ts';
import { revokeInvitation } from '../../operations/invitations/revoke.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { buttonValue, invitationIn, readCarried } from '../frame/reference.ts';
import { actions, button, type Message, section } from '../present/blocks.ts';
import { escapeText, formatDate } from '../present/text.ts';

type Page = Awaited<ReturnType<typeof listInvitations>>;

export const invitesFeature: Feature = {
  command: {
    name: 'invites',
    aliases: ['invitations', 'invitation', 'invited', 'resend', 'revoke'],
    usage: 'invites [all]',
    summary: 'Shows open invitations, with Resend and Revoke; `all` shows ended ones too.',
    example: '/apim-user invites',
    who: 'admins',
    run: async (request, words) => request.reply(await invitesPage(request, words[0] === 'all')),
  },
  buttons: {
    'menu-invites': async (request) => request.reply(await invitesPage(request, false)),
    'invites-all': async (request) => request.reply(await invitesPage(request, true)),
    'invites-next': async (request, value) => {
      const { all, after } = readCarried<{ all?: unknown; after?: NonNullable<Page['next']> }>(value);
      return request.reply(await invitesPage(request, all === true, after), { replace: true });
    },
    'invitation-resend': async (request, value) => {
      const { email, expiresAt } = await resendInvitation(request.context, invitationIn(value));
      return request.reply({
        text: `Sent again to ${escapeText(email)}; the former link is dead, the new one ends ${formatDate(expiresAt)}.`,
      });
    },
    'invitation-revoke': async (request, value) => {
      const { email } = await revokeInvitation(request.context, invitationIn(value));
      return request.reply({
        text: `Revoked: the link that ${escapeText(email)} got is dead. No mail tells them; \`/apim-user invite\` invites them again.`,
      });
    },
  },
};

async function invitesPage(
  request: SlackRequest,
  all: boolean,
  after?: { createdAt: Date; id: string },
): Promise<Message> {
  const page = await listInvitations(request.context, { all, ...(after ? { after } : {}) });
  const { length } = page.invitations;
  if (length === 0) {
    const text = all
      ? 'There are no invitations. `/apim-user invite` sends one.'
      : 'There are no open invitations. `/apim-user invite` sends one; `/apim-user invites all` shows those that ended.';
    return { text };
  }
  const pageButtons = [
    ...(page.next ? [button('invites-next', 'Next', JSON.stringify({ all, after: page.next }))] : []),
    ...(all ? [] : [button('invites-all', 'Ended ones too', '-')]),
  ];
  return {
    text: length === 1 ? '1 invitation' : `${length} invitations`,
    blocks: [...page.invitations.flatMap(rowsOf), ...(pageButtons.length ? [actions(pageButtons)] : [])],
  };
}

function rowsOf(one: Page['invitations'][number]): KnownBlock[] {
  const value = buttonValue(one);
  const ends = one.state === 'open' ? 'ends' : 'link ended';
  const endedAt = one.state === 'open' ? one.expiresAt : (one.endedAt ?? one.expiresAt);
  const lines = [
    `*${escapeText(one.email || 'an erased address')}* · ${one.state} · mail ${one.mailState ?? 'none'}`,
    `Invited ${formatDate(one.createdAt)} by ${escapeText(one.invitedByName)} · ${ends} ${formatDate(endedAt)}`,
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
}
