import type { Command, Feature, SlackRequest } from '../frame/feature.ts';
import { findCommands } from '../frame/find-command.ts';
import { adminsToAsk } from '../frame/role.ts';
import { context, type Message, section } from '../present/blocks.ts';
import { escapeText, joinLines } from '../present/text.ts';

/** `commands` has every subcommand, this one too. */
export function createHelpFeature(commands: () => Command[]): Feature {
  let sections: Block[] | null = null;
  const helpMessage = async (request: SlackRequest, name?: string) => {
    sections ??= sectionsOf(commands());
    return makeHelp(request, { commands: commands(), sections }, name);
  };
  return {
    command: {
      name: 'help',
      aliases: ['?', 'h', 'man', 'commands'],
      usage: 'help [subcommand]',
      summary: 'Says what there is, with an example, and who may.',
      example: '/apim-user help invite',
      who: 'everybody',
      run: async (request, [name]) => request.reply(await helpMessage(request, name)),
    },
    buttons: { 'menu-help': async (request) => request.reply(await helpMessage(request)) },
  };
}

type Block = ReturnType<typeof section>;

const sectionsOf = (commands: Command[]): Block[] =>
  joinLines(commands.map((command) => `${textOf(command)}\n`)).map(section);

const textOf = ({ usage, summary, who, aliases = [] }: Command): string =>
  `\`/apim-user ${escapeText(usage)}\`\n${summary} For ${who}.${aliases.length ? ` Also: ${aliases.join(', ')}.` : ''}`;

async function makeHelp(
  request: SlackRequest,
  { commands, sections }: { commands: Command[]; sections: Block[] },
  name?: string,
): Promise<Message> {
  const role = await request.role();
  const ask = await adminsToAsk(request);
  const [one] = name ? findCommands(commands, [name]).found : [];
  const unknown =
    name && !one ? [section(`There is no \`${escapeText(name)}\`. This is what there is:`)] : [];
  return {
    text: one ? `Help: ${one.name}` : 'Help: what /apim-user can do',
    blocks: [
      ...(role === null ? [section(`You have no role here yet. ${ask}`)] : []),
      ...unknown,
      ...(one ? [section(`${textOf(one)}\nFor example \`${one.example}\`\n`)] : sections),
      context(
        role === 'admin'
          ? 'You are an admin here.'
          : `You are ${role ? 'an approver' : 'without a role'} here. ${ask}`,
      ),
    ],
  };
}
