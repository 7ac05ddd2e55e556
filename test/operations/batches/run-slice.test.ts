import { describe, expect, it } from 'vitest';
import { beginBatch } from '../../../src/operations/batches/begin.ts';
import { claimBatch } from '../../../src/operations/batches/claim.ts';
import { runSlice } from '../../../src/operations/batches/run-slice.ts';
import { keepImport } from '../../../src/operations/imports/keep.ts';
import { confirmOperator } from '../../../src/operations/operators/confirm.ts';
import { doubtOperator } from '../../../src/operations/operators/doubt.ts';
import { ADMIN, createTestContext, refusalOf, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const LEASE_MS = 61_000;

const t = forAllTests(createTestContext);

describe('a slice of an import', () => {
  it('T75: is left for later while its admin is in doubt, and stops nothing', async () => {
    const email = 'ann@example.com';
    const wanted = { mode: 'invite' as const, email, first: '', last: '', note: '' as const, groupIds: [] };
    const rows = [
      { line: 2, email, status: 'new' as const, wanted },
      { line: 3, email: 'ben@example.com', status: 'invited' as const },
    ];
    const { batchId } = await keepImport(t.as(ADMIN), { name: 'table.csv', rows });
    await beginBatch(t.as(ADMIN), { batchId });
    const slice = async () => {
      t.advance(LEASE_MS);
      const claimed = await claimBatch(t.as(SYSTEM), { batchId });
      if (!claimed) throw new Error('another process has the import');
      return runSlice(t.as(SYSTEM), claimed);
    };
    const admin = { teamId: 'T0TEST', userId: 'U0ADMIN' };
    await doubtOperator(t.as(SYSTEM), admin);
    expect(await refusalOf(slice())).toBe('standing_unconfirmed');
    await confirmOperator(t.as(SYSTEM), admin);
    expect(await slice()).toMatchObject({
      state: 'done',
      results: [{ email, outcome: 'invited' }, { outcome: 'already invited' }],
    });
  });
});
