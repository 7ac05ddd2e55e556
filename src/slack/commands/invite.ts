import type { Button, KnownBlock } from '@slack/types';
import { DomainError } from '../../domain/domain-error.ts';
import { invite as inviteOne } from '../../operations/invitations/invite.ts';
import { type Feature, type FormValues, listOf, type SlackRequest, textOf } from '../frame/feature.ts';
import { requireRole } from '../frame/role.ts';
import { isEmailAddress } from '../modals/email-field.ts';
import { actions, button, groupsInput, type Message, modal, section, textInput } from '../present/blocks.ts';
import { errorText, nextStepButtons } from '../present/error.ts';
import { cut, escapeText, formatDate, joinLines } from '../present/text.ts';
import { splitWords } from '../receive/typed-words.ts';

const MAX_INVITED_AT_ONCE = 50;
/** Of Slack's fifty blocks a message, the rest is for the addresses that are lines of text. */
const MAX_ROWS_WITH_BUTTON = 30;
const SHOWN_OF_ADDRESS = 254;

export const invite: Feature = {
  command: {
    name: 'invite',
    usage: 'invite [email …]',
    summary: 'Invites people by mail. They have no account until they accept.',
    example: '/apim-user invite ann@example.com ben@example.com',
    who: 'admins',
    async run(request, words) {
      if (words.length === 0) return openInviteModal(request, []);
      if (words.length > MAX_INVITED_AT_ONCE)
        throw new DomainError('limit_reached', { limit: `${MAX_INVITED_AT_ONCE} addresses at once` });
      return request.reply(await inviteAll(request, words, {}));
    },
  },
  buttons: { 'menu-invite': (request) => openInviteModal(request, []) },
  shortcuts: [
    {
      name: 'Invite API developer',
      type: 'message',
      callback_id: 'invite_from_message',
      description: 'Invites the e-mail address in this message',
      run: (request, text) => openInviteModal(request, addressesIn(text)),
    },
  ],
  submissions: {
    invite: {
      check: (values) => emailsError(values),
      run: (request, values) =>
        inviteAll(request, splitWords(textOf(values, 'emails')), {
          firstName: textOf(values, 'firstName'),
          lastName: textOf(values, 'lastName'),
          groupIds: listOf(values, 'groups'),
          personalLine: textOf(values, 'personalLine'),
        }),
    },
  },
};

function emailsError(values: FormValues): Record<string, string> {
  const emails = splitWords(textOf(values, 'emails'));
  if (emails.length === 0) return { emails: 'Write at least one address' };
  if (emails.length > MAX_INVITED_AT_ONCE)
    return { emails: `At most ${MAX_INVITED_AT_ONCE} addresses at once` };
  const wrong = emails.filter((email) => !isEmailAddress(email));
  if (wrong.length === 0) return {};
  return { emails: cut(`No e-mail address: ${wrong.join(', ')}. Nobody was invited yet.`, 500) };
}

/** Every address in a message, once, as far as one invitation takes them. */
function addressesIn(text: string): string[] {
  const found = text.match(/[^\s<>|:,;"()[\]]+@[^\s<>|:,;"()[\]]+\.[a-z]{2,}/gi) ?? [];
  return [...new Set(found)].filter(isEmailAddress).slice(0, MAX_INVITED_AT_ONCE);
}

function openInviteModal(request: SlackRequest, emails: string[]): Promise<void> {
  return request.openModal(async () => {
    await requireRole(request, 'admins');
    return inviteModal(emails);
  });
}

const inviteModal = (emails: string[]) =>
  modal({
    callback: 'invite',
    title: 'Invite developers',
    submit: 'Send invitations',
    blocks: [
      textInput('emails', 'Email', {
        value: emails.join('\n').slice(0, 3_000),
        multiline: true,
        maxLength: 3_000,
        hint: `One address a line, at most ${MAX_INVITED_AT_ONCE}. A mail with a link goes to each.`,
      }),
      textInput('firstName', 'First name', { optional: true, maxLength: 100 }),
      textInput('lastName', 'Last name', { optional: true, maxLength: 100 }),
      groupsInput(),
      textInput('personalLine', 'A personal line', { optional: true, maxLength: 300 }),
    ],
  });

type About = { firstName?: string; lastName?: string; groupIds?: string[]; personalLine?: string };
type Outcome = { line: string; isInvited: boolean; next?: Button };

/** Invites each address by itself and says what happened to each. */
async function inviteAll(request: SlackRequest, emails: string[], about: About): Promise<Message> {
  const outcomes: Outcome[] = [];
  for (const email of new Set(emails)) outcomes.push(await inviteEach(request, email, about));
  const sent = outcomes.filter((one) => one.isInvited).length;
  const failed = outcomes.length - sent;
  const text = [
    sentText(sent),
    ...(failed > 0 ? [`${failed === 1 ? '1 address was' : `${failed} addresses were`} not invited.`] : []),
  ].join(' ');
  return {
    text,
    blocks: [section(text), ...rowsOf(outcomes), actions([button('menu-invites', 'Open invitations', '-')])],
  };
}

function sentText(sent: number): string {
  if (sent === 0) return 'Nobody was invited.';
  return sent === 1 ? '1 invitation is on its way.' : `${sent} invitations are on their way.`;
}

async function inviteEach(request: SlackRequest, email: string, about: About): Promise<Outcome> {
  const name = escapeText(cut(email, SHOWN_OF_ADDRESS));
  try {
    const { expiresAt, deletedAccountId } = await inviteOne(request.context, { email, ...about });
    const line = `• ${name}: invited; the link ends ${formatDate(expiresAt)}`;
    if (deletedAccountId === null) return { line, isInvited: true };
    return {
      line: `${line}. A deleted account of this address is still there and could be restored instead`,
      isInvited: true,
      next: button('list-show:beside', 'Show deleted', deletedAccountId, { label: `Show deleted ${email}` }),
    };
  } catch (error) {
    if (!(error instanceof DomainError) || error.code === 'not_permitted') throw error;
    const [way] = nextStepButtons(error);
    const line = `• ${name}: not invited. ${errorText(error)}`;
    if (!way) return { line, isInvited: false };
    const label = cut(`${way.text.text} ${email}`, 75);
    const next = { ...way, action_id: `${way.action_id}:beside`, accessibility_label: label };
    return { line, isInvited: false, next };
  }
}

/** Addresses with something to do about them, each with its button; the others as text. */
function rowsOf(outcomes: Outcome[]): KnownBlock[] {
  const withButton = outcomes.filter((one) => one.next).slice(0, MAX_ROWS_WITH_BUTTON);
  const rest = outcomes.filter((one) => !withButton.includes(one));
  return [
    ...joinLines(rest.map((one) => one.line)).map(section),
    ...withButton.map(
      ({ line, next }) => ({ ...section(line), ...(next ? { accessory: next } : {}) }) as KnownBlock,
    ),
  ];
}
