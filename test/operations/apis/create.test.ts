import { describe, expect, it } from 'vitest';
import { createApi } from '../../../src/operations/apis/create.ts';
import { deleteApi } from '../../../src/operations/apis/delete.ts';
import { editApi } from '../../../src/operations/apis/edit.ts';
import { ADMIN, createTestContext, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { uniqueName } from '../../support/subscriptions.ts';

const t = forAllTests(createTestContext);

describe('creating an API', () => {
  it.each([
    ['orders/v1', 'orders/v1'],
    ['/Orders/', 'Orders'],
    ['', ''],
    ['/', ''],
  ])('stores the path %s as %s', async (typed, kept) => {
    const { api } = await createApi(t.as(ADMIN), { name: uniqueName('Api '), path: typed });
    expect(api.path).toBe(kept);
    await deleteApi(t.as(ADMIN), { apiId: api.id });
  });

  it.each(['../x', 'a/./b', 'a//b', 'a b', 'ä', 'a%2fb', 'a?b', 'a\\b', 'x'.repeat(401)])(
    'refuses the path %s',
    async (path) => {
      expect(await refusalOf(createApi(t.as(ADMIN), { name: 'Odd', path }))).toBe('invalid_input');
    },
  );

  it('gives a path, in any case, to only one of 20 concurrent requests, and to no edited API', async () => {
    const tries = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        refusalOf(
          createApi(t.as(ADMIN), { name: uniqueName('Twin '), path: index % 2 ? 'TWIN/v1' : 'twin/V1' }),
        ),
      ),
    );
    expect(tries.filter((code) => code === 'done')).toHaveLength(1);
    expect(new Set(tries)).toEqual(new Set(['done', 'api_path_taken']));
    const { api } = await createApi(t.as(ADMIN), { name: uniqueName('Other '), path: uniqueName('other') });
    expect(await refusalOf(editApi(t.as(ADMIN), { apiId: api.id, path: 'Twin/v1' }))).toBe('api_path_taken');
  });
});
