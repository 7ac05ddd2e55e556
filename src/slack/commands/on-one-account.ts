// The frame of subcommands that act on one account: found by e-mail or id, or chosen by searching.
import type { ModalView } from '@slack/types';
import type { AccountView } from '../../operations/accounts/account.ts';
import { findOneAccount } from '../../operations/accounts/find.ts';
import { showAccount } from '../../operations/accounts/show.ts';
import { type Call, type Command, type Feature, type OnPress, textOf } from '../feature.ts';
import { accountInput, type Message, modal } from '../present/blocks.ts';
import { accountIn } from '../ref.ts';
import { demandRole } from '../role.ts';

/** What follows once the account is known: a modal that asks the rest, or the deed itself. */
type Next = { modal: View; act?: Act } | { modal?: never; act: Act };
type View = (account: AccountView, call: Call) => ModalView | Promise<ModalView>;
type Act = (call: Call, account: AccountView, rest: string[]) => Promise<Message>;

type About = Omit<Command, 'run'> & {
  choose: { title: string; submit: string };
};

/**
 * With no words it asks which account, in a modal of its own; with an account it goes on to the modal, or, where the
 * words after the account say all that is needed, acts.
 */
export function onOneAccount({ choose, ...about }: About, next: Next): Feature {
  const callback = `choose-for-${about.name}`;
  const chooser = modal({ callback, ...choose, blocks: [accountInput()] });
  return {
    command: {
      ...about,
      async run(call, words) {
        const [name, ...rest] = words;
        if (name === undefined) {
          return call.openModal(async () => {
            await demandRole(call, about.who);
            return chooser;
          });
        }
        if (next.act && (!next.modal || rest.length > 0))
          return call.reply(await next.act(call, await demandOne(call, name), rest));
        const { modal: view } = next;
        if (!view) return;
        return call.openModal(async () => {
          await demandRole(call, about.who);
          return view(await demandOne(call, name), call);
        });
      },
    },
    submissions: {
      [callback]: {
        async run(call, values) {
          const account = await demandOne(call, textOf(values, 'account'));
          return next.modal ? next.modal(account, call) : next.act(call, account, []);
        },
      },
    },
  };
}

/** Opens a modal for the account as it is now; what it submits must still fit the version that was shown. */
export const opensFor =
  (who: Command['who'], view: View): OnPress =>
  (call, value) =>
    call.openModal(async () => {
      await demandRole(call, who);
      const { accountId, expectedVersion } = accountIn(value);
      const { account } = await showAccount(call.context, { accountId });
      return view({ ...account, version: expectedVersion }, call);
    });

export async function demandOne(call: Call, text: string): Promise<AccountView> {
  return (await findOneAccount(call.context, { text })).account;
}

export const aboutAccount = (account: AccountView) => ({ id: account.id, version: account.version });
