import type { Command, Feature, SlackRequest } from '../frame/feature.ts';
import { actions, button, type Message, section } from '../present/blocks.ts';
import { escapeText } from '../present/text.ts';
import { nearestWord } from '../receive/typed-words.ts';
import { menu } from './menu.ts';

/** Slack: what the value of a button may hold. */
const MAX_VALUE_LENGTH = 2_000;

/** A button that types a command, for what was mistyped or came too late. */
export function commandButton(text: string, words: readonly string[]) {
  const whole = JSON.stringify(words);
  // Words that are too many for a button stay behind; the subcommand then asks for them.
  const value = whole.length <= MAX_VALUE_LENGTH ? whole : JSON.stringify(words.slice(0, 1));
  return button('run-command', text, value);
}

export function createCommandRunner(commands: () => Command[]) {
  async function run(request: SlackRequest, words: readonly string[]): Promise<void> {
    const [name, ...rest] = words;
    if (!name) return request.reply(await menu(request));
    const command = commands().find((one) => one.name === name.toLowerCase());
    return command ? command.run(request, rest) : request.reply(mistyped(name, rest));
  }

  function mistyped(name: string, rest: string[]): Message {
    const nearest = nearestWord(
      name,
      commands().map((one) => one.name),
    );
    if (!nearest) {
      return { text: `There is no \`${escapeText(name)}\`. \`/apim-user help\` shows what there is.` };
    }
    const text = `There is no \`${escapeText(name)}\`. Did you mean \`${nearest}\`?`;
    return { text, blocks: [section(text), actions([commandButton(nearest, [nearest, ...rest])])] };
  }

  const feature: Feature = {
    buttons: {
      'run-command': (request, value) => run(request, (JSON.parse(value) as unknown[]).map(String)),
    },
  };
  return { run, feature };
}
