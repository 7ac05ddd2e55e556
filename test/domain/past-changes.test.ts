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

describe('what an exported row says', () => {
  it.each([
    ['accounts/block', { after: { state: 'blocked' } }, 'blocked', true],
    ['accounts/block', {}, 'blocked', true],
    ['accounts/delete', {}, 'deleted', true],
    ['accounts/erase', {}, 'deleted', true],
    ['accounts/restore', {}, 'blocked', true],
    ['accounts/activate', {}, 'active', false],
    ['accounts/end-block', { after: { state: 'pending' } }, 'pending', false],
    // The undo of an activation.
    ['accounts/block', { after: { state: 'pending' } }, 'pending', false],
    ['subscriptions/suspend', {}, 'suspended', true],
    ['subscriptions/resume', {}, 'active', false],
    ['subscriptions/cancel', {}, 'cancelled', true],
    ['subscriptions/delete', {}, 'deleted', true],
    ['subscriptions/regenerate-key', { after: { key: 'primary' } }, 'replaced', true],
    ['operators/withdraw', { after: { role: null } }, 'none', true],
    ['operators/lose', { after: { role: null } }, 'none', true],
    ['operators/grant', { before: { role: 'admin' }, after: { role: 'approver' } }, 'approver', true],
    ['operators/grant', { before: { role: null }, after: { role: 'approver' } }, 'approver', false],
    ['operators/grant-from-console', { after: { role: 'admin' } }, 'admin', false],
  ])('%s %j leaves it %s', (operation, more, left, isTaking) => {
    expect(change(operation, more)).toMatchObject({ left, isTaking });
  });

  it('is nothing when it was refused or only asked for, or changed something else', () => {
    expect(change('accounts/block', { outcome: 'refused' })).toBeNull();
    expect(change('accounts/delete', { outcome: 'asked' })).toBeNull();
    expect(change('accounts/edit')).toBeNull();
    expect(change('accounts/block', { targetId: null })).toBeNull();
  });

  it.each(['', '[]', '{"id":1}', 'number,hash', '{"serviceId":"default"}', 'null'])(
    'is refused when it is none: %j',
    (line) => expect(() => readExportedRow(line)).toThrow('invalid_input'),
  );
});

it('of several changes of one the last counts, in whatever order they come', () => {
  const blocked = change('accounts/block');
  const activated = change('accounts/activate');
  const other = change('accounts/block', { targetId: 'bea' });
  const changes = [activated, other, blocked].flatMap((one) => one ?? []);
  expect([...lastChanges(changes)].sort()).toEqual([activated?.id, other?.id].sort());
});

it('a replaced key counts whatever came later, and both when the row no longer says which', () => {
  const primary = change('subscriptions/regenerate-key', { after: { key: 'primary' } });
  const again = change('subscriptions/regenerate-key', { after: { key: 'primary' } });
  const resumed = change('subscriptions/resume');
  const changes = [primary, again, resumed].flatMap((one) => one ?? []);
  expect(lastChanges(changes).size).toBe(3);
  expect(primary?.keys).toBe('primary');
  expect(change('subscriptions/regenerate-key')?.keys).toBe('both');
});
