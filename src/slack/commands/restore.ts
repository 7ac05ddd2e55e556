import { restoreAccount } from '../../operations/accounts/restore.ts';
import { showAccount } from '../../operations/accounts/show.ts';
import type { Call, Feature } from '../feature.ts';
import { accountMessage } from '../present/account.ts';
import { section } from '../present/blocks.ts';
import { countedSubscriptions } from '../present/counts.ts';
import { accountIn } from '../ref.ts';
import { demandRole } from '../role.ts';
import { demandOne } from './on-one-account.ts';

/** No search for it: a deleted account is in no list, and its id is in the answer to `delete`. */
export const restore: Feature = {
  command: {
    name: 'restore',
    usage: 'restore <id>',
    summary: 'Brings a deleted account back, blocked, until its data is erased.',
    example: '/apim-user restore 0193…',
    who: 'admins',
    async run(call, [id]) {
      await demandRole(call, 'admins');
      if (!id) {
        const text =
          'Which one? Write `/apim-user restore &lt;id&gt;`; the id stands in the answer that you got to `delete`, and on the account’s card.';
        return call.reply({ text, blocks: [section(text)] });
      }
      const account = await demandOne(call, id);
      return call.reply(await restored(call, { accountId: account.id }));
    },
  },
  buttons: {
    'account-restore': async (call, value) =>
      call.reply(await restored(call, accountIn(value)), { replace: true }),
  },
};

async function restored(call: Call, wanted: Parameters<typeof restoreAccount>[1]) {
  const { account } = await restoreAccount(call.context, wanted);
  const { subscriptionCounts } = await showAccount(call.context, { accountId: account.id });
  const { all } = subscriptionCounts;
  const back = all > 0 ? ` ${countedSubscriptions(all)} came back with it, with the same keys.` : '';
  const text = `Restored. The account is *blocked*; activate it when it may be used again.${back}`;
  return accountMessage(text, account, await call.role());
}
