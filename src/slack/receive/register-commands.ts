import type { App } from '@slack/bolt';
import { holdsKey } from '../../domain/api-key-form.ts';
import { commandButton } from '../features/run-command.ts';
import { runCommand } from '../handlers.ts';
import { actions, section } from '../present/blocks.ts';
import type { RunOnce } from './delivery.ts';
import { dispatchRequest, type SendReply, type SlackDependencies, tooLate } from './dispatcher.ts';
import { keyRefused } from './typed-keys.ts';
import { splitWords } from './typed-words.ts';

export function registerCommands(app: App, dependencies: SlackDependencies, runOnce: RunOnce): void {
  app.command(/.*/, async ({ ack, command, respond, context }) => {
    const at = performance.now();
    await ack();
    runOnce(context.receiptId ?? command.trigger_id, async () => {
      const reply: SendReply = async (message) =>
        void (await respond({ ...message, response_type: 'ephemeral' }));
      if (holdsKey(command.text ?? '')) return reply(keyRefused);
      const words = splitWords(command.text ?? '');
      const source = {
        userId: command.user_id,
        teamId: command.team_id,
        trigger: { id: command.trigger_id, at, isInModal: false },
        reply,
        tooLate: tooLate((text) => [section(text), actions([commandButton('Try again', words)])]),
      };
      await dispatchRequest(dependencies, source, (request) => runCommand(request, words));
    });
  });
}
