import { countAccounts } from '../../operations/accounts/count.ts';
import { listOperators } from '../../operations/operators/list.ts';
import { showOwnRole } from '../../operations/operators/show-own-role.ts';
import type { Call, Command } from '../call.ts';
import { actions, button, context, header, type Message, section } from '../present/blocks.ts';

/** `/apim-user help`, made from the table of commands itself. */
export function createHelp(commands: () => Command[]): Command {
  return {
    name: 'help',
    usage: 'help [subcommand]',
    summary: 'Says what there is, with an example, and who may.',
    example: '/apim-user help invite',
    who: 'everybody',
    async run(call, words) {
      const one = commands().find((command) => command.name === words[0]);
      const chosen = one ? [one] : commands();
      const lines = chosen.map(
        (command) =>
          `\`/apim-user ${command.usage}\`\n${command.summary} For ${command.who}.${one ? `\nFor example \`${command.example}\`` : ''}`,
      );
      const operators = await listOperators(call.context, { teamId: call.actor.teamId });
      const admins = operators
        .filter((operator) => operator.role === 'admin')
        .map((operator) => `<@${operator.slackUserId}>`);
      const text = one ? `Help: ${one.name}` : 'Help: what /apim-user can do';
      const ask = admins.length
        ? `Ask ${admins.join(', ')} for what you may not do yourself.`
        : 'Nobody is an admin yet: name one in SLACK_ADMINS.';
      return call.reply({ text, blocks: [section(lines.join('\n\n')), context(ask)] });
    },
  };
}

/** `/apim-user` with no words. */
export async function menu(call: Call): Promise<Message> {
  const role = await showOwnRole(call.context, {});
  if (!role) return { text: 'You have no role here yet. `/apim-user help` says whom to ask.' };
  const counts = await countAccounts(call.context, {});
  const summary = `*${counts.active}* active · *${counts.pending}* pending · *${counts.blocked}* blocked`;
  const forAdmins = [
    button('menu-invite', 'Invite', '-', { style: 'primary' }),
    button('menu-add', 'Add', '-'),
    button('menu-invites', 'Open invitations', '-'),
  ];
  return {
    text: 'Developer accounts',
    blocks: [
      header('Developer accounts'),
      section(summary),
      actions([
        ...(role === 'admin' ? forAdmins : []),
        button('menu-list', 'List', '-'),
        button('menu-find', 'Find', '-'),
        button('menu-help', 'Help', '-'),
      ]),
    ],
  };
}
