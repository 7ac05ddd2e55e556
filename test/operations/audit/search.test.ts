import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { searchHistory } from '../../../src/operations/audit/search.ts';
import { ADMIN, type TestContext } from '../../support/context.ts';
import { createAccountWithHistory } from './account-with-history.ts';

let t: TestContext;
beforeAll(async () => {
  ({ t } = await createAccountWithHistory());
});
afterAll(() => t.close());

describe('searching the audit', () => {
  it('finds what one person did, newest first and a page at a time', async () => {
    const found: string[] = [];
    let before: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof searchHistory>> = await searchHistory(t.as(ADMIN), {
        actorId: 'T0TEST/U0APPROVER',
        limit: 1,
        ...(before ? { after: before } : {}),
      });
      found.push(...page.entries.map((one) => one.operation));
      before = page.next;
    } while (before);
    expect(found).toEqual(['approvals/decide', 'approvals/decide']);
  });

  it('finds refusals within a span of time', async () => {
    const { entries } = await searchHistory(t.as(ADMIN), { onlyRefused: true });
    expect(entries.every((one) => one.outcome === 'refused')).toBe(true);
    const refused = entries.find((one) => one.code === 'account_changed');
    const at = refused?.at.getTime() ?? 0;
    const during = await searchHistory(t.as(ADMIN), {
      onlyRefused: true,
      from: new Date(at),
      to: new Date(at + 1),
    });
    expect(during.entries.map((one) => one.id)).toEqual([refused?.id]);
    const later = await searchHistory(t.as(ADMIN), { from: new Date(at + 3_600_000) });
    expect(later.entries).toEqual([]);
  });
});
