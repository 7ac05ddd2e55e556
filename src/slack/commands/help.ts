import type { Role } from '../../operations/frame/context.ts';
import { unknownCommand } from '../features/run-command.ts';
import type { Command, Feature, SlackRequest } from '../frame/feature.ts';
import { findCommands } from '../frame/find-command.ts';
import { adminsToAsk } from '../frame/role.ts';
import { context, header, type Message, section } from '../present/blocks.ts';
import { escapeText } from '../present/text.ts';

const GROUPS = {
  People: ['invite', 'invites', 'add', 'import', 'announce', 'request', 'list', 'show', 'edit', 'export'],
  Access: ['activate', 'block', 'reset-password', 'groups', 'subscriptions', 'delete', 'restore'],
  Catalog: ['products', 'apis', 'usage'],
  Decisions: ['approvals', 'review', 'history', 'help'],
};
/** What is used once, or seldom: only named, so that the rest stays one screen. */
const SETUP = ['operators', 'rules', 'templates', 'tokens', 'webhooks', 'service', 'azure'];

/** `commands` has every subcommand, this one too. */
export function createHelpFeature(commands: () => Command[]): Feature {
  const help = async (request: SlackRequest, name?: string): Promise<Message> => {
    const role = await request.role();
    if (!name) return overview(commands(), role, await adminsToAsk(request));
    const [one] = findCommands(commands(), [name]).found;
    return one ? helpOn(one) : unknownCommand(commands(), name, (other) => ['help', other]);
  };
  return {
    command: {
      name: 'help',
      aliases: ['?', 'h', 'man', 'commands'],
      usage: 'help [subcommand]',
      summary: 'Lists what you can do, or explains one subcommand.',
      example: '/apim-user help block',
      who: 'everyone',
      run: async (request, [name]) => request.reply(await help(request, name)),
    },
    buttons: { 'menu-help': async (request) => request.reply(await help(request)) },
  };
}

/** What this role may do, by group, a line each. */
function overview(commands: Command[], role: Role | null, ask: string): Message {
  const [mine, others] = [true, false].map((may) => commands.filter(({ who }) => isFor(who, role) === may));
  const among = (names: string[]) => names.flatMap((name) => (mine ?? []).filter((one) => one.name === name));
  const groups = Object.entries(GROUPS).flatMap(([title, names]) => {
    const lines = among(names).map(lineOf);
    return lines.length ? [section([`*${title}*`, ...lines].join('\n'))] : [];
  });
  const setup = listNames(among(SETUP));
  const names = listNames(others ?? []);
  const yours = role ? `You are an ${role} here.` : 'You have no role here yet.';
  return {
    text: 'What /apim-user can do',
    blocks: [
      header('What /apim-user can do'),
      ...groups,
      ...(setup ? [section(`*Setup*\n${setup}`)] : []),
      context('Type these after `/apim-user`. `help block` explains one of them.'),
      context(`${yours}${names ? ` ${role ? 'Admins' : 'Operators'} can also use ${names}. ${ask}` : ''}`),
    ],
  };
}

function helpOn({ name, usage, summary, example, who, aliases = [] }: Command): Message {
  const facts = [
    `*Usage:* \`/apim-user ${escapeText(usage)}\``,
    `*Example:* \`${example}\``,
    ...(aliases.length ? [`*Also:* ${aliases.map((alias) => `\`${alias}\``).join(', ')}`] : []),
    `*For:* ${who}`,
  ];
  return { text: `Help: ${name}`, blocks: [header(name), section(summary), section(facts.join('\n'))] };
}

const listNames = (commands: Command[]): string => commands.map(({ name }) => `\`${name}\``).join(', ');

const isFor = (who: Command['who'], role: Role | null): boolean =>
  who === 'everyone' || role === 'admin' || (who === 'admins and approvers' && role !== null);

/** "`block ann@example.com for 7d` Blocks an account". */
function lineOf({ example, summary }: Command): string {
  const [short = summary] = /^[^.:;]+/.exec(summary) ?? [];
  return `• \`${example.replace('/apim-user ', '')}\` ${short}`;
}
