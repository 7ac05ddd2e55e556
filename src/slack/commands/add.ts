import type { ModalView } from '@slack/types';
import { DomainError, refusedFields } from '../../domain/domain-error.ts';
import { type ListedEmail, readEmailList, readOneEmail } from '../../domain/email-list.ts';
import { checkPassword } from '../../domain/password-rule.ts';
import { addAccount } from '../../operations/accounts/add.ts';
import { likelyEmails } from '../../operations/accounts/likely-emails.ts';
import type { Policy } from '../../operations/frame/context.ts';
import { listCustomGroups } from '../../operations/groups/list-custom.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { readCarried } from '../frame/reference.ts';
import { attempt, openModalFor } from '../frame/role.ts';
import {
  emailError,
  emailIn,
  type FormValues,
  listOf,
  namesError,
  textOf,
  typedNames,
} from '../modals/form.ts';
import { accountMessage, nameOf } from '../present/account.ts';
import {
  actions,
  button,
  type ChosenOption,
  checkbox,
  groupsInput,
  type Message,
  modal,
  nameInputs,
  ONE_NAME,
  section,
  textInput,
} from '../present/blocks.ts';
import { listFaults } from '../present/email-list.ts';
import { cut, escapeText } from '../present/text.ts';

type Input = Parameters<typeof addAccount>[1];

export const addFeature: Feature = {
  command: {
    name: 'add',
    aliases: ['create', 'new', 'register'],
    usage: 'add [email] [name]',
    summary: 'Adds an account without an invitation.',
    example: '/apim-user add ann@example.com Ann Lee',
    who: 'admins',
    async run(request, _words, text) {
      const person = readPerson(text);
      // With one name the form asks whether that is all.
      if (person?.firstName && person.lastName) {
        const meant = await meantBy(request, person.email);
        return request.reply(meant ? askWhich(person, meant) : await runAdd(request, person));
      }
      return openAddModal(request, person ?? { email: text });
    },
  },
  buttons: {
    'menu-add': (request) => openAddModal(request, {}),
    'add-anyway': async (request, value) => {
      const { email, firstName, lastName } = readCarried<Partial<ListedEmail>>(value);
      await request.reply(await runAdd(request, { email: String(email ?? ''), firstName, lastName }));
    },
  },
  submissions: {
    add: {
      check: (values, { policy }) => ({
        ...emailError(values, 'email'),
        ...namesError(values),
        ...passwordError(values, policy),
      }),
      async run(request, values, { asked }) {
        const person = { ...emailIn(values, 'email'), ...typedNames(values) };
        const more = {
          groupIds: listOf(values, 'groups'),
          note: textOf(values, 'note'),
          verifyFirst: values.verifyFirst === true,
        };
        const meant = asked === person.email ? undefined : await meantBy(request, person.email);
        if (meant) return askAgain(request, { ...person, ...more, meant });
        const password = passwordIn(values);
        return runAdd(request, { ...person, ...more, ...(password === '' ? {} : { password }) });
      },
    },
  },
};

async function runAdd(request: SlackRequest, input: Input): Promise<Message> {
  const { account, endedInvitation } = await addAccount(request.context, input);
  const next =
    account.state === 'pending'
      ? 'A mail asks them to confirm their email. That activates the account; an operator can activate it sooner.'
      : input.password
        ? 'A welcome mail is on its way. The password must be replaced at the first sign-in.'
        : 'A welcome mail with a link to set a password is on its way.';
  const ended = endedInvitation ? ' Their open invitation has ended.' : '';
  const text = `Added ${escapeText(nameOf(account))}: the account is *${account.state}*. ${next}${ended}`;
  return accountMessage(text, account, await request.role());
}

/** The email that was likely meant instead. */
async function meantBy(request: SlackRequest, email: string): Promise<string | undefined> {
  return attempt(request, addAccount, {}, async ({ context }) => {
    const likely = await likelyEmails(context, { emails: [email] });
    return likely[email];
  });
}

const questionText = (meant: string): string =>
  `No account was added yet. Did you mean *${escapeText(meant)}*?`;

function askWhich(person: ListedEmail, meant: string): Message {
  const text = questionText(meant);
  const choice = [meant, person.email].map((email, at) =>
    button(
      `add-anyway:${at}`,
      cut(`Add ${email}`, 75),
      JSON.stringify({ ...person, email }),
      at === 0 ? { style: 'primary' } : {},
    ),
  );
  return { text, blocks: [section(text), actions(choice)] };
}

/** The form, filled in as it was but for the password, which Slack never gets back. */
async function askAgain(
  request: SlackRequest,
  { meant, groupIds, ...filled }: Filled & { email: string; meant: string; groupIds: string[] },
): Promise<ModalView> {
  const groups = await listCustomGroups(request.context, {});
  const view = addModal({ ...filled, groups: groups.filter(({ id }) => groupIds.includes(id)) });
  const again = 'Correct the email, or send the form again as it is. A password has to be typed again.';
  return {
    ...view,
    private_metadata: JSON.stringify({ asked: filled.email }),
    blocks: [section(`:warning: ${questionText(meant)} ${again}`), ...view.blocks],
  };
}

/** Not trimmed: spaces belong to a password. */
const passwordIn = (values: FormValues): string =>
  typeof values.temporary === 'string' ? values.temporary : '';

function passwordError(values: FormValues, policy: Policy): Record<string, string> {
  const password = passwordIn(values);
  if (password === '') return {};
  const words = ['email', 'firstName', 'lastName'].map((name) => textOf(values, name));
  const contextWords = [...words, policy.organizationName].filter((word) => word !== '');
  const rule = { minLength: policy.passwordMinLength, contextWords };
  const { password: fault } = refusedFields(() => checkPassword(password, rule));
  return fault ? { temporary: fault } : {};
}

/** Null when there isn't exactly one email that can be read. */
function readPerson(text: string): ListedEmail | null {
  try {
    return readOneEmail(text, { looseName: true });
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

type Filled = {
  email?: string;
  firstName?: string;
  lastName?: string;
  groups?: ChosenOption[];
  note?: string;
  verifyFirst?: boolean;
};

const openAddModal = (request: SlackRequest, filled: Filled) =>
  openModalFor(request, addAccount, {}, () => addModal(filled));

/** An email that can't be read is shown with what is wrong with it. */
const addModal = ({ email = '', groups = [], note = '', verifyFirst = false, ...names }: Filled) =>
  modal({
    callback: 'add',
    title: 'Add an account',
    submit: 'Add',
    blocks: [
      ...listFaults(readEmailList(email)).map(section),
      textInput('email', 'Email', { value: cut(email, 254), maxLength: 254 }),
      ...nameInputs(names, ONE_NAME),
      textInput('temporary', 'Password', {
        optional: true,
        maxLength: 1_024,
        hint: 'Slack can see what you type here, so the developer must replace it at the first sign-in. Leave it empty to mail a link to set a password.',
      }),
      groupsInput(groups),
      textInput('note', 'Note', {
        value: note,
        optional: true,
        multiline: true,
        maxLength: 1_000,
        hint: 'For operators only.',
      }),
      checkbox('verifyFirst', 'Email confirmation', 'Send a link to confirm it first', verifyFirst),
    ],
  });
