import type { Command } from '../call.ts';
import { groupsPage } from '../custom-groups.ts';
import { demandOne, groupsModal } from '../views.ts';

export const groupsCommand: Command = {
  name: 'groups',
  usage: 'groups [account]',
  summary: "Lists groups, to create, rename and delete custom ones; with an account, chooses that account's.",
  example: '/apim-user groups ann@example.com',
  who: 'admins',
  async run(call, words) {
    if (words.length === 0) return call.reply(await groupsPage(call));
    return call.openModal(groupsModal(await demandOne(call, words)));
  },
};
