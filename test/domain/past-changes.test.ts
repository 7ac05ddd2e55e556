import { describe, expect, it } from 'vitest';
import { lastChanges, pastChangeOf, readExportedRow } from '../../src/domain/past-changes.ts';

let count = 0;
function row(operation: string, more: Record<string, unknown> = {}) {
  count += 1;
  const id = `01890000-0000-7000-8000-${String(count).padStart(12, '0')}`;
  const line = {
    serviceId: 'default',
    id,
    at: '2026-11-24T09:12:00.000Z',
    operation,
    outcome: 'done',
    actorName: 'Ada Admin',
    targetKind: operation.split('/')[0]?.slice(0, -1),
    targetId: 'ann',
    reason: null,
    before: null,
    after: null,
    hash: null,
    ...more,
  };
  return readExportedRow(JSON.stringify({ ...line, number: null, requestId: 'x' }));
}
const change = (...of: Parameters<typeof row>) => pastChangeOf(row(...of));

describe('reading an exported audit row', () => {
  it.each([
    ['accounts/block', { after: { state: 'blocked' } }, 'blocked', true],
    ['accounts/block', {}, 'blocked', true],
    ['accounts/close', {}, 'deleted', true],
    ['accounts/decline-sign-up', {}, 'deleted', true],
    ['accounts/delete', {}, 'deleted', true],
    ['accounts/erase', {}, 'deleted', true],
    ['accounts/restore', {}, 'blocked', true],
    ['accounts/activate', {}, 'active', false],
    ['accounts/end-block', { after: { state: 'pending' } }, 'pending', false],
    // An undone activation.
    ['accounts/block', { after: { state: 'pending' } }, 'pending', false],
    ['subscriptions/suspend', {}, 'suspended', true],
    ['subscriptions/resume', {}, 'active', false],
    ['subscriptions/cancel', {}, 'cancelled', true],
    ['subscriptions/delete', {}, 'deleted', true],
    ['subscriptions/regenerate-key', { after: { key: 'primary' } }, 'replaced', true],
    ['accounts/secure', {}, 'no-way-in', true],
    ['identities/disconnect', { targetKind: 'account' }, 'no-way-in', true],
    ['passwords/change', { targetKind: 'account' }, 'no-way-in', true],
    ['leaked-keys/end', { targetKind: 'subscription', after: { key: 'primary' } }, 'replaced', true],
    ['operators/withdraw', { after: { role: null } }, 'none', true],
    ['operators/lose', { after: { role: null } }, 'none', true],
    ['operators/grant', { before: { role: 'admin' }, after: { role: 'approver' } }, 'approver', true],
    ['operators/grant', { before: { role: null }, after: { role: 'approver' } }, 'approver', false],
    ['operators/grant-from-console', { after: { role: 'admin' } }, 'admin', false],
  ])('of %s %j gives the state %s', (operation, more, result, isRemoval) => {
    expect(change(operation, more)).toMatchObject({ result, isRemoval });
  });

  it('gives null when the operation was refused or requested, or changed something else', () => {
    expect(change('accounts/block', { outcome: 'refused' })).toBeNull();
    expect(change('accounts/delete', { outcome: 'asked' })).toBeNull();
    expect(change('accounts/edit')).toBeNull();
    const report = { targetKind: 'subscription', after: { key: 'primary', endsAtOnce: false } };
    expect(change('leaked-keys/report', report)).toBeNull();
    expect(change('accounts/block', { targetId: null })).toBeNull();
  });

  it.each(['', '[]', '{"id":1}', 'number,hash', '{"serviceId":"default"}', 'null'])(
    'refuses a line that is no row: %j',
    (line) => expect(() => readExportedRow(line)).toThrow('invalid_input'),
  );
});

it('the last of several changes of one account counts, in any order of the rows', () => {
  const blocked = change('accounts/block');
  const activated = change('accounts/activate');
  const other = change('accounts/block', { targetId: 'bea' });
  const changes = [activated, other, blocked].flatMap((one) => one ?? []);
  expect([...lastChanges(changes)].sort()).toEqual([activated?.id, other?.id].sort());
});

it('each replaced key counts, and both keys do when the row does not name one', () => {
  const primary = change('subscriptions/regenerate-key', { after: { key: 'primary' } });
  const again = change('subscriptions/regenerate-key', { after: { key: 'primary' } });
  const resumed = change('subscriptions/resume');
  const changes = [primary, again, resumed].flatMap((one) => one ?? []);
  expect(lastChanges(changes).size).toBe(3);
  expect(primary?.keys).toBe('primary');
  expect(change('subscriptions/regenerate-key')?.keys).toBe('both');
});

it('a former key is named, and a way in that ended is no state that a later change overtakes', () => {
  expect(change('subscriptions/end-former-key', { after: { formerKey: 'secondary' } })?.keys).toBe(
    'former-secondary',
  );
  const report = { targetKind: 'subscription', after: { key: 'former-primary', endsAtOnce: true } };
  expect(change('leaked-keys/report', report)?.keys).toBe('former-primary');
  const secured = change('accounts/secure');
  const changed = change('passwords/change', { targetKind: 'account' });
  const activated = change('accounts/activate');
  const changes = [secured, changed, activated].flatMap((one) => one ?? []);
  expect([...lastChanges(changes)].sort()).toEqual([changed?.id, activated?.id].sort());
});
