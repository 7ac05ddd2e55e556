import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { restoreAccount } from '../../src/operations/accounts/restore.ts';
import { setGroupsOfAccount } from '../../src/operations/accounts/set-groups.ts';
import { decideApproval } from '../../src/operations/approvals/decide.ts';
import { showHistory } from '../../src/operations/audit/history.ts';
import { searchHistory } from '../../src/operations/audit/search.ts';
import { WaitsForApproval } from '../../src/operations/frame/approval.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { acceptInvitation } from '../../src/operations/invitations/accept.ts';
import { requestInvitation } from '../../src/operations/invitations/request.ts';
import { resendInvitation } from '../../src/operations/invitations/resend.ts';
import {
  ADMIN,
  APPROVER,
  createTestContext,
  DEVELOPER,
  MEMBER,
  refusalOf,
  type TestContext,
} from '../support/context.ts';

const EMAIL = 'came-in@example.com';
let t: TestContext;
let accountId = '';
beforeAll(async () => {
  t = await createTestContext({ secondOperatorFor: ['accounts/delete'] });
  const { approvalId } = await requestInvitation(t.as(MEMBER), { email: EMAIL, why: 'a new partner' });
  await decideApproval(t.as(APPROVER), { approvalId, decision: 'approve', reason: 'fine' });
  const [invitation] = await t.sql`select id from invitations where email = ${EMAIL}`;
  await resendInvitation(t.as(ADMIN), { invitationId: invitation?.id });
  const ticket = await t.ticketTo(EMAIL);
  await acceptInvitation(t.as(DEVELOPER), {
    ticket,
    firstName: 'Cam',
    lastName: 'In',
    password: 'three quiet garden chairs',
  });
  const [account] = await t.sql`select id from accounts where email = ${EMAIL}`;
  accountId = account?.id;
  const { groupId } = await createGroup(t.as(ADMIN), { name: 'Partners' });
  await setGroupsOfAccount(t.as(ADMIN), { accountId, groupIds: [groupId] });
  await refusalOf(blockAccount(t.as(ADMIN), { accountId, expectedVersion: 77 }));
  const waiting = await deleteAccount(t.as(ADMIN), { accountId, reason: 'contract ended' }).catch(
    (e: unknown) => e,
  );
  if (!(waiting instanceof WaitsForApproval)) throw waiting;
  await decideApproval(t.as(APPROVER), { approvalId: waiting.approvalId, decision: 'approve' });
  await restoreAccount(t.as(ADMIN), { accountId, reason: 'a mistake' });
});
afterAll(() => t.close());

describe('the history of an account', () => {
  it('begins with how the person came in and goes on with every change, each with who and why', async () => {
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

  it('is not of another service, and not for members', async () => {
    expect(await refusalOf(showHistory(t.as(ADMIN, 'theirs'), { accountId }))).toBe('account_not_found');
    expect(await refusalOf(showHistory(t.as(MEMBER), { accountId }))).toBe('not_permitted');
  });
});

describe('a search of the audit', () => {
  it('finds what one person did, newest first and a page at a time', async () => {
    const found: string[] = [];
    let before: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof searchHistory>> = await searchHistory(t.as(ADMIN), {
        actorId: 'T0TEST/U0APPROVER',
        limit: 1,
        ...(before ? { before } : {}),
      });
      found.push(...page.entries.map((one) => one.operation));
      before = page.next;
    } while (before);
    expect(found).toEqual(['approvals/decide', 'approvals/decide']);
  });

  it('finds refusals, within a span of time', async () => {
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
