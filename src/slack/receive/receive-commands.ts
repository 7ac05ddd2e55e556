import type { SlashCommand } from '@slack/bolt';
import { holdsKey } from '../../domain/api-key-form.ts';
import { commandButton } from '../features/run-command.ts';
import { markMessage } from '../frame/service-mark.ts';
import { runCommand } from '../handlers.ts';
import { actions, section } from '../present/blocks.ts';
import type { Delivery } from './delivery.ts';
import { dispatchRequest, type SendReply, type SlackDependencies, tooLate } from './dispatcher.ts';
import { respond } from './respond.ts';
import { takeServiceName } from './service-meant.ts';
import { keyRefused } from './typed-keys.ts';
import { splitWords, typedText } from './typed-words.ts';

export async function answerCommand(
  dependencies: SlackDependencies,
  command: SlashCommand,
  { at, carry, ...identity }: Delivery,
): Promise<void> {
  const reply: SendReply = async (message, { mark = null } = {}) => {
    const answer = { ...markMessage(message, mark), response_type: 'ephemeral' };
    if (!(await carry(answer))) await respond(command.response_url, answer);
  };
  if (holdsKey(command.text ?? '')) return reply(keyRefused);
  const typed = command.text ?? '';
  const { named, words, text } = takeServiceName(dependencies.services, splitWords(typed), typedText(typed));
  const source = {
    ...identity,
    userId: command.user_id,
    teamId: command.team_id,
    service: { named, channel: command.channel_id },
    channel: command.channel_id,
    trigger: { id: command.trigger_id, at, isInModal: false },
    reply,
    tooLate: tooLate((text) => [section(text), actions([commandButton('Try again', words)])]),
  };
  await dispatchRequest(dependencies, source, (request) => runCommand(request, words, text));
}
