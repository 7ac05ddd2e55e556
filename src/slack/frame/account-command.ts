// Subcommands that act on one account, which a person names by email or id or finds by searching.
import type { ModalView } from '@slack/types';
import type { AccountView } from '../../operations/accounts/account.ts';
import { findOneAccount } from '../../operations/accounts/find.ts';
import { showAccount } from '../../operations/accounts/show.ts';
import { textOf } from '../modals/form.ts';
import { accountInput, type Message, modal } from '../present/blocks.ts';
import type { Command, Feature, OnPress, SlackRequest } from './feature.ts';
import { accountIn } from './reference.ts';
import { openModalFor } from './role.ts';

type AccountModal = (account: AccountView, request: SlackRequest) => ModalView | Promise<ModalView>;
type RunOnAccount = (request: SlackRequest, account: AccountView, words: string[]) => Promise<Message>;

/** The modal asks for what is still missing; `run` acts where there is no modal, or more words follow the account. */
type Next = { modal: AccountModal; run?: RunOnAccount } | { modal?: never; run: RunOnAccount };

type AccountCommand = Omit<Command, 'run'> &
  Omit<Feature, 'command'> & {
    /** Opens when the person named no account. */
    chooser: { title: string; submit: string };
    next: Next;
  };

export function accountCommand({
  chooser,
  next,
  buttons = {},
  submissions = {},
  shortcuts = [],
  ...about
}: AccountCommand): Feature & { command: Command } {
  const callback = `choose-for-${about.name}`;
  const chooserModal = modal({ callback, ...chooser, blocks: [accountInput()] });
  return {
    command: {
      ...about,
      async run(request, words) {
        const [name, ...rest] = words;
        if (name === undefined) return openModalFor(about.who, request, () => chooserModal);
        if (next.run && (!next.modal || rest.length > 0))
          return request.reply(await next.run(request, await findAccount(request, name), rest));
        const { modal: view } = next;
        if (!view) return;
        return openModalFor(about.who, request, async () => view(await findAccount(request, name), request));
      },
    },
    buttons,
    shortcuts,
    submissions: {
      ...submissions,
      [callback]: {
        async run(request, values) {
          const account = await findAccount(request, textOf(values, 'account'));
          return next.modal ? next.modal(account, request) : next.run(request, account, []);
        },
      },
    },
  };
}

/** Opens a modal for the account as it is now. Its submission must still fit the version on the clicked card. */
export const openForAccount =
  (who: Command['who'], view: AccountModal): OnPress =>
  (request, value) =>
    openModalFor(who, request, async () => {
      const { accountId, expectedVersion } = accountIn(value);
      const { account } = await showAccount(request.context, { accountId });
      return view({ ...account, version: expectedVersion }, request);
    });

/** Errors: `account_not_found`, with similar ones, and `account_ambiguous`. */
export async function findAccount(request: SlackRequest, text: string): Promise<AccountView> {
  return (await findOneAccount(request.context, { text })).account;
}
