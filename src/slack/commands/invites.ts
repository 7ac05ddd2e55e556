import type { KnownBlock } from '@slack/types';
import { listInvitations } from '../../operations/invitations/list.ts';
import { resendInvitation } from '../../operations/invitations/resend.ts';
import { revokeInvitation } from '../../operations/invitations/revoke.ts';
import type { Feature } from '../frame/feature.ts';
import { definePages } from '../frame/pages.ts';
import { buttonValue, invitationIn } from '../frame/reference.ts';
import { row } from '../present/blocks.ts';
import { escapeText, formatDate } from '../present/text.ts';

type Page = Awaited<ReturnType<typeof listInvitations>>;

const OPEN = { all: false };

const pages = definePages<{ all: boolean }>('invites', async (request, { all }, page) => {
  const { invitations, next, count } = await listInvitations(request.context, { all, ...page });
  return {
    title: all ? 'All invitations' : 'Open invitations',
    rows: invitations.map(rowOf),
    next,
    count,
    none: `There are no ${all ? '' : 'open '}invitations. \`/apim-user invite\` sends one.`,
    filters: [
      { text: 'Open', query: OPEN, isChosen: !all },
      { text: 'All', query: { all: true }, isChosen: all },
    ],
  };
});

export const invitesFeature: Feature = {
  command: {
    name: 'invites',
    aliases: ['invitations', 'invitation', 'invited', 'resend', 'revoke'],
    usage: 'invites [all]',
    summary: 'Shows open invitations, with Resend and Revoke; `all` shows ended ones too.',
    example: '/apim-user invites',
    who: 'admins',
    run: async (request, words) => request.reply(await pages.first(request, { all: words[0] === 'all' })),
  },
  buttons: {
    'menu-invites': async (request) => request.reply(await pages.first(request, OPEN)),
    ...pages.buttons,
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

function rowOf(one: Page['invitations'][number]): KnownBlock[] {
  const isOpen = one.state === 'open';
  const facts = [
    `*${escapeText(one.email || 'an erased address')}*`,
    one.state,
    `mail ${one.mailState ?? 'none'}`,
    `invited by ${escapeText(one.invitedByName)}`,
    `${isOpen ? 'ends' : 'ended'} ${formatDate(isOpen ? one.expiresAt : (one.endedAt ?? one.expiresAt))}`,
  ];
  const entries = [
    ...(isOpen || one.state === 'expired' ? [{ text: 'Resend', button: 'invitation-resend' }] : []),
    ...(isOpen ? [{ text: 'Revoke', button: 'invitation-revoke' }] : []),
  ];
  return [row(facts.join(' · '), { value: buttonValue(one), entries })];
}
