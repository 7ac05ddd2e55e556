import type { ApiManagementClient } from '@azure/arm-apimanagement';
import { beforeAll, describe, expect, it } from 'vitest';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { WaitsForApproval } from '../../src/operations/frame/approval.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { failureOf, GROUP, SERVICE, startTestManagement } from '../support/management.ts';

const SLOW_MS = 60_000;
const t = forAllTests(() =>
  startTestManagement(
    { SECOND_OPERATOR_FOR: 'accounts/delete,accounts/block' },
    () => new Date(Date.now() + later),
  ),
);
let client: ApiManagementClient;
let later = 0;
beforeAll(async () => {
  client = t.client();
});

async function user(firstName: string): Promise<string> {
  const id = firstName.toLowerCase();
  await client.user.createOrUpdate(GROUP, SERVICE, id, {
    email: `${id}@example.com`,
    firstName,
    lastName: 'Lee',
  });
  return id;
}
const remove = (id: string) =>
  t.ask(`users/${id}?deleteSubscriptions=true`, { method: 'DELETE', headers: { 'if-match': '*' } });
const pathOf = (url: unknown) => String(url).slice(t.url.length);
const approver = () => t.slack.as('approver');
const asked = (name: string) => {
  approver().goesTo('approvals');
  return approver().message(new RegExp(`Delete ${name} Lee\\?`));
};

describe('a deletion that needs a second operator', () => {
  it(
    'waits, and is done for the SDK once another operator than the token’s owner approves it',
    async () => {
      const id = await user('Ann');
      const deleting = client.user.beginDeleteAndWait(GROUP, SERVICE, id, '*');
      const card = await asked('Ann');
      expect(card.text()).toMatch(/ci admin \(token of /);
      expect((await client.user.get(GROUP, SERVICE, id)).state).toBe('active');
      await t.slack.as('admin').clicks('Approve: Delete Ann Lee?');
      await t.slack.as('admin').sees(/You made this request/);
      await approver().clicks('Approve: Delete Ann Lee?');
      await deleting;
      expect(await failureOf(client.user.get(GROUP, SERVICE, id))).toMatchObject({ status: 404 });
      const [row] = await t.sql`select actor_kind, outcome from audit
        where target_id = ${id} and operation = 'accounts/delete' and outcome = 'done'`;
      expect(row).toEqual({ actor_kind: 'token', outcome: 'done' });
    },
    SLOW_MS,
  );

  it(
    'is InProgress with Retry-After, joins the open request when it is repeated, and has failed once it is declined',
    async () => {
      const id = await user('Bob');
      const first = await remove(id);
      expect([first.status, first.body.status]).toEqual([202, 'InProgress']);
      // azurerm doesn't wait, and prints the error of the answer.
      expect(first.body.error.message).toMatch(
        /waits for a second operator.+Run it again after the approval\.$/,
      );
      expect(Number(first.headers['retry-after'])).toBeGreaterThan(0);
      const second = await remove(id);
      expect(second.headers.location).toBe(first.headers.location);
      const status = () => t.send(pathOf(first.headers['azure-asyncoperation']));
      expect((await status()).body.status).toBe('InProgress');
      const result = await t.send(pathOf(first.headers.location));
      expect([result.status, result.headers.location]).toEqual([202, first.headers.location]);

      // Joined before the decision.
      const poller = await client.user.beginDelete(GROUP, SERVICE, id, '*');
      await asked('Bob');
      await approver().clicks('Decline: Delete Bob Lee?');
      const modal = await approver().modal('Decline a request');
      await modal.fill({ Reason: 'she is our pilot' });
      await modal.submit();
      await modal.sees(/Declined/);
      await modal.closeAll();
      await expect(poller.pollUntilDone()).rejects.toThrow(/ApprovalDeclined|declined/);
      expect((await status()).body).toMatchObject({ status: 'Failed', error: { code: 'ApprovalDeclined' } });
      expect((await client.user.get(GROUP, SERVICE, id)).state).toBe('active');
      expect((await t.send(pathOf(first.headers.location))).body.error.code).toBe('ApprovalDeclined');
    },
    SLOW_MS,
  );

  it(
    'ends as Canceled after a day without a decision, and can be requested again',
    async () => {
      const id = await user('Cy');
      const first = await remove(id);
      const poller = await client.user.beginDelete(GROUP, SERVICE, id, '*');
      await eventually('the approval to be there', async () => {
        const [row] = await t.sql`select state from approvals where account_id = ${id}`;
        return row?.state === 'open';
      });
      later = 25 * 3_600_000;
      const { body } = await t.send(pathOf(first.headers['azure-asyncoperation']));
      expect(body).toMatchObject({ status: 'Canceled', error: { code: 'ApprovalExpired' } });
      await expect(poller.pollUntilDone()).rejects.toThrow();
      expect((await client.user.get(GROUP, SERVICE, id)).state).toBe('active');
      expect((await remove(id)).headers.location).not.toBe(first.headers.location);
    },
    SLOW_MS,
  );

  it('can be followed by a program that joins the request of an operator', async () => {
    const id = await user('Di');
    const console = t.contextOf({ kind: 'console', name: 'Connie' });
    await expect(deleteAccount(console, { accountId: id, reason: 'left' })).rejects.toThrow(WaitsForApproval);
    const joined = await remove(id);
    expect(joined.status).toBe(202);
    const status = await t.send(pathOf(joined.headers['azure-asyncoperation']));
    expect(status.body.status).toBe('InProgress');
    expect((await t.send(pathOf(joined.headers.location))).status).toBe(202);
    expect((await t.ask('operationResults/nonsense')).status).toBe(400);
  });

  it('is refused as part of a larger change, and the error says which part needs approval', async () => {
    const id = await user('Ed');
    const patch = (properties: unknown) =>
      t.ask(`users/${id}`, { method: 'PATCH', body: { properties }, headers: { 'if-match': '*' } });
    const both = await patch({ state: 'blocked', note: 'fraud' });
    expect([both.status, both.body.error.details[0].target]).toEqual([400, 'state']);
    expect((await patch({ state: 'blocked' })).status).toBe(202);
    expect(await client.user.get(GROUP, SERVICE, id)).toMatchObject({ state: 'active' });
  });
});

describe('the grant act-alone', () => {
  it(
    'lets its token delete at once, and the audit and the approvals channel say that nobody else approved',
    async () => {
      const id = await user('Flo');
      const token = await t.token('admin', { grants: ['act-alone'] });
      const path = `users/${id}?deleteSubscriptions=true&notify=false`;
      const deleted = await t.ask(path, { method: 'DELETE', token });
      expect([deleted.status, deleted.text]).toEqual([204, '']);
      expect((await t.ask(`users/${id}`)).status).toBe(404);
      const [row] = await t.sql`select operation, outcome, approval_id, after ->> 'alone' as alone
        from audit join audit_details on audit_id = id
        where target_id = ${id} and operation = 'accounts/delete'`;
      expect(row).toEqual({
        operation: 'accounts/delete',
        outcome: 'done',
        approval_id: null,
        alone: 'true',
      });
      approver().goesTo('approvals');
      const notice = await approver().message(/deleted.+without a second operator/);
      expect(notice.text()).toMatch(/ci admin \(token of /);
    },
    SLOW_MS,
  );

  it('covers each operation that would wait, in a larger change too, and no other token', async () => {
    const id = await user('Gil');
    const token = await t.token('admin', { grants: ['act-alone'] });
    const change = { method: 'PATCH', body: { properties: { state: 'blocked', note: 'fraud' } } };
    expect((await t.ask(`users/${id}`, change)).status).toBe(400);
    expect((await t.ask(`users/${id}`, { ...change, token })).body.properties.state).toBe('blocked');
    expect((await remove(id)).status).toBe(202);
  });

  it('adds no right to a reader’s token, and ends with the token', async () => {
    const id = await user('Hal');
    const reader = await t.token('reader', { grants: ['act-alone'] });
    const asked = { method: 'DELETE', headers: { 'if-match': '*' } };
    expect((await t.ask(`users/${id}`, { ...asked, token: reader })).status).toBe(403);
    const token = await t.token('admin', { grants: ['act-alone'] });
    await t.sql`update tokens set revoked_at = now() where grants = '{act-alone}'`;
    expect((await t.ask(`users/${id}`, { ...asked, token })).status).toBe(401);
    expect((await t.ask(`users/${id}`)).status).toBe(200);
  });
});
