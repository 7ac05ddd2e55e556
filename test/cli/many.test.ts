// npm run many: a preview, the work with its result, and what leads back.
import { expect, it } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { createTestConsole } from '../support/console.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const SLOW_MS = 120_000;
const t = forAllTests(createTestConsole, SLOW_MS);
const AS = ['--as', 'Connie', '--reason', 'unused'];

it(
  'T127: the console previews, does it, says what became of each account, and takes it back',
  async () => {
    for (const n of [1, 2, 3])
      await addAccount(t.own(), { email: `dev${n}@example.com`, firstName: 'Dev', lastName: `${n}` });
    const states = async () =>
      (await t.sql`select state from accounts order by email`).map(({ state }) => state);

    const shown = await t.many('block', 'dev', 'state:active', ...AS);
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.out).toMatch(/"dev1@example\.com","would be blocked"/);
    expect(shown.out).toMatch(/3 of 3 accounts; .*Nothing has changed\./);
    expect(await states()).toEqual(['active', 'active', 'active']);

    const done = await t.many('block', 'dev', 'state:active', '--apply', ...AS);
    expect(done).toMatchObject({ code: 0 });
    expect(done.out.match(/"blocked"/g)).toHaveLength(3);
    expect(await states()).toEqual(['blocked', 'blocked', 'blocked']);
    const [id = ''] = /^[0-9a-f-]{36}/m.exec(done.out) ?? [];
    const back = await t.many('undo', id, ...AS);
    expect(back).toMatchObject({ code: 0 });
    expect(await states()).toEqual(['active', 'active', 'active']);
    expect(await t.many('show', id, ...AS)).toMatchObject({
      code: 0,
      out: expect.stringContaining('done, 3 of 3 rows. 3 done'),
    });

    expect(await t.many('vanish', 'dev', ...AS)).toMatchObject({ code: 64 });
    expect(await t.many('block', 'idle:soon', ...AS)).toMatchObject({ code: 64 });
    expect(await t.many('stop', id, ...AS)).toMatchObject({ code: 1 });
    expect(await t.many('block', 'dev')).toMatchObject({ code: 64 });
  },
  SLOW_MS,
);
