import { claimImport } from '../operations/imports/claim.ts';
import { runImport } from '../operations/imports/run-slice.ts';
import { settleImport } from '../operations/imports/settle.ts';
import type { JobMeans } from './means.ts';

/** One slice of an import, and the message that shows how far it is; the next slice is a job of its own. */
export function createRunImport(means: JobMeans) {
  return async (payload: unknown): Promise<void> => {
    const { importId } = payload as { importId: string };
    const context = means.system('import');
    const claimed = await claimImport(context, { importId });
    if (!claimed) return;
    const report = await runImport(context, claimed);
    const { state, position } = report;
    const { slackUserId } = claimed;
    const showing = async () => means.surfaces().showImport(report, { ...claimed.message, slackUserId });
    // On the way a message that can't be shown is no reason to wait; how it ended is told before its rows go.
    const message = state === 'applying' ? await showing().catch(() => claimed.message) : await showing();
    const { leasedUntil } = claimed;
    await settleImport(context, { importId, leasedUntil, position, state, ...message });
    means.log.info({ importId, position, state }, 'import');
  };
}
