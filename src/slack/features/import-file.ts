// A file in the app's direct message is a table to import.
import type { EventFromType } from '@slack/bolt';
import { holdsKey } from '../../domain/api-key-form.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { makeDryRun, postDryRun } from '../commands/import.ts';
import { requireRole } from '../frame/role.ts';
import { downloadTextFile } from '../jobs/files.ts';
import { dispatchRequest, type SlackDependencies } from '../receive/dispatcher.ts';
import { foundKeyRefused } from '../receive/typed-keys.ts';

type MessageEvent = EventFromType<'message'>;

/** The work that a message is about; null for what people only say, and for what the app itself posts. */
export function workOfMessage(
  dependencies: SlackDependencies,
  event: MessageEvent,
): (() => Promise<void>) | null {
  if (event.channel_type !== 'im' || 'bot_id' in event) return null;
  if (event.subtype !== undefined && event.subtype !== 'file_share') return null;
  const { user, channel, files = [] } = event;
  const [file, ...more] = files;
  if (!user || !file) return null;
  const reply = async (message: { text: string; blocks?: object[] }) =>
    void (await dependencies.client.chat.postMessage({ channel, ...message } as {
      channel: string;
      text: string;
    }));
  return () =>
    dispatchRequest(
      dependencies,
      { userId: user, teamId: dependencies.teamId, trigger: { id: '', at: 0, isInModal: false }, reply },
      async (request) => {
        // Before anything is fetched: nobody makes us download what they may not import.
        await requireRole(request, 'admins');
        if (more.length > 0)
          throw new DomainError('invalid_input', {
            fields: { file: 'has to come alone: one table a message' },
          });
        const table = await downloadTextFile(dependencies, file.id);
        if (holdsKey(table.text) || holdsKey(table.name)) return request.reply(foundKeyRefused);
        await postDryRun(request, channel, await makeDryRun(request, table));
      },
    );
}
