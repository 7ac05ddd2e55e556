import type { Command } from '../call.ts';
import { templatesList } from '../mail-texts.ts';

export const templatesCommand: Command = {
  name: 'templates',
  usage: 'templates',
  summary: "Shows the mails' texts, to edit, preview, try and restore them.",
  example: '/apim-user templates',
  who: 'admins',
  async run(call) {
    return call.reply(await templatesList(call));
  },
};
