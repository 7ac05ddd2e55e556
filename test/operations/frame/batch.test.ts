import { expect, it } from 'vitest';
import { z } from 'zod';
import { insertGroup } from '../../../src/db/accounts/groups.ts';
import { DomainError } from '../../../src/domain/domain-error.ts';
import { runEach } from '../../../src/operations/frame/batch.ts';
import { ADMINS, defineOperation } from '../../../src/operations/frame/operation.ts';
import { ADMIN, createTestContext, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const t = forAllTests(createTestContext);

const writeGroup = defineOperation({
  name: 'groups/write',
  allowed: ADMINS,
  effect: 'change',
  input: z.strictObject({
    name: z.string(),
    refusal: z.enum(['group_built_in', 'not_permitted']).optional(),
  }),
  async run(act, { name, refusal }) {
    await insertGroup(act.tx, {
      serviceId: act.service.id,
      id: name,
      name,
      type: 'custom',
      createdAt: act.now,
      updatedAt: act.now,
    } as never);
    act.record({ target: { kind: 'group', id: name }, after: { name } });
    if (refusal) throw new DomainError(refusal);
  },
});
const part = (name: string, refusal?: string) => {
  const input = refusal ? { name, refusal } : { name };
  return { operation: writeGroup, context: t.as(ADMIN), input };
};
const groups = () => t.sql`select name from groups where type = 'custom' order by name`;
const audited = () =>
  t.sql`select target_id, outcome from audit where operation = 'groups/write' order by outcome, target_id`;

it('each for itself: a refusal undoes what its part wrote, and nothing else', async () => {
  const parts = [part('a'), part('b', 'group_built_in'), part('c')];
  const refusals = await runEach(t.as(ADMIN), parts, async () => {});
  expect(refusals.map((refusal) => refusal?.code ?? null)).toEqual([null, 'group_built_in', null]);
  expect(await groups()).toEqual([{ name: 'a' }, { name: 'c' }]);
  expect(await audited()).toEqual([
    { target_id: 'a', outcome: 'done' },
    { target_id: 'c', outcome: 'done' },
    { target_id: null, outcome: 'refused' },
  ]);
});

it('a permission that is lost on the way undoes every part of the transaction', async () => {
  const before = await groups();
  const run = runEach(t.as(ADMIN), [part('d'), part('e', 'not_permitted')], async () => {});
  expect(await refusalOf(run)).toBe('not_permitted');
  expect(await groups()).toEqual(before);
});
