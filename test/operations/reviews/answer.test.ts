import { describe, expect, it } from 'vitest';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { createGroup } from '../../../src/operations/groups/create.ts';
import { answerReview } from '../../../src/operations/reviews/answer.ts';
import { blockUnanswered } from '../../../src/operations/reviews/block-unanswered.ts';
import { endReview } from '../../../src/operations/reviews/end.ts';
import { startReview } from '../../../src/operations/reviews/start.ts';
import { takeAnswerBack } from '../../../src/operations/reviews/take-back.ts';
import { ADMIN, APPROVER, createTestContext, MEMBER, refusalOf, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const ROWS = 8;
const t = forAllTests(createTestContext);
const admin = () => t.as(ADMIN);

let count = 0;
async function review(wanted: Partial<Parameters<typeof startReview>[1]> = {}) {
  count += 1;
  const { groupId } = await createGroup(admin(), { name: `Partners ${count}` });
  for (let at = 0; at < ROWS; at++)
    await addAccount(admin(), {
      email: `dev${at}@${count}.example.com`,
      firstName: 'Ann',
      lastName: `Number${at}`,
      groupIds: [groupId],
    });
  const { review: started } = await startReview(admin(), { scope: 'group', scopeId: groupId, ...wanted });
  const rows = await t.sql<{ id: string; account_id: string }[]>`
    select id, account_id from review_rows where review_id = ${started.id} order by place`;
  return { id: started.id, rows };
}
const blocksOf = async (accountIds: readonly string[]) =>
  t.sql`select target_id from audit where operation = 'accounts/block' and outcome = 'done'
    and target_id in ${t.sql(accountIds)}`;

describe('T142: two answers at once', () => {
  it('count once, and the other reviewer is told, for keeping, blocking and deleting', async () => {
    const { id, rows } = await review();
    const outcomes = await Promise.all(
      rows.map(({ id: rowId, account_id: accountId }) =>
        Promise.all([
          refusalOf(answerReview(admin(), { rowId, expectedVersion: 1, answer: 'keep' })),
          refusalOf(answerReview(t.as(APPROVER), { rowId, expectedVersion: 1, answer: 'block' })),
          ...(rows.findIndex((row) => row.id === rowId) === 0
            ? [refusalOf(deleteAccount(admin(), { accountId }))]
            : []),
        ]),
      ),
    );
    for (const [kept, blocked] of outcomes.slice(1)) {
      expect([kept, blocked].filter((code) => code === 'done')).toHaveLength(1);
      expect(['review_answered', 'account_state_unfitting']).toContain(kept === 'done' ? blocked : kept);
    }
    const stored = await t.sql`
      select answer, state from review_rows r join accounts a on a.service_id = r.service_id and a.id = r.account_id
      where review_id = ${id} and state <> 'deleted'`;
    for (const { answer, state } of stored) expect(state).toBe(answer === 'block' ? 'blocked' : 'active');
  });

  it('at the end, by its rule and by jobs that run twice: what was answered stays, the rest is blocked once', async () => {
    const { id, rows } = await review({ atEnd: 'block', end: '2h' });
    await answerReview(admin(), { rowId: rows[0]?.id ?? '', expectedVersion: 1, answer: 'keep' });
    t.advance(2 * 3_600_000);
    expect(
      await refusalOf(
        answerReview(admin(), { rowId: rows[1]?.id ?? '', expectedVersion: 1, answer: 'keep' }),
      ),
    ).toBe('review_ended');
    // It doesn't end while a row waits to be blocked.
    await endReview(t.as(SYSTEM), { reviewId: id });
    expect(await t.sql`select state from reviews where id = ${id}`).toEqual([{ state: 'open' }]);
    await Promise.all([...rows, ...rows].map(({ id: rowId }) => blockUnanswered(t.as(SYSTEM), { rowId })));
    await Promise.all([1, 2].map(() => endReview(t.as(SYSTEM), { reviewId: id })));
    expect(await blocksOf(rows.map((row) => row.account_id))).toHaveLength(ROWS - 1);
    expect(await t.sql`select state from reviews where id = ${id}`).toEqual([{ state: 'ended' }]);
    const ends = await t.sql`select from audit where operation = 'reviews/end' and target_id = ${id}`;
    expect(ends).toHaveLength(1);
  });
});

describe('T141: a reviewer', () => {
  it('answers only where they are asked, takes back only their own answer, and never answers about themselves', async () => {
    const { rows } = await review({ people: ['U0APPROVER'] });
    const [first = { id: '', account_id: '' }, own] = rows;
    const keep = { rowId: first.id, expectedVersion: 1, answer: 'keep' } as const;
    for (const actor of [MEMBER, ADMIN])
      expect(await refusalOf(answerReview(t.as(actor), keep))).toBe('not_permitted');
    await answerReview(t.as(APPROVER), keep);
    const back = { rowId: first.id, expectedVersion: 2 };
    expect(await refusalOf(takeAnswerBack(admin(), back))).toBe('not_permitted');
    await takeAnswerBack(t.as(APPROVER), back);
    const email = 'amir@example.com';
    await t.sql`update accounts set email = ${email}, email_canonical = ${email} where id = ${own?.account_id ?? ''}`;
    const about = { rowId: own?.id ?? '', expectedVersion: 1, answer: 'keep' } as const;
    const amir = { ...APPROVER, email } as typeof APPROVER;
    expect(await refusalOf(answerReview(t.as(amir), about))).toBe('review_own_account');
  });
});
