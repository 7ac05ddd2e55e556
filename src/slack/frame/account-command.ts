// The frame of subcommands that act on one account: found by e-mail or id, or chosen by searching.
import type { ModalView } from '@slack/types';
import type { AccountView } from '../../operations/accounts/account.ts';
import { findOneAccount } from '../../operations/accounts/find.ts';
import { showAccount } from '../../operations/accounts/show.ts';
import { accountInput, type Message, modal } from '../present/blocks.ts';
import { type Command, type Feature, type OnPress, type SlackRequest, textOf } from './feature.ts';
import { accountIn } from './reference.ts';
import { requireRole } from './role.ts';

/** What follows once the account is known: a modal that asks the rest, or the deed itself. */
type Next = { modal: View; act?: Act } | { modal?: never; act: Act };
type View = (account: AccountView, request: SlackRequest) => ModalView | Promise<ModalView>;
type Act = (request: SlackRequest, account: AccountView, rest: string[]) => Promise<Message>;

type About = Omit<Command, 'run'> & {
  choose: { title: string; submit: string };
};

/**
 * With no words it asks which account, in a modal of its own; with an account it goes on to the modal, or, where the
 * words after the account say all that is needed, acts.
 */
export function accountCommand({ choose, ...about }: About, next: Next): Feature {
  const callback = `choose-for-${about.name}`;
  const chooser = modal({ callback, ...choose, blocks: [accountInput()] });
  return {
    command: {
      ...about,
      async run(request, words) {
        const [name, ...rest] = words;
        if (name === undefined) {
          return request.openModal(async () => {
            await requireRole(request, about.who);
            return chooser;
          });
        }
        if (next.act && (!next.modal || rest.length > 0))
          return request.reply(await next.act(request, await findAccount(request, name), rest));
        const { modal: view } = next;
        if (!view) return;
        return request.openModal(async () => {
          await requireRole(request, about.who);
          return view(await findAccount(request, name), request);
        });
      },
    },
    submissions: {
      [callback]: {
        async run(request, values) {
          const account = await findAccount(request, textOf(values, 'account'));
          return next.modal ? next.modal(account, request) : next.act(request, account, []);
        },
      },
    },
  };
}

/** Opens a modal for the account as it is now; what it submits must still fit the version that was shown. */
export const openForAccount =
  (who: Command['who'], view: View): OnPress =>
  (request, value) =>
    request.openModal(async () => {
      await requireRole(request, who);
      const { accountId, expectedVersion } = accountIn(value);
      const { account } = await showAccount(request.context, { accountId });
      return view({ ...account, version: expectedVersion }, request);
    });

export async function findAccount(request: SlackRequest, text: string): Promise<AccountView> {
  return (await findOneAccount(request.context, { text })).account;
}

export const referenceTo = (account: AccountView) => ({ id: account.id, version: account.version });
