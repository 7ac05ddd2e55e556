// Sends an export as a file in a direct message, and deletes it when its day is over.
import { DomainError, plainWordsOf } from '../../domain/domain-error.ts';
import { claimExport } from '../../operations/exports/claim.ts';
import { noteExport } from '../../operations/exports/note.ts';
import { FILE_LIFETIME_HOURS, MAX_ROWS_IN_SLACK } from '../../operations/exports/take.ts';
import { exportedText as textParts } from '../../operations/exports/text.ts';
import type { Context } from '../../operations/frame/context.ts';
import { hoursAfter } from '../../operations/frame/outbox.ts';
import { slackErrorOf } from '../frame/slack-error.ts';
import { exportedText, notExportedText } from '../present/export.ts';
import type { SlackJob, SlackJobDependencies } from './dependencies.ts';
import { openDirectMessage, post } from './direct-messages.ts';
import { uploadFile } from './files.ts';

type Claimed = NonNullable<Awaited<ReturnType<typeof claimExport>>>;

/**
 * The id of the file is stored before anyone can see it, so that it is deleted in time wherever this breaks off. A try that broke
 * off may have shared its file, so the next one deletes that first.
 */
export const sendExport: SlackJob<'send-export'> = async (dependencies, { exportId }) => {
  const system = dependencies.system();
  const claimed = await claimExport(system, { exportId });
  if (!claimed) return;
  if (claimed.fileId) await deleteFile(dependencies, claimed.fileId);
  const channelId =
    claimed.teamId === dependencies.teamId ? await openDirectMessage(dependencies, claimed.userId) : null;
  const end = () => noteExport(system, { exportId, became: { is: 'gone' } });
  if (channelId === null) return void (await end());
  try {
    await upload(dependencies, { ...claimed, exportId, channelId });
    await noteExport(system, { exportId, became: { is: 'sent' } });
  } catch (error) {
    const why = whyNot(error);
    if (why === null) throw error;
    await post(dependencies, channelId, { text: notExportedText(claimed, why) });
    await end();
  }
};

async function upload(
  { client, apiUrl, system }: SlackJobDependencies,
  { exportId, channelId, ...claimed }: Claimed & { exportId: string; channelId: string },
): Promise<void> {
  const { bytes, rows } = await readRows(system(), claimed);
  const now = system().clock();
  const endsAt = hoursAfter(now, FILE_LIFETIME_HOURS);
  await uploadFile(
    { client, apiUrl, channelId },
    {
      name: `${claimed.kind}-${now.toISOString().slice(0, 10)}.${claimed.format}`,
      bytes,
      comment: exportedText(claimed, rows, endsAt),
      onAnnounced: (fileId) =>
        noteExport(system(), { exportId, became: { is: 'announced', fileId, endsAt } }),
    },
  );
}

/** With the rights that the person has now. Errors: those of the list; `export_too_large` when rows came meanwhile. */
async function readRows(system: Context, { userId, teamId, ...wanted }: Claimed) {
  const context = { ...system, actor: await system.people.actorOf(userId, teamId) };
  const parts: Buffer[] = [];
  let rows = 0;
  for await (const part of textParts(context, wanted)) {
    parts.push(Buffer.from(part.text));
    rows += part.rows;
    if (rows > MAX_ROWS_IN_SLACK) throw new DomainError('export_too_large', { count: rows });
  }
  return { bytes: Buffer.concat(parts), rows };
}

/** Why another try would end in the same way; null when it may not. */
function whyNot(error: unknown): string | null {
  if (error instanceof DomainError)
    return error.code === 'standing_unconfirmed' ? null : plainWordsOf(error.code);
  const code = slackErrorOf(error);
  if (code === 'missing_scope')
    return 'The app was installed without files:write. An admin can update its manifest and install it again, as its Home says.';
  if (code.startsWith('file_upload') || code === 'restricted_action')
    return 'This workspace doesn’t allow uploads.';
  return null;
}

export const deleteExportedFile: SlackJob<'delete-exported-file'> = async (
  dependencies,
  { exportId, fileId },
) => {
  await deleteFile(dependencies, fileId);
  await noteExport(dependencies.system(), { exportId, became: { is: 'gone' } });
};

/** Done also when the person has deleted it before, or it was never shared. */
async function deleteFile({ client }: SlackJobDependencies, file: string): Promise<void> {
  try {
    await client.files.delete({ file });
  } catch (error) {
    if (!['file_not_found', 'file_deleted'].includes(slackErrorOf(error))) throw error;
  }
}
