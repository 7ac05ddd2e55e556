// What the job of an import needs of Slack: the one message that shows it, and the file with the results.
import type { WebClient } from '@slack/web-api';
import { csvLine } from '../../domain/csv-line.ts';
import type { RowResult } from '../../operations/imports/rows.ts';
import type { ImportReport } from '../../operations/imports/run-slice.ts';
import { slackErrorOf } from '../modals/open.ts';
import { importMessage } from '../present/import.ts';
import { giveTextFile } from './files.ts';
import { paint } from './paint.ts';

/** Slack's words for what may go well a minute later. */
const PASSING = ['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'ratelimited'];
const MAX_FILE_NAME_LENGTH = 120;

type Where = { channelId: string | null; messageTs: string | null; slackUserId: string };

export function createImportJobs(
  { client, apiUrl }: { client: WebClient; apiUrl: string },
  openDm: (userId: string) => Promise<string | null>,
) {
  /** What Slack refuses for good is no reason to try on; everything else is thrown. */
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

  return {
    async showImport(report: ImportReport, where: Where) {
      let { channelId, messageTs } = where;
      await unlessRefused(async () => {
        channelId ??= await openDm(where.slackUserId);
      });
      if (!channelId) return { channelId, messageTs };
      const at = channelId;
      const isEnd = report.state !== 'applying';
      const isGiven =
        isEnd &&
        (await unlessRefused(() =>
          giveTextFile({ client, apiUrl, channelId: at }, resultFile(report.name, report.results)),
        ));
      await unlessRefused(async () => {
        const message = importMessage(report, isGiven ? 'given' : 'not given');
        ({ messageTs } = await paint(client, { channelId: at, messageTs }, message));
      });
      return { channelId, messageTs };
    },
  };
}

function resultFile(name: string, results: RowResult[]) {
  const base = name.replace(/\.(csv|tsv|txt)$/i, '').slice(0, MAX_FILE_NAME_LENGTH);
  const lines = results.map(({ line, email, outcome }) => csvLine([line, email, outcome]));
  return { name: `${base} result.csv`, text: [csvLine(['line', 'email', 'outcome']), ...lines].join('') };
}
