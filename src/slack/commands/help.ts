import type { Command, Feature, SlackRequest } from '../frame/feature.ts';
import { adminsToAsk } from '../frame/role.ts';
import { context, type Message, section } from '../present/blocks.ts';
import { escapeText, joinLines } from '../present/text.ts';

/** `commands` has every subcommand, this one too. */
export function createHelpFeature(commands: () => Command[]): Feature {
  return {
    command: {
      name: 'help',
      usage: 'help [subcommand]',
      summary: 'Says what there is, with an example, and who may.',
      example: '/apim-user help invite',
      who: 'everybody',
      run: async (request, [name]) => request.reply(await helpMessage(request, commands(), name)),
    },
    buttons: { 'menu-help': async (request) => request.reply(await helpMessage(request, commands())) },
  };
}

async function helpMessage(request: SlackRequest, commands: Command[], name?: string): Promise<Message> {
  const role = await request.role();
  const one = commands.find((command) => command.name === name?.toLowerCase());
  const lines = (one ? [one] : commands).map(
    (command) =>
      `\`/apim-user ${escapeText(command.usage)}\`\n${command.summary} For ${command.who}.${one ? `\nFor example \`${command.example}\`` : ''}`,
  );
  const ask = await adminsToAsk(request);
  const unknown =
    name && !one ? [section(`There is no \`${escapeText(name)}\`. This is what there is:`)] : [];
  return {
    text: one ? `Help: ${one.name}` : 'Help: what /apim-user can do',
    blocks: [
      ...(role === null ? [section(`You have no role here yet. ${ask}`)] : []),
      ...unknown,
      ...joinLines(lines.map((line) => `${line}\n`)).map(section),
      context(
        role === 'admin'
          ? 'You are an admin here.'
          : `You are ${role ? 'an approver' : 'without a role'} here. ${ask}`,
      ),
    ],
  };
}
