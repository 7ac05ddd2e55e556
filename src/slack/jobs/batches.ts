// The one message that shows a batch, and the file with its results.
import { csvLine } from '../../domain/csv.ts';
import type { RowResult } from '../../operations/batches/kind.ts';
import type { BatchReport } from '../../operations/batches/run-slice.ts';
import { slackErrorOf } from '../frame/slack-error.ts';
import { batchMessage, nameOfBatch } from '../present/batch.ts';
import type { SlackJobDependencies } from './dependencies.ts';
import { openDirectMessage } from './direct-messages.ts';
import { uploadFile } from './files.ts';
import { paint } from './paint.ts';

/** Slack's errors that a retry can fix. */
const TEMPORARY = ['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'ratelimited'];
const MAX_FILE_NAME_LENGTH = 120;

type MessagePlace = { channelId: string | null; messageTs: string | null };
export type BatchMessage = MessagePlace & { slackUserId: string };

/** Updates the message, or posts it to `slackUserId` when there is none. Returns where the message is now. */
export async function showBatch(
  dependencies: SlackJobDependencies,
  report: BatchReport,
  { slackUserId, ...current }: BatchMessage,
): Promise<MessagePlace> {
  const { client, apiUrl } = dependencies;
  let { channelId, messageTs } = current;
  await attempt(async () => {
    channelId ??= await openDirectMessage(dependencies, slackUserId);
  });
  if (!channelId) return { channelId, messageTs };
  const to = { client, apiUrl, channelId };
  const hasEnded = report.state !== 'applying';
  const isUploaded =
    hasEnded && (await attempt(() => uploadFile(to, resultFile(nameOfBatch(report), report.results))));
  await attempt(async () => {
    const message = batchMessage(report, isUploaded);
    ({ messageTs } = await paint(client, { channelId: to.channelId, messageTs }, message));
  });
  return { channelId, messageTs };
}

/** False when Slack refuses and a retry would not help. Throws every other error, so that the job is retried. */
async function attempt(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    const code = slackErrorOf(error);
    if (code === '' || TEMPORARY.includes(code)) throw error;
    return false;
  }
}

function resultFile(name: string, results: RowResult[]) {
  const base = name.replace(/\.(csv|tsv|txt)$/i, '').slice(0, MAX_FILE_NAME_LENGTH);
  const lines = results.map(({ line, email, outcome }) => csvLine([line, email, outcome]));
  const text = [csvLine(['line', 'email', 'outcome']), ...lines].join('');
  return { name: `${base} result.csv`, bytes: Buffer.from(text) };
}
