import type { Button, KnownBlock } from '@slack/types';
import { DomainError, isOfCaller } from '../../domain/domain-error.ts';
import {
  type EmailList,
  findEmails,
  formatListedEmail,
  type ListedEmail,
  readEmailList,
} from '../../domain/email-list.ts';
import { fullName } from '../../domain/person-name.ts';
import { likelyEmails } from '../../operations/accounts/likely-emails.ts';
import { invite } from '../../operations/invitations/invite.ts';
import { commandButton } from '../features/run-command.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { readCarried } from '../frame/reference.ts';
import { attempt, openModalFor, recordRefused } from '../frame/role.ts';
import { type FormValues, listOf, textOf, typedNames } from '../modals/form.ts';
import {
  actions,
  button,
  groupsInput,
  type Message,
  modal,
  nameInputs,
  section,
  textInput,
} from '../present/blocks.ts';
import { listFaults } from '../present/email-list.ts';
import { errorText, nextStepButtons } from '../present/error.ts';
import { cut, escapeText, fittingLines, formatDate, joinLines, MAX_VALUE_LENGTH } from '../present/text.ts';
import { typedText } from '../receive/typed-words.ts';

const MAX_INVITED_AT_ONCE = 50;
/** A message of Slack's holds fifty blocks. The others are for the emails without a button. */
const MAX_ROWS_WITH_BUTTON = 30;
const MAX_ROWS_WITH_CHOICE = 10;
const MAX_BUTTON_LENGTH = 75;
const MAX_PERSON_SHOWN = 254;
/** Slack's limits for a field of a modal, and the error beside it. */
const MAX_FIELD_LENGTH = 3_000;
const MAX_ERROR_LENGTH = 500;

export const inviteFeature: Feature = {
  command: {
    name: 'invite',
    usage: 'invite [email …]',
    summary: 'Invites people by mail. They have no account until they accept.',
    example: '/apim-user invite ann@example.com ben@example.com',
    who: 'admins',
    async run(request, _words, text) {
      if (text.trim() === '') return openInviteModal(request);
      const list = readEmailList(text);
      const isReadable = list.faults.length === 0 && list.emails.length <= MAX_INVITED_AT_ONCE;
      if (isReadable) return request.reply(await inviteAll(request, list, {}));
      await recordRefused(request, invite, list.faults.length > 0 ? 'email_invalid' : 'limit_reached');
      return request.reply(unreadMessage(text, list));
    },
  },
  buttons: {
    'menu-invite': (request, text) => openInviteModal(request, text === '-' ? {} : { text }),
    'invite-correct': (request, text) => openInviteModal(request, { text }),
    'invite-anyway': async (request, value) => {
      const { email, firstName, lastName, ...details } = readCarried<Partial<ListedEmail & Details>>(value);
      const person = { email: String(email ?? ''), firstName: firstName ?? '', lastName: lastName ?? '' };
      const list = { emails: [person], faults: [], notes: [] };
      await request.reply(await inviteAll(request, list, details, { isAsked: true }));
    },
  },
  shortcuts: [
    {
      name: 'Invite API developer',
      type: 'message',
      callback_id: 'invite_from_message',
      description: 'Invites the emails in this message',
      run: (request, text) => openInviteModal(request, emailsIn(typedText(text))),
    },
  ],
  submissions: {
    invite: {
      check: emailsError,
      run: (request, values) =>
        inviteAll(request, readEmailList(textOf(values, 'emails')), {
          ...typedNames(values),
          groupIds: listOf(values, 'groups'),
          personalLine: textOf(values, 'personalLine'),
        }),
    },
  },
};

function emailsError(values: FormValues): Record<string, string> {
  const { emails, faults } = readEmailList(textOf(values, 'emails'));
  if (faults.length > 0) {
    const reasons = faults.map(({ text, reason }) => `“${text}”: ${reason}`);
    return { emails: cut(`${reasons.join('. ')}. No one has been invited yet.`, MAX_ERROR_LENGTH) };
  }
  if (emails.length === 0) return { emails: 'Enter at least one email' };
  if (emails.length > MAX_INVITED_AT_ONCE) return { emails: tooManyText(emails.length) };
  if (emails.length > 1 && Object.keys(typedNames(values)).length > 0)
    return {
      firstName: 'This name is for a single email. With several, write each as Ann Lee <ann@example.com>',
    };
  return {};
}

const tooManyText = (count: number) =>
  `That's ${count} emails, and the limit is ${MAX_INVITED_AT_ONCE}. Use /apim-user import for larger lists`;

/** No one is invited, also of the emails that can be read. */
function unreadMessage(text: string, list: EmailList): Message {
  const { emails, faults } = list;
  const all = emails.length + faults.length;
  const words =
    faults.length === 0
      ? `No one was invited. ${tooManyText(emails.length)}.`
      : `No one was invited: ${faults.length === all ? (all === 1 ? 'the email' : 'the emails') : `${faults.length} of ${all} emails`} can't be read.`;
  const others = emails.map(formatListedEmail).join(', ');
  const buttons = [
    ...(faults.length > 0 && text.length <= MAX_VALUE_LENGTH
      ? [button('invite-correct', 'Correct it', text, { style: 'primary' as const })]
      : []),
    ...(faults.length > 0 && emails.length > 0 && emails.length <= MAX_INVITED_AT_ONCE
      ? [
          commandButton(emails.length === 1 ? 'Invite the other one' : `Invite the other ${emails.length}`, [
            'invite',
            others,
          ]),
        ]
      : []),
  ];
  const blocks = [words, ...listFaults(list)].map(section);
  return { text: words, blocks: buttons.length ? [...blocks, actions(buttons)] : blocks };
}

type Filled = { text?: string; note?: string };

/** The emails in a message, each once, as many as can be invited at once and as fit into the field. */
function emailsIn(message: string): Filled {
  const found = findEmails(message);
  const listed = found.slice(0, MAX_INVITED_AT_ONCE).map(formatListedEmail);
  const lines = fittingLines(listed, MAX_FIELD_LENGTH);
  const left = found.length - lines.length;
  const note =
    found.length === 0
      ? 'There is no email in this message.'
      : left > 0
        ? `This message has ${found.length} emails; ${lines.length} of them are here. Use \`/apim-user import\` for larger lists.`
        : '';
  return { text: lines.join('\n'), note };
}

const openInviteModal = (request: SlackRequest, filled: Filled = {}) =>
  openModalFor(request, invite, {}, () => inviteModal(filled));

const inviteModal = ({ text = '', note = '' }: Filled) =>
  modal({
    callback: 'invite',
    title: 'Invite developers',
    submit: 'Send invitations',
    blocks: [
      ...[...(note ? [note] : []), ...listFaults(readEmailList(text))].map(section),
      textInput('emails', 'Email', {
        value: text,
        multiline: true,
        maxLength: MAX_FIELD_LENGTH,
        hint: `Up to ${MAX_INVITED_AT_ONCE} emails, with or without names, such as Ann Lee <ann@example.com>; ben@example.com. Each person gets a mail with a link.`,
      }),
      ...nameInputs(),
      groupsInput(),
      textInput('personalLine', 'A personal line', { optional: true, maxLength: 300 }),
    ],
  });

type Details = { firstName?: string; lastName?: string; groupIds?: string[]; personalLine?: string };
type Outcome = { line: string; isInvited: boolean; button?: Button; choice?: Button[] };

/** Invites each email in a transaction of its own, so that one refusal does not undo the others. */
async function inviteAll(
  request: SlackRequest,
  list: EmailList,
  details: Details,
  { isAsked = false } = {},
): Promise<Message> {
  const emails = isAsked ? [] : list.emails.map(({ email }) => email);
  const likely = await attempt(request, invite, {}, ({ context }) => likelyEmails(context, { emails }));
  const outcomes: Outcome[] = [];
  for (const [at, one] of list.emails.entries()) {
    const meant = likely[one.email];
    outcomes.push(meant ? askWhich(one, { meant, details, at }) : await inviteOne(request, one, details));
  }
  const sent = outcomes.filter((one) => one.isInvited).length;
  const failed = outcomes.length - sent;
  const text = [
    sentText(sent),
    ...(failed > 0 ? [`${failed === 1 ? '1 person was' : `${failed} people were`} not invited.`] : []),
    ...list.notes,
  ].join(' ');
  return {
    text,
    blocks: [section(text), ...rowsOf(outcomes), actions([button('menu-invites', 'Open invitations', '-')])],
  };
}

/** Invites no one yet, because the email is likely mistyped. What doesn't fit into the buttons is typed again. */
function askWhich(
  person: ListedEmail,
  { meant, details, at }: { meant: string; details: Details; at: number },
): Outcome {
  const line = `• ${escapeText(cut(formatListedEmail(person), MAX_PERSON_SHOWN))}: not invited yet. Did you mean *${escapeText(meant)}*?`;
  const named = fullName(person) === '' ? {} : person;
  const choice = [meant, person.email].map((email, which) =>
    button(
      `invite-anyway:${at}-${which}`,
      cut(`Invite ${email}`, MAX_BUTTON_LENGTH),
      JSON.stringify({ ...details, ...named, email }),
      which === 0 ? { style: 'primary' } : {},
    ),
  );
  const isCarried = choice.every(({ value = '' }) => value.length <= MAX_VALUE_LENGTH);
  return isCarried ? { line, isInvited: false, choice } : { line, isInvited: false };
}

function sentText(sent: number): string {
  if (sent === 0) return 'No one was invited.';
  return sent === 1 ? '1 invitation is on its way.' : `${sent} invitations are on their way.`;
}

async function inviteOne(request: SlackRequest, person: ListedEmail, details: Details): Promise<Outcome> {
  const { email } = person;
  const name = escapeText(cut(formatListedEmail(person), MAX_PERSON_SHOWN));
  const isNamed = fullName(person) !== '';
  try {
    const input = { ...person, ...details, ...(isNamed ? person : {}), batchId: request.context.requestId };
    const { expiresAt, deletedAccountId } = await invite(request.context, input);
    const line = `• ${name}: invited; the link works until ${formatDate(expiresAt)}`;
    if (deletedAccountId === null) return { line, isInvited: true };
    return {
      line: `${line}. Their deleted account can still be restored instead`,
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
  const asked = outcomes.filter((one) => one.choice).slice(0, MAX_ROWS_WITH_CHOICE);
  const withButton = outcomes.filter((one) => one.button).slice(0, MAX_ROWS_WITH_BUTTON - 2 * asked.length);
  const rest = outcomes.filter((one) => !withButton.includes(one) && !asked.includes(one));
  return [
    ...asked.flatMap(({ line, choice = [] }) => [section(line), actions(choice)]),
    ...joinLines(rest.map((one) => one.line)).map(section),
    ...withButton.map(
      ({ line, button: accessory }) =>
        ({ ...section(line), ...(accessory ? { accessory } : {}) }) as KnownBlock,
    ),
  ];
}
