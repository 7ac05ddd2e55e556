import { claimImport } from '../operations/imports/claim.ts';
import { runImport as importSlice } from '../operations/imports/run-slice.ts';
import { settleImport } from '../operations/imports/settle.ts';
import type { JobDependencies } from './tasks.ts';

/** Imports one slice and shows the progress in Slack. The next slice is a job of its own. */
export async function runImport({ system, slack, log }: JobDependencies, importId: string): Promise<void> {
  const context = system('import');
  const claimed = await claimImport(context, { importId });
  if (!claimed) return;
  const report = await importSlice(context, claimed);
  const { state, position } = report;
  const { slackUserId, leasedUntil } = claimed;
  const show = async () => slack().showImport(report, { ...claimed.message, slackUserId });
  // The import goes on when its progress can't be shown. Its end must be shown before its rows are deleted.
  const message = state === 'applying' ? await show().catch(() => claimed.message) : await show();
  await settleImport(context, { importId, leasedUntil, position, state, ...message });
  log.info({ importId, position, state }, 'import');
}
