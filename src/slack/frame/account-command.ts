// Subcommands that act on one account, which a person names by email or id or finds by searching.
import type { ModalView } from '@slack/types';
import type { AccountView } from '../../operations/accounts/account.ts';
import { findOneAccount } from '../../operations/accounts/find.ts';
import { showAccount } from '../../operations/accounts/show.ts';
import { textOf } from '../modals/form.ts';
import { accountInput, context, type Message, modal } from '../present/blocks.ts';
import { escapeText } from '../present/text.ts';
import type { Command, Feature, OnPress, SlackRequest } from './feature.ts';
import { accountIn } from './reference.ts';
import { type AnyOperation, attempt, openModalFor, whoMay } from './role.ts';

/** `words` followed the account: they fill the modal. */
type AccountModal = (
  account: AccountView,
  request: SlackRequest,
  words?: string[],
) => ModalView | Promise<ModalView>;
type RunOnAccount = (request: SlackRequest, account: AccountView, words: string[]) => Promise<Message>;

/**
 * The modal asks for what is still missing; `run` acts where there is no modal, or more words follow the account.
 * `ask` replies instead of `run` when the account was found by its name: a change acts at once only on an email or id,
 * because a name can be another person's too.
 */
type Next =
  | { modal: AccountModal; run?: RunOnAccount }
  | { modal?: never; run: RunOnAccount; ask?: RunOnAccount };

type AccountCommand = Omit<Command, 'run' | 'who'> &
  Omit<Feature, 'command'> & {
    /** What the subcommand does. It decides who may name an account for it, and how refusals are recorded. */
    operation: AnyOperation;
    /** Opens when the person named no account. */
    chooser: { title: string; submit: string };
    next: Next;
  };

export function accountCommand({
  operation,
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
      who: whoMay(operation),
      async run(request, typed) {
        const words = startAtEmail(typed);
        const [name, ...rest] = words;
        if (name === undefined) return openModalFor(request, operation, {}, () => chooserModal);
        const target = { account: name };
        const { modal: view, run } = next;
        if (view && !(run && rest.length > 0))
          return openModalFor(request, operation, target, async (attempting) =>
            fill(view, attempting, await find(attempting, words)),
          );
        const found = await attempt(request, operation, target, (attempting) => find(attempting, words));
        if (view && found.isByName)
          return openModalFor(request, operation, target, (attempting) => fill(view, attempting, found));
        const act = (found.isByName && !next.modal && next.ask) || run;
        if (act) await request.reply(await act(request, found.account, found.rest));
      },
    },
    buttons,
    shortcuts,
    submissions: {
      ...submissions,
      [callback]: {
        async run(request, values) {
          const name = textOf(values, 'account');
          const { modal: view } = next;
          if (!view) return next.run(request, await findFor(request, operation, name), []);
          return attempt(request, operation, { account: name }, async (attempting) =>
            view(await findAccount(attempting, name), attempting),
          );
        },
      },
    },
  };
}

/** Leaves out the name before an email: `Ann Lee <ann@example.com>`. */
function startAtEmail(words: string[]): string[] {
  const at = words.findIndex((word) => /^<[^<>]+@[^<>]+>/.test(word));
  return words.slice(Math.max(at, 0));
}

/** Opens a modal for the account as it is now. Its submission must still fit the version on the clicked card. */
export const openForAccount =
  (operation: AnyOperation, view: AccountModal): OnPress =>
  async (request, value) => {
    const { accountId, expectedVersion } = accountIn(value);
    return openModalFor(request, operation, { accountId }, async (attempting) => {
      const { account } = await showAccount(attempting.context, { accountId });
      return view({ ...account, version: expectedVersion }, attempting);
    });
  };

/** Finds the account that a person named for an operation. Errors: those of `findAccount`, and of permission. */
export const findFor = (request: SlackRequest, operation: AnyOperation, name: string): Promise<AccountView> =>
  attempt(request, operation, { account: name }, (attempting) => findAccount(attempting, name));

/** Errors: those of `accounts/find`. */
export async function findAccount(request: SlackRequest, text: string): Promise<AccountView> {
  return (await findOneAccount(request.context, { text })).account;
}

type Found = { account: AccountView; isByName: boolean; rest: string[] };

async function find(request: SlackRequest, [text = '', ...following]: string[]): Promise<Found> {
  const { account, isByName, wordsUsed } = await findOneAccount(request.context, { text, following });
  return { account, isByName, rest: following.slice(wordsUsed) };
}

async function fill(view: AccountModal, request: SlackRequest, { account, isByName, rest }: Found) {
  const filled = await view(account, request, rest);
  const found = `Found by name: ${escapeText(account.email)} · ${account.state}`;
  return isByName ? { ...filled, blocks: [context(found), ...filled.blocks] } : filled;
}
