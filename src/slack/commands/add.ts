import { checkPassword } from '../../domain/password-rule.ts';
import { addAccount } from '../../operations/accounts/add.ts';
import type { Policy } from '../../operations/frame/context.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { openModalFor } from '../frame/role.ts';
import { blankErrors, emailError, type FormValues, fieldErrorsOf, listOf, textOf } from '../modals/form.ts';
import { accountMessage } from '../present/account.ts';
import { checkbox, groupsInput, type Message, modal, textInput } from '../present/blocks.ts';

type Input = Parameters<typeof addAccount>[1];

export const addFeature: Feature = {
  command: {
    name: 'add',
    aliases: ['create', 'new', 'register'],
    usage: 'add [email] [first last]',
    summary: 'Adds an account without an invitation.',
    example: '/apim-user add ann@example.com Ann Lee',
    who: 'admins',
    async run(request, [email, firstName, ...rest]) {
      const lastName = rest.join(' ');
      if (email && firstName && lastName)
        return request.reply(await runAdd(request, { email, firstName, lastName }));
      return openAddModal(request, { ...(email ? { email } : {}), ...(firstName ? { firstName } : {}) });
    },
  },
  buttons: { 'menu-add': (request) => openAddModal(request, {}) },
  submissions: {
    add: {
      check: (values, { policy }) => ({
        ...emailError(values, 'email'),
        ...blankErrors(values, { firstName: 'Write a first name', lastName: 'Write a last name' }),
        ...passwordError(values, policy),
      }),
      run: (request, values) =>
        runAdd(request, {
          email: textOf(values, 'email'),
          firstName: textOf(values, 'firstName'),
          lastName: textOf(values, 'lastName'),
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
      ? 'A mail asks to confirm the address. The account becomes active by that, or when an operator activates it.'
      : input.password
        ? 'A welcome mail is on its way. The password must be replaced at the first sign-in.'
        : 'A welcome mail with a link to set a password is on its way.';
  const ended = endedInvitation ? ' The open invitation to that address has ended.' : '';
  const text = `Added: the account is *${account.state}*. ${next}${ended}`;
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
  const { password: fault } = fieldErrorsOf(() => checkPassword(password, rule));
  return fault ? { temporary: fault } : {};
}

type Filled = { email?: string; firstName?: string };

const openAddModal = (request: SlackRequest, filled: Filled) =>
  openModalFor(request, addAccount, {}, () => addModal(filled));

const addModal = ({ email = '', firstName = '' }: Filled) =>
  modal({
    callback: 'add',
    title: 'Add an account',
    submit: 'Add',
    blocks: [
      textInput('email', 'Email', { value: email, maxLength: 254 }),
      textInput('firstName', 'First name', { value: firstName, maxLength: 100 }),
      textInput('lastName', 'Last name', { maxLength: 100 }),
      textInput('temporary', 'Password', {
        optional: true,
        maxLength: 1_024,
        hint: 'Slack sees what is typed here, and it must be replaced at the first sign-in. Left empty, the developer gets a link to set one.',
      }),
      groupsInput(),
      textInput('note', 'Note', {
        optional: true,
        multiline: true,
        maxLength: 1_000,
        hint: 'For operators only.',
      }),
      checkbox('verifyFirst', 'Address', 'Verify the address first', false),
    ],
  });
