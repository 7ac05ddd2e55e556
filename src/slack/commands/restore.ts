import { restoreAccount } from '../../operations/accounts/restore.ts';
import { countSubscriptions } from '../../operations/subscriptions/count.ts';
import { findFor } from '../frame/account-command.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { accountIn } from '../frame/reference.ts';
import { attempt } from '../frame/role.ts';
import { accountMessage } from '../present/account.ts';
import { section } from '../present/blocks.ts';
import { countedSubscriptions } from '../present/counts.ts';

/** Needs the id: no list or search has deleted accounts. */
export const restoreFeature: Feature = {
  command: {
    name: 'restore',
    aliases: ['undelete', 'recover'],
    opposite: 'delete',
    usage: 'restore <id>',
    summary: 'Brings a deleted account back, blocked, until its data is erased.',
    example: '/apim-user restore 0193…',
    who: 'admins',
    async run(request, [id]) {
      if (!id) {
        await attempt(request, restoreAccount, {}, () => {});
        const text =
          'Which one? Write `/apim-user restore &lt;id&gt;`; the id stands in the answer that you got to `delete`, and on the account’s card.';
        return request.reply({ text, blocks: [section(text)] });
      }
      const account = await findFor(request, restoreAccount, id);
      return request.reply(await runRestore(request, { accountId: account.id }));
    },
  },
  buttons: {
    'account-restore': async (request, value) =>
      request.reply(await runRestore(request, accountIn(value)), { replace: true }),
  },
};

async function runRestore(request: SlackRequest, input: Parameters<typeof restoreAccount>[1]) {
  const { account } = await restoreAccount(request.context, input);
  const { all } = await countSubscriptions(request.context, { accountId: account.id });
  const back = all > 0 ? ` ${countedSubscriptions(all)} came back with it, with the same keys.` : '';
  const text = `Restored. The account is *blocked*; activate it when it may be used again.${back}`;
  return accountMessage(text, account, await request.role());
}
