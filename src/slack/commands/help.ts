import { listOperators } from '../../operations/operators/list.ts';
import type { Command, Feature, SlackRequest } from '../frame/feature.ts';
import { context, type Message, section } from '../present/blocks.ts';
import { escapeText, joinLines } from '../present/text.ts';

/** `/apim-user help`, made from the table of commands itself. */
export function createHelp(commands: () => Command[]): Feature {
  const about = async (request: SlackRequest, name?: string): Promise<Message> => {
    const role = await request.role();
    const one = commands().find((command) => command.name === name?.toLowerCase());
    const lines = (one ? [one] : commands()).map(
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
  };
  return {
    command: {
      name: 'help',
      usage: 'help [subcommand]',
      summary: 'Says what there is, with an example, and who may.',
      example: '/apim-user help invite',
      who: 'everybody',
      run: async (request, [name]) => request.reply(await about(request, name)),
    },
    buttons: { 'menu-help': async (request) => request.reply(await about(request)) },
  };
}

const MAX_NAMED = 10;

export async function adminsToAsk(request: SlackRequest): Promise<string> {
  const operators = await listOperators(request.context, { teamId: request.actor.teamId });
  const admins = operators
    .filter((operator) => operator.role === 'admin')
    .slice(0, MAX_NAMED)
    .map((operator) => `<@${operator.slackUserId}>`);
  return admins.length
    ? `Ask ${admins.join(', ')} for what you may not do yourself.`
    : 'Nobody is an admin yet: whoever runs this app names one in SLACK_ADMINS.';
}
