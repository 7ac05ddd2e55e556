import type { KnownBlock } from '@slack/types';
import { listInvitations } from '../../operations/invitations/list.ts';
import { resendInvitation } from '../../operations/invitations/resend.ts';
import { revokeInvitation } from '../../operations/invitations/revoke.ts';
import { showInvitation } from '../../operations/invitations/show.ts';
import { findFor } from '../frame/account-command.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { definePages } from '../frame/pages.ts';
import { buttonValue, invitationIn } from '../frame/reference.ts';
import { openModalFor } from '../frame/role.ts';
import { accountMessage, mailStateText } from '../present/account.ts';
import { type Message, modal, row, section } from '../present/blocks.ts';
import { revokeWarning } from '../present/invitations.ts';
import { escapeText, formatDate } from '../present/text.ts';

type Page = Awaited<ReturnType<typeof listInvitations>>;

type Query = Pick<Parameters<typeof listInvitations>[1], 'all' | 'undelivered'>;

const OPEN: Query = {};
const ALL: Query = { all: true };
const UNDELIVERED: Query = { undelivered: true };

const pages = definePages<Query>('invites', async (request, query, page) => {
  const { invitations, next, count } = await listInvitations(request.context, { ...query, ...page });
  const { all = false, undelivered = false } = query;
  return {
    title: undelivered
      ? 'Open invitations whose mail did not arrive'
      : all
        ? 'All invitations'
        : 'Open invitations',
    rows: invitations.map(rowOf),
    next,
    count,
    none: undelivered
      ? 'The mail of every open invitation was sent and did not bounce.'
      : `There are no ${all ? '' : 'open '}invitations. \`/apim-user invite\` sends one.`,
    filters: [
      { text: 'Open', query: OPEN, isChosen: !all && !undelivered },
      { text: 'Not delivered', query: UNDELIVERED, isChosen: undelivered },
      { text: 'All', query: ALL, isChosen: all },
    ],
  };
});

export const invitesFeature: Feature = {
  command: {
    name: 'invites',
    aliases: ['invitations', 'invitation', 'invited', 'resend', 'revoke'],
    usage: 'invites [all | undelivered | email]',
    summary:
      'Lists open invitations, to resend or revoke; `undelivered` lists those whose mail bounced or failed, `all` ended ones too.',
    example: '/apim-user invites',
    who: 'admins',
    async run(request, [word]) {
      const query = WORDS[word?.toLowerCase() ?? ''];
      if (!word || query) return request.reply(await pages.first(request, query ?? OPEN));
      // Refused, with Resend and Revoke, for the email of an open invitation.
      const account = await findFor(request, listInvitations, word);
      const text = `There is no open invitation: ${escapeText(account.email)} already has an account.`;
      return request.reply(accountMessage(text, account, await request.role()));
    },
  },
  buttons: {
    'menu-invites': async (request, which) => request.reply(await pages.first(request, WORDS[which] ?? OPEN)),
    ...pages.buttons,
    'invitation-resend': async (request, value) => {
      const { email, expiresAt } = await resendInvitation(request.context, invitationIn(value));
      return request.reply({
        text: `Sent again to ${escapeText(email)}. The old link no longer works; the new one works until ${formatDate(expiresAt)}.`,
      });
    },
    // An entry of a menu has no dialog to confirm.
    'invitation-revoke-ask': (request, value) => {
      const input = invitationIn(value);
      return openModalFor(
        request,
        revokeInvitation,
        { invitationId: input.invitationId },
        async (attempting) =>
          revokeModal(
            input,
            (await showInvitation(attempting.context, { invitationId: input.invitationId })).email,
          ),
      );
    },
    'invitation-revoke': async (request, value) =>
      request.reply(await runRevoke(request, invitationIn(value))),
  },
  submissions: {
    'invitation-revoke': {
      run: (request, _values, metadata) => runRevoke(request, invitationIn(metadata)),
    },
  },
};

/** Own keys only: people type the word. */
const WORDS: Record<string, Query | undefined> = Object.assign(Object.create(null), {
  all: ALL,
  undelivered: UNDELIVERED,
});

async function runRevoke(
  request: SlackRequest,
  input: Parameters<typeof revokeInvitation>[1],
): Promise<Message> {
  const { email } = await revokeInvitation(request.context, input);
  return {
    text: `Revoked: the link mailed to ${escapeText(email)} no longer works. They get no mail about it. To invite them again, use \`/apim-user invite\`.`,
  };
}

const revokeModal = (input: { invitationId: string; expectedVersion: number }, email: string) =>
  modal({
    callback: 'invitation-revoke',
    title: 'Revoke an invitation',
    submit: 'Revoke',
    metadata: { id: input.invitationId, version: input.expectedVersion },
    blocks: [section(revokeWarning(`*${escapeText(email)}*`))],
  });

function rowOf(one: Page['invitations'][number]): KnownBlock[] {
  const isOpen = one.state === 'open';
  const facts = [
    `*${escapeText(one.email || 'an erased email')}*`,
    one.state,
    `mail ${mailStateText(one.mailState ?? 'none')}`,
    `invited by ${escapeText(one.invitedByName)}`,
    `${isOpen ? 'ends' : 'ended'} ${formatDate(isOpen ? one.expiresAt : (one.endedAt ?? one.expiresAt))}`,
  ];
  const entries = [
    ...(isOpen || one.state === 'expired' ? [{ text: 'Resend', button: 'invitation-resend' }] : []),
    ...(isOpen ? [{ text: 'Revoke', button: 'invitation-revoke-ask' }] : []),
  ];
  return row(facts.join(' · '), { value: buttonValue(one), entries });
}
