import { listEndedBlocks } from '../../../src/db/accounts/accounts.ts';
import { endBlock } from '../../../src/operations/accounts/end-block.ts';
import { SYSTEM, type TestContext } from '../../support/context.ts';

/** Ends the blocks that are due, as the schedule does each minute. */
export async function endDueBlocks(t: TestContext): Promise<string[]> {
  const due = await listEndedBlocks(t.db, 'ours', t.clock(), 100);
  for (const { id } of due) await endBlock(t.as(SYSTEM), { accountId: id });
  return due.map(({ id }) => id);
}
