import type { SlashCommand } from '@slack/bolt';
import { holdsKey } from '../../domain/api-key-form.ts';
import { commandButton } from '../features/run-command.ts';
import { runCommand } from '../handlers.ts';
import { actions, section } from '../present/blocks.ts';
import type { Delivery } from './delivery.ts';
import { dispatchRequest, type SendReply, type SlackDependencies, tooLate } from './dispatcher.ts';
import { respond } from './respond.ts';
import { keyRefused } from './typed-keys.ts';
import { splitWords, typedText } from './typed-words.ts';

export async function answerCommand(
  dependencies: SlackDependencies,
  command: SlashCommand,
  { at, carry, ...identity }: Delivery,
): Promise<void> {
  const reply: SendReply = async (message) => {
    const answer = { ...message, response_type: 'ephemeral' };
    if (!(await carry(answer))) await respond(command.response_url, answer);
  };
  if (holdsKey(command.text ?? '')) return reply(keyRefused);
  const text = typedText(command.text ?? '');
  const words = splitWords(command.text ?? '');
  const source = {
    ...identity,
    userId: command.user_id,
    teamId: command.team_id,
    trigger: { id: command.trigger_id, at, isInModal: false },
    reply,
    tooLate: tooLate((text) => [section(text), actions([commandButton('Try again', words)])]),
  };
  await dispatchRequest(dependencies, source, (request) => runCommand(request, words, text));
}
