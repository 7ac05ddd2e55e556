// Every modal that the app opens, and what its submission does. A modal's name is its callback_id.
import { DomainError } from '../domain/domain-error.ts';
import { parseEmailAddress } from '../domain/email-address.ts';
import { addAccount } from '../operations/accounts/add.ts';
import { blockAccount } from '../operations/accounts/block.ts';
import { deleteAccount } from '../operations/accounts/delete.ts';
import { editAccount } from '../operations/accounts/edit.ts';
import { findOneAccount } from '../operations/accounts/find.ts';
import { setGroupsOfAccount } from '../operations/accounts/set-groups.ts';
import type { AccountView } from '../operations/held-account.ts';
import { sendPasswordReset } from '../operations/passwords/send-reset.ts';
import { type Call, listOf, type Submission, textOf, type Values } from './call.ts';
import { inviteAll, MAX_INVITED_AT_ONCE } from './commands/invite.ts';
import { showCard } from './commands/show.ts';
import { GROUP_SUBMISSIONS } from './custom-groups.ts';
import { TEMPLATE_SUBMISSIONS } from './mail-texts.ts';
import { accountMessage, nameOf } from './present/account.ts';
import { accountInput, checkbox, groupsInput, modal, section, textInput } from './present/blocks.ts';
import { escapeText } from './present/text.ts';
import { wordsOf } from './words.ts';

const emailFault = (values: Values, name: string): Record<string, string> => {
  try {
    parseEmailAddress(textOf(values, name));
    return {};
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { [name]: "That doesn't look like an e-mail address, such as ann@example.com" };
  }
};

export const inviteModal = (emails: string[]) =>
  modal({
    callback: 'invite',
    title: 'Invite developers',
    submit: 'Send invitations',
    blocks: [
      textInput('emails', 'Email', {
        value: emails.join('\n'),
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

export const addModal = (filled: { email?: string; firstName?: string; lastName?: string }) =>
  modal({
    callback: 'add',
    title: 'Add an account',
    submit: 'Add',
    blocks: [
      textInput('email', 'Email', { ...(filled.email ? { value: filled.email } : {}), maxLength: 254 }),
      textInput('firstName', 'First name', {
        ...(filled.firstName ? { value: filled.firstName } : {}),
        maxLength: 100,
      }),
      textInput('lastName', 'Last name', {
        ...(filled.lastName ? { value: filled.lastName } : {}),
        maxLength: 100,
      }),
      textInput('password', 'Password', {
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

const aboutAccount = (account: AccountView) => ({ id: account.id, version: account.version });

export const blockModal = (account: AccountView) =>
  modal({
    callback: 'block',
    title: 'Block an account',
    submit: 'Block',
    metadata: aboutAccount(account),
    blocks: [
      section(`*${escapeText(nameOf(account))}* can't sign in or call anything from the next request on.`),
      textInput('reason', 'Reason', {
        optional: true,
        maxLength: 500,
        hint: 'For operators only; it never goes out.',
      }),
      textInput('message', 'Message to the developer', { optional: true, multiline: true, maxLength: 1_000 }),
      checkbox('tellDeveloper', 'Mail', 'Tell the developer by mail', true),
    ],
  });

export const deleteModal = (account: AccountView, eraseAfterDays: number) =>
  modal({
    callback: 'delete',
    title: 'Delete an account',
    submit: 'Delete',
    metadata: aboutAccount(account),
    blocks: [
      section(
        `*${escapeText(nameOf(account))}*: access and links end at once, and the address is free again. ${
          eraseAfterDays === 0
            ? 'Personal data is erased at once; there is no way back.'
            : `Personal data is erased after ${eraseAfterDays} days; until then \`/apim-user restore ${account.id}\` brings the account back.`
        }\nTo keep someone out, block instead: whoever is deleted can be invited again.`,
      ),
      textInput('reason', 'Reason', { optional: true, maxLength: 500, hint: 'For operators only.' }),
      checkbox('tellDeveloper', 'Mail', 'Send a farewell mail', true),
    ],
  });

export const resetModal = (account: AccountView) =>
  modal({
    callback: 'reset-password',
    title: 'Reset a password',
    submit: 'Send the link',
    metadata: aboutAccount(account),
    blocks: [
      section(
        `Mail *${escapeText(nameOf(account))}* a one-time link to set a new password? The old one works until then.`,
      ),
    ],
  });

export const editModal = (account: AccountView) =>
  modal({
    callback: 'edit',
    title: 'Edit an account',
    submit: 'Save',
    metadata: { ...aboutAccount(account), email: account.email },
    blocks: [
      textInput('firstName', 'First name', { value: account.firstName, maxLength: 100 }),
      textInput('lastName', 'Last name', { value: account.lastName, maxLength: 100 }),
      textInput('email', 'Email', {
        value: account.email,
        maxLength: 254,
        hint: 'A changed address counts once it is confirmed from there; the old one is told.',
      }),
      textInput('note', 'Note', { value: account.note, optional: true, multiline: true, maxLength: 1_000 }),
    ],
  });

export const groupsModal = (account: AccountView) =>
  modal({
    callback: 'groups',
    title: 'Groups of an account',
    submit: 'Save',
    metadata: aboutAccount(account),
    blocks: [section(`*${escapeText(nameOf(account))}*`), groupsInput(account.groups)],
  });

/** Asks which account is meant, and goes on with its card. */
export const chooseModal = () =>
  modal({
    callback: 'choose',
    title: 'Which account?',
    submit: 'Go on',
    blocks: [accountInput()],
  });

type Ref = { accountId: string; expectedVersion: number };
const refOf = (metadata: Record<string, unknown>): Ref => ({
  accountId: String(metadata.id),
  expectedVersion: Number(metadata.version),
});

export const SUBMISSIONS: Record<string, Submission> = {
  ...GROUP_SUBMISSIONS,
  ...TEMPLATE_SUBMISSIONS,
  invite: {
    check(values) {
      const emails = wordsOf(textOf(values, 'emails'));
      if (emails.length > MAX_INVITED_AT_ONCE)
        return { emails: `At most ${MAX_INVITED_AT_ONCE} addresses at once` };
      return emails.length === 0 ? { emails: 'Write at least one address' } : {};
    },
    run: (call, values) =>
      inviteAll(call, wordsOf(textOf(values, 'emails')), {
        firstName: textOf(values, 'firstName'),
        lastName: textOf(values, 'lastName'),
        groupIds: listOf(values, 'groups'),
        personalLine: textOf(values, 'personalLine'),
      }),
  },
  add: {
    check: (values) => emailFault(values, 'email'),
    async run(call, values) {
      const password =
        typeof values.password === 'string' && values.password !== '' ? values.password : undefined;
      const { account, endedInvitation } = await addAccount(call.context, {
        email: textOf(values, 'email'),
        firstName: textOf(values, 'firstName'),
        lastName: textOf(values, 'lastName'),
        ...(password ? { password } : {}),
        groupIds: listOf(values, 'groups'),
        note: textOf(values, 'note'),
        verifyFirst: values.verifyFirst === true,
      });
      const ended = endedInvitation ? ' The open invitation to that address has ended.' : '';
      return accountMessage(`Added: the account is *${account.state}*.${ended}`, account);
    },
  },
  block: {
    async run(call, values, metadata) {
      const { account } = await blockAccount(call.context, {
        ...refOf(metadata),
        reason: textOf(values, 'reason'),
        message: textOf(values, 'message'),
        tellDeveloper: values.tellDeveloper === true,
      });
      return accountMessage(
        `Blocked: ${escapeText(nameOf(account))} can't sign in or call anything any more.`,
        account,
      );
    },
  },
  delete: {
    async run(call, values, metadata) {
      const { accountId, eraseAfterDays } = await deleteAccount(call.context, {
        ...refOf(metadata),
        reason: textOf(values, 'reason'),
        tellDeveloper: values.tellDeveloper === true,
      });
      const after = eraseAfterDays
        ? `Personal data is erased in ${eraseAfterDays} days. Until then: \`/apim-user restore ${accountId}\`.`
        : 'Personal data is erased.';
      return { text: `Deleted. ${after}` };
    },
  },
  'reset-password': {
    async run(call, _values, metadata) {
      const { email, minutes } = await sendPasswordReset(call.context, refOf(metadata));
      return {
        text: `A link is on its way to ${escapeText(email)}; it works once, for ${minutes} minutes. \`/apim-user show\` tells what became of the mail.`,
      };
    },
  },
  edit: {
    check: (values) => emailFault(values, 'email'),
    async run(call, values, metadata) {
      const email = textOf(values, 'email');
      const { account, waitsForAddress } = await editAccount(call.context, {
        ...refOf(metadata),
        firstName: textOf(values, 'firstName'),
        lastName: textOf(values, 'lastName'),
        note: textOf(values, 'note'),
        ...(email !== metadata.email ? { email } : {}),
      });
      const waits = waitsForAddress
        ? ` The new address counts once it is confirmed: a mail went to ${escapeText(waitsForAddress)}.`
        : '';
      return accountMessage(`Saved.${waits}`, account);
    },
  },
  groups: {
    async run(call, values, metadata) {
      const { account } = await setGroupsOfAccount(call.context, {
        ...refOf(metadata),
        groupIds: listOf(values, 'groups'),
      });
      return accountMessage('Saved.', account);
    },
  },
  choose: {
    async run(call, values) {
      const { account } = await findOneAccount(call.context, { text: textOf(values, 'account') });
      return showCard(call, account.id);
    },
  },
};

export async function demandOne(call: Call, words: string[]): Promise<AccountView> {
  return (await findOneAccount(call.context, { text: words[0] ?? '' })).account;
}
