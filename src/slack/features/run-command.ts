// Runs the subcommand that a person typed, and offers the nearest one for a mistyped name.
import type { Command, Feature, SlackRequest } from '../frame/feature.ts';
import { readCarried } from '../frame/reference.ts';
import { actions, button, type Message, section } from '../present/blocks.ts';
import { escapeText } from '../present/text.ts';
import { nearestWord } from '../receive/typed-words.ts';
import { menu } from './menu.ts';

/** Slack's limit for the value of a button. */
const MAX_VALUE_LENGTH = 2_000;

/** `run` takes the words after `/apim-user`, and `feature` has the button that runs a command. */
export function createCommandRunner(commands: () => Command[]) {
  async function run(request: SlackRequest, words: readonly string[]): Promise<void> {
    const [name, ...rest] = words;
    if (!name) return request.reply(await menu(request));
    const command = commands().find((one) => one.name === name.toLowerCase());
    return command ? command.run(request, rest) : request.reply(unknownCommand(commands(), name, rest));
  }
  const feature: Feature = {
    buttons: {
      'run-command': (request, value) => run(request, Object.values(readCarried(value)).map(String)),
    },
  };
  return { run, feature };
}

function unknownCommand(commands: Command[], name: string, rest: string[]): Message {
  const nearest = nearestWord(
    name,
    commands.map((one) => one.name),
  );
  if (!nearest)
    return { text: `There is no \`${escapeText(name)}\`. \`/apim-user help\` shows what there is.` };
  const text = `There is no \`${escapeText(name)}\`. Did you mean \`${nearest}\`?`;
  return { text, blocks: [section(text), actions([commandButton(nearest, [nearest, ...rest])])] };
}

/** Runs a command again that was mistyped or came too late. */
export function commandButton(text: string, words: readonly string[]) {
  const whole = JSON.stringify(words);
  // Drops words that don't fit; the subcommand then asks for them.
  const value = whole.length <= MAX_VALUE_LENGTH ? whole : JSON.stringify(words.slice(0, 1));
  return button('run-command', text, value);
}
