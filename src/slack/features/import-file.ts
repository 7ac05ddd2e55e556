// A file that an operator sends in the direct message with the app is a table to import.
import type { EventFromType } from '@slack/bolt';
import { holdsKey } from '../../domain/api-key-form.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { checkImport } from '../../operations/accounts/check-import.ts';
import { makeDryRun, postDryRun } from '../commands/import.ts';
import { attempt } from '../frame/role.ts';
import { downloadTextFile } from '../jobs/files.ts';
import { NO_TRIGGER } from '../modals/open.ts';
import type { Message } from '../present/blocks.ts';
import { dispatchRequest, type RequestIdentity, type SlackDependencies } from '../receive/dispatcher.ts';
import { foundKeyRefused } from '../receive/typed-keys.ts';

/** Null for a message without a file, and for the app's own messages. */
export function importOfMessage(
  dependencies: SlackDependencies,
  event: EventFromType<'message'>,
  identity: RequestIdentity,
): (() => Promise<void>) | null {
  if (event.channel_type !== 'im' || 'bot_id' in event) return null;
  if (event.subtype !== undefined && event.subtype !== 'file_share') return null;
  const { user, channel, files = [] } = event;
  const [file, ...more] = files;
  if (!user || !file) return null;
  const { teamId, client } = dependencies;
  const reply = async ({ text, blocks = [] }: Message) => {
    await client.chat.postMessage({ channel, text, blocks });
  };
  const source = { ...identity, userId: user, teamId, trigger: NO_TRIGGER, reply };
  return () =>
    dispatchRequest(dependencies, source, async (request) => {
      // Before the download, so that other people can't make the app download files.
      const table = await attempt(request, checkImport, {}, () => {
        if (more.length > 0)
          throw new DomainError('invalid_input', {
            fields: { file: 'has to come alone: one table a message' },
          });
        return downloadTextFile(dependencies, file.id);
      });
      if (holdsKey(table.text) || holdsKey(table.name)) return request.reply(foundKeyRefused);
      await postDryRun(request, channel, await makeDryRun(request, table));
    });
}
