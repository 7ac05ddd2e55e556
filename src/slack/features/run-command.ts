// Runs the subcommand that a person typed, asks which one an alias means, and offers the nearest for a mistyped name.
import type { Command, Feature, SlackRequest } from '../frame/feature.ts';
import { findCommands, suggestCommands } from '../frame/find-command.ts';
import { readCarried } from '../frame/reference.ts';
import { actions, button, type Message, section } from '../present/blocks.ts';
import { escapeText, MAX_VALUE_LENGTH } from '../present/text.ts';
import { joinWords, textAfter } from '../receive/typed-words.ts';
import { menu } from './menu.ts';

/** `run` takes the words after `/apim-user`, and `feature` has the button that runs a command. */
export function createCommandRunner(commands: () => Command[]) {
  async function run(
    request: SlackRequest,
    words: readonly string[],
    text = joinWords(words),
  ): Promise<void> {
    const [name] = words;
    if (!name) return request.reply(await menu(request));
    const { found, rest } = findCommands(commands(), words);
    const [command, ...others] = found;
    if (command && others.length === 0)
      return command.run(request, rest, textAfter(text, words.length - rest.length));
    return request.reply(
      command ? whichOne(name, found, rest) : unknownCommand(commands(), name, (one) => [one, ...rest]),
    );
  }
  const feature: Feature = {
    buttons: {
      'run-command': (request, value) => run(request, Object.values(readCarried(value)).map(String)),
    },
  };
  return { run, feature };
}

/** For a mistyped subcommand, with the nearest ones as buttons. `wordsFor` are the words that the button of one runs. */
export function unknownCommand(
  commands: Command[],
  name: string,
  wordsFor: (command: string) => string[],
): Message {
  const nearest = suggestCommands(commands, name);
  const typed = `There is no subcommand \`${escapeText(name)}\`.`;
  const [one, ...others] = nearest;
  if (!one) return { text: `${typed} \`/apim-user help\` lists them.` };
  const text = others.length
    ? `${typed} Did you mean one of these?`
    : `${typed} Did you mean \`${one.name}\`?`;
  return { text, blocks: [section(text), commandButtons(nearest, wordsFor)] };
}

/** For an alias of several commands. */
function whichOne(name: string, found: Command[], rest: string[]): Message {
  const text = `\`${escapeText(name)}\` can mean more than one subcommand. Which one do you want?`;
  const lines = found.map((one) => `• *${one.name}*: ${one.summary}`);
  return {
    text,
    blocks: [section([text, ...lines].join('\n')), commandButtons(found, (one) => [one, ...rest])],
  };
}

const commandButtons = (commands: Command[], wordsFor: (command: string) => string[]) =>
  actions(commands.map(({ name }, at) => commandButton(name, wordsFor(name), `:${at}`)));

/** Runs a command again that was mistyped or came too late. */
export function commandButton(text: string, words: readonly string[], suffix = '') {
  const whole = JSON.stringify(words);
  // Drops words that don't fit; the subcommand then asks for them.
  const value = whole.length <= MAX_VALUE_LENGTH ? whole : JSON.stringify(words.slice(0, 1));
  return button(`run-command${suffix}`, text, value);
}
