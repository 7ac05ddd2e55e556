// The one message that shows an import, and the file with its results.
import { csvLine } from '../../domain/csv.ts';
import type { RowResult } from '../../operations/imports/rows.ts';
import type { ImportReport } from '../../operations/imports/run-slice.ts';
import { slackErrorOf } from '../modals/open.ts';
import { importMessage } from '../present/import.ts';
import type { SlackJobDependencies } from './dependencies.ts';
import { openDirectMessage } from './direct-messages.ts';
import { uploadTextFile } from './files.ts';
import { paint } from './paint.ts';

/** Slack's errors that may be gone a minute later. */
const PASSING = ['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'ratelimited'];
const MAX_FILE_NAME_LENGTH = 120;

type ImportMessage = { channelId: string | null; messageTs: string | null };

/** Returns where the message is now; `slackUserId` gets a direct message when there is none yet. */
export async function showImport(
  dependencies: SlackJobDependencies,
  report: ImportReport,
  { slackUserId, ...current }: ImportMessage & { slackUserId: string },
): Promise<ImportMessage> {
  const { client, apiUrl } = dependencies;
  let { channelId, messageTs } = current;
  await unlessRefused(async () => {
    channelId ??= await openDirectMessage(dependencies, slackUserId);
  });
  if (!channelId) return { channelId, messageTs };
  const at = channelId;
  const isEnd = report.state !== 'applying';
  const isGiven =
    isEnd &&
    (await unlessRefused(() =>
      uploadTextFile({ client, apiUrl, channelId: at }, resultFile(report.name, report.results)),
    ));
  await unlessRefused(async () => {
    const message = importMessage(report, isGiven ? 'given' : 'not given');
    ({ messageTs } = await paint(client, { channelId: at, messageTs }, message));
  });
  return { channelId, messageTs };
}

/** False when Slack refused for good, so that a retry would change nothing. Throws every other error. */
async function unlessRefused(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    const code = slackErrorOf(error);
    if (code === '' || PASSING.includes(code)) throw error;
    return false;
  }
}

function resultFile(name: string, results: RowResult[]) {
  const base = name.replace(/\.(csv|tsv|txt)$/i, '').slice(0, MAX_FILE_NAME_LENGTH);
  const lines = results.map(({ line, email, outcome }) => csvLine([line, email, outcome]));
  return { name: `${base} result.csv`, text: [csvLine(['line', 'email', 'outcome']), ...lines].join('') };
}
