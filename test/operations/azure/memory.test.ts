import { expect, it } from 'vitest';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { editAccount } from '../../../src/operations/accounts/edit.ts';
import { settleDrift } from '../../../src/operations/azure/settle-drift.ts';
import { ADMIN, createTestContext, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { azureUser, bindMirror, readInAzure } from '../../support/mirror.ts';

const t = forAllTests(createTestContext);

it('T99: the mirror remembers no value of a thing, and a difference that is decided keeps none', async () => {
  await bindMirror(t.sql, 'ours', 'add');
  const person = { email: 'zanzibar@example.com', firstName: 'Zanzibar', lastName: 'Zanzibar' };
  const { account } = await addAccount(t.as(ADMIN), { accountId: 'ann', ...person, note: 'zanzibar' });
  await readInAzure(t.as(SYSTEM), azureUser('ann', { ...person, note: 'zanzibar' }), 'ann');
  await editAccount(t.as(ADMIN), { accountId: account.id, note: 'zanzibar here' });
  await readInAzure(t.as(SYSTEM), azureUser('ann', { ...person, note: 'zanzibar there' }), 'ann');
  const stored = async () => {
    const tables = ['azure_instances', 'azure_things', 'azure_orders', 'azure_drifts'];
    const rows = await Promise.all(tables.map((table) => t.sql`select * from ${t.sql(table)}`));
    expect(rows.map((of) => of.length)).toEqual([1, 1, 1, 1]);
    return JSON.stringify(rows);
  };
  expect(await stored()).not.toMatch(/zanzibar/i);
  const [drift] = await t.sql`select id, sealed from azure_drifts`;
  expect(drift?.sealed).not.toBeNull();
  await settleDrift(t.as(ADMIN), { driftId: drift?.id, decision: 'leave' });
  expect(await t.sql`select sealed from azure_drifts`).toEqual([{ sealed: null }]);
  expect(await stored()).not.toMatch(/zanzibar/i);
});
