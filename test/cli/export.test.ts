import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readCsv } from '../../src/domain/csv.ts';
import { createTestConsole } from '../support/console.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const SLOW_MS = 120_000;
const WHO = ['--as', 'Connie', '--reason', 'cleaning up'];

const t = forAllTests(createTestConsole, SLOW_MS);

it(
  'T125: npm run export writes any number of rows, after an audit row that says who took them and why',
  async () => {
    await t.sql`insert into accounts (service_id, id, email, email_canonical, first_name, last_name, state,
        state_changed_at, state_changed_by, registered_at, updated_at)
      select (select id from services), 'dev-' || n, n || '@example.com', n || '@example.com', 'Dev', 'Number' || n,
        case when n = 1 then 'blocked' else 'active' end, now(), 'a test', now() - interval '1 day' * n, now()
      from generate_series(1, 2345) n`;
    const folder = await mkdtemp(join(tmpdir(), 'apim-user-export-'));
    try {
      const path = join(folder, 'idle.csv');
      const [all, file, refused, unnamed, wrong] = await Promise.all([
        t.export('accounts', '--format', 'json', ...WHO),
        t.export('accounts', 'idle:2345d', 'state:active', '--output', path, ...WHO),
        t.export('accounts', 'nowhere@example.com', '--output', join(folder, 'none.csv'), ...WHO),
        t.export('accounts', '--as', 'Connie'),
        t.export('accounts', 'last-call:2026', ...WHO),
      ]);
      const rows = JSON.parse(all.out) as { id: string }[];
      expect([all.code, new Set(rows.map(({ id }) => id)).size]).toEqual([0, 2_345]);
      expect(all.err).toMatch(/2345 rows written\. Personal data: email, first_name/);
      expect([file.code, file.out]).toEqual([0, '']);
      expect(readCsv(await readFile(path, 'utf8')).rows.map(({ cells }) => cells[0])).toEqual([
        'id',
        'dev-2345',
      ]);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect([refused.code, refused.out]).toEqual([1, '']);
      expect(refused.err).toMatch(/Refused \(export_empty\)/);
      await expect(stat(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'ENOENT' });
      expect([unnamed.code, wrong.code]).toEqual([64, 1]);
      expect(wrong.err).toMatch(/such as last-call:<2026-08-01/);
      const again = await t.export('accounts', '--output', path, ...WHO);
      expect([again.code, again.err]).toEqual([64, expect.stringMatching(/is there already/)]);
      const taken = await t.sql`select a.actor_name as by, a.outcome, d.reason, d.after from audit a
        join audit_details d on d.audit_id = a.id where a.operation = 'exports/take' and a.outcome = 'done' order by a.id`;
      expect(taken).toHaveLength(2);
      expect(taken).toContainEqual({
        ...{ by: 'Connie (console)', outcome: 'done', reason: 'cleaning up' },
        after: { export: 'accounts', format: 'json', rows: 2_345 },
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  SLOW_MS,
);
