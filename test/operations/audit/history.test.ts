import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { showHistory } from '../../../src/operations/audit/history.ts';
import { ADMIN, APPROVER, MEMBER, refusalOf, type TestContext } from '../../support/context.ts';
import { createAccountWithHistory } from './account-with-history.ts';

let t: TestContext;
let accountId = '';
beforeAll(async () => {
  ({ t, accountId } = await createAccountWithHistory());
});
afterAll(() => t.close());

describe('the history of an account', () => {
  it('begins with how the person came in, and has every change with its actor and reason', async () => {
    const first = await showHistory(t.as(APPROVER), { accountId });
    const rest = await showHistory(t.as(APPROVER), { accountId, after: first.next ?? '' });
    const entries = [...first.entries, ...rest.entries];
    expect(rest.next).toBeNull();
    expect(entries.map((one) => `${one.operation} ${one.outcome} ${one.actorName}`)).toEqual([
      'invitations/request done Mo Member',
      'invitations/invite done Name of U0MEMBER',
      'approvals/decide done Abe Approver',
      'invitations/resend done Ada Admin',
      'invitations/accept done the developer',
      'accounts/set-groups done Ada Admin',
      'accounts/block refused Ada Admin',
      'accounts/delete asked Ada Admin',
      'accounts/delete done Name of U0ADMIN',
      'approvals/decide done Abe Approver',
      'accounts/restore done Ada Admin',
    ]);
    expect(entries.find((one) => one.operation === 'invitations/invite')?.approval).toMatchObject({
      requestedByName: 'Mo Member',
      decidedByName: 'Abe Approver',
      decisionReason: 'fine',
    });
    expect(entries.find((one) => one.operation === 'accounts/set-groups')).toMatchObject({
      before: { groups: [] },
      after: { groups: ['Partners'] },
    });
    expect(entries.at(-1)).toMatchObject({
      reason: 'a mistake',
      before: { state: 'deleted' },
      after: { state: 'blocked' },
    });
  });

  it('is shown neither to another service nor to members', async () => {
    expect(await refusalOf(showHistory(t.as(ADMIN, 'theirs'), { accountId }))).toBe('account_not_found');
    expect(await refusalOf(showHistory(t.as(MEMBER), { accountId }))).toBe('not_permitted');
  });
});
