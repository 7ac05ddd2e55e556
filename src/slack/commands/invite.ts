import type { Button, KnownBlock } from '@slack/types';
import { DomainError, isOfCaller } from '../../domain/domain-error.ts';
import { invite } from '../../operations/invitations/invite.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { attempt, openModalFor } from '../frame/role.ts';
import { type FormValues, isEmailAddress, listOf, textOf } from '../modals/form.ts';
import { actions, button, groupsInput, type Message, modal, section, textInput } from '../present/blocks.ts';
import { errorText, nextStepButtons } from '../present/error.ts';
import { cut, escapeText, formatDate, joinLines } from '../present/text.ts';
import { splitWords } from '../receive/typed-words.ts';

const MAX_INVITED_AT_ONCE = 50;
/** A message of Slack's holds fifty blocks. The others are for the emails without a button. */
const MAX_ROWS_WITH_BUTTON = 30;
const MAX_EMAIL_SHOWN = 254;

export const inviteFeature: Feature = {
  command: {
    name: 'invite',
    usage: 'invite [email …]',
    summary: 'Invites people by mail. They have no account until they accept.',
    example: '/apim-user invite ann@example.com ben@example.com',
    who: 'admins',
    async run(request, words) {
      if (words.length === 0) return openInviteModal(request, []);
      await attempt(request, invite, {}, () => {
        if (words.length > MAX_INVITED_AT_ONCE)
          throw new DomainError('limit_reached', { limit: `${MAX_INVITED_AT_ONCE} addresses at once` });
      });
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
      run: (request, text) => openInviteModal(request, emailsIn(text)),
    },
  ],
  submissions: {
    invite: {
      check: emailsError,
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
  return { emails: cut(`No e-mail address: ${wrong.join(', ')}. No one was invited yet.`, 500) };
}

/** The emails in a message, without repeats. */
function emailsIn(text: string): string[] {
  const found = text.match(/[^\s<>|:,;"()[\]]+@[^\s<>|:,;"()[\]]+\.[a-z]{2,}/gi) ?? [];
  return [...new Set(found)].filter(isEmailAddress).slice(0, MAX_INVITED_AT_ONCE);
}

const openInviteModal = (request: SlackRequest, emails: string[]) =>
  openModalFor(request, invite, {}, () => inviteModal(emails));

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

type Details = { firstName?: string; lastName?: string; groupIds?: string[]; personalLine?: string };
type Outcome = { line: string; isInvited: boolean; button?: Button };

/** Invites each email in a transaction of its own, so that one refusal does not undo the others. */
async function inviteAll(request: SlackRequest, emails: string[], details: Details): Promise<Message> {
  const outcomes: Outcome[] = [];
  for (const email of new Set(emails)) outcomes.push(await inviteOne(request, email, details));
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
  if (sent === 0) return 'No one was invited.';
  return sent === 1 ? '1 invitation is on its way.' : `${sent} invitations are on their way.`;
}

async function inviteOne(request: SlackRequest, email: string, details: Details): Promise<Outcome> {
  const name = escapeText(cut(email, MAX_EMAIL_SHOWN));
  try {
    const { expiresAt, deletedAccountId } = await invite(request.context, {
      email,
      batchId: request.context.requestId,
      ...details,
    });
    const line = `• ${name}: invited; the link ends ${formatDate(expiresAt)}`;
    if (deletedAccountId === null) return { line, isInvited: true };
    return {
      line: `${line}. A deleted account of this address is still there and could be restored instead`,
      isInvited: true,
      button: button('list-show:beside', 'Show deleted', deletedAccountId, {
        label: `Show deleted ${email}`,
      }),
    };
  } catch (error) {
    if (!(error instanceof DomainError) || isOfCaller(error.code)) throw error;
    if (error.code === 'email_invited' && request.doneBefore.has(error.detail.id ?? ''))
      return { line: `• ${name}: invited`, isInvited: true };
    const [nextStep] = nextStepButtons(error);
    const line = `• ${name}: not invited. ${errorText(error)}`;
    if (!nextStep) return { line, isInvited: false };
    const label = cut(`${nextStep.text.text} ${email}`, 75);
    const besideLine = { action_id: `${nextStep.action_id}:beside`, accessibility_label: label };
    return { line, isInvited: false, button: { ...nextStep, ...besideLine } };
  }
}

function rowsOf(outcomes: Outcome[]): KnownBlock[] {
  const withButton = outcomes.filter((one) => one.button).slice(0, MAX_ROWS_WITH_BUTTON);
  const rest = outcomes.filter((one) => !withButton.includes(one));
  return [
    ...joinLines(rest.map((one) => one.line)).map(section),
    ...withButton.map(
      ({ line, button: accessory }) =>
        ({ ...section(line), ...(accessory ? { accessory } : {}) }) as KnownBlock,
    ),
  ];
}
