import { DomainError, refusedFields } from '../../domain/domain-error.ts';
import { type ListedEmail, readEmailList, readOneEmail } from '../../domain/email-list.ts';
import { checkPassword } from '../../domain/password-rule.ts';
import { addAccount } from '../../operations/accounts/add.ts';
import type { Policy } from '../../operations/frame/context.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { openModalFor } from '../frame/role.ts';
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
      if (person?.firstName && person.lastName) return request.reply(await runAdd(request, person));
      return openAddModal(request, person ?? { email: text });
    },
  },
  buttons: { 'menu-add': (request) => openAddModal(request, {}) },
  submissions: {
    add: {
      check: (values, { policy }) => ({
        ...emailError(values, 'email'),
        ...namesError(values),
        ...passwordError(values, policy),
      }),
      run: (request, values) =>
        runAdd(request, {
          ...emailIn(values, 'email'),
          ...typedNames(values),
          ...(passwordIn(values) === '' ? {} : { password: passwordIn(values) }),
          groupIds: listOf(values, 'groups'),
          note: textOf(values, 'note'),
          verifyFirst: values.verifyFirst === true,
        }),
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

type Filled = { email?: string; firstName?: string; lastName?: string };

const openAddModal = (request: SlackRequest, filled: Filled) =>
  openModalFor(request, addAccount, {}, () => addModal(filled));

/** An email that can't be read is shown with what is wrong with it. */
const addModal = ({ email = '', ...names }: Filled) =>
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
      groupsInput(),
      textInput('note', 'Note', {
        optional: true,
        multiline: true,
        maxLength: 1_000,
        hint: 'For operators only.',
      }),
      checkbox('verifyFirst', 'Email confirmation', 'Send a link to confirm it first', false),
    ],
  });
