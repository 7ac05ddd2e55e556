import type { SlackShortcut } from '@slack/bolt';
import { holdsKey } from '../../domain/api-key-form.ts';
import { markingClient } from '../frame/service-mark.ts';
import { SHORTCUTS } from '../handlers.ts';
import { resultModal, showModal } from '../modals/open.ts';
import type { Delivery } from './delivery.ts';
import { dispatchRequest, type RequestSource, type SlackDependencies } from './dispatcher.ts';
import { teamOf } from './people.ts';
import { foundKeyRefused } from './typed-keys.ts';

export async function answerShortcut(
  dependencies: SlackDependencies,
  shortcut: SlackShortcut,
  { at, carry: _carry, ...identity }: Delivery,
): Promise<void> {
  const found = SHORTCUTS.find(({ callback_id }) => callback_id === shortcut.callback_id);
  if (!found) return;
  const trigger = { id: shortcut.trigger_id, at, isInModal: false };
  const source: RequestSource = {
    ...identity,
    userId: shortcut.user.id,
    teamId: teamOf(dependencies, shortcut),
    service: { named: null, channel: ('channel' in shortcut && shortcut.channel?.id) || null },
    trigger,
    // Slack sends no `response_url` with a shortcut, so the app replies in a modal.
    reply: async (message, how) => {
      const client = markingClient(dependencies.client, how?.mark ?? null);
      await showModal(client, trigger, resultModal('Developer accounts', message));
    },
  };
  const text = 'message' in shortcut ? String(shortcut.message.text ?? '') : '';
  if (holdsKey(text)) return source.reply(foundKeyRefused);
  await dispatchRequest(dependencies, source, (request) => found.run(request, text));
}
