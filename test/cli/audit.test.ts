import { beforeAll, describe, expect, it } from 'vitest';
import { activateAccount } from '../../src/operations/accounts/activate.ts';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { linkAudit } from '../../src/operations/audit/link.ts';
import { createTestConsole } from '../support/console.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const SLOW_MS = 120_000;
const FORMULAS = ['=HYPERLINK("http://x.example")', '+1', '-1', '@SUM(A1)', ' =1', '\t=1', '＝1'];

const t = forAllTests(createTestConsole, SLOW_MS);
let accountId: string;
beforeAll(async () => {
  const person = { email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee' };
  accountId = (await addAccount(t.own(), person)).account.id;
  for (const reason of FORMULAS) {
    await blockAccount(t.own(), { accountId, reason, tellDeveloper: false });
    await activateAccount(t.own(), { accountId, tellDeveloper: false });
  }
  await blockAccount(t.own(), { accountId, reason: 'said "no", then left', tellDeveloper: false });
  await linkAudit(t.system(), {});
}, SLOW_MS);

type Row = { number: number; hash: string; at: string; operation: string; reason: string | null };
const rowsOf = (out: string): Row[] =>
  out
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
const headOf = (text: string): string => /--head (\d+:[0-9a-f]{64})/.exec(text)?.[1] ?? 'no head';

/** What only the owner of the database can do. */
const tamper = (statement: string) =>
  t.sql.unsafe(`
    alter table audit disable trigger user; alter table audit_links disable trigger user;
    ${statement};
    alter table audit enable trigger user; alter table audit_links enable trigger user`);

/** RFC 4180, read as a spreadsheet reads it. */
function cellsOf(csv: string): string[][] {
  return csv
    .split('\r\n')
    .slice(0, -1)
    .map((line) =>
      [...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map(([, cell = '']) => cell.replaceAll('""', '"')),
    );
}

describe('npm run audit', () => {
  it(
    'exports every row, oldest first, with its place in the chain',
    async () => {
      const { code, out, err } = await t.audit('export');
      expect(code).toBe(0);
      const rows = rowsOf(out);
      const stored = await t.sql`select operation from audit order by id`;
      expect(rows.map((row) => row.operation)).toEqual(stored.map((row) => row.operation));
      expect(rows.map((row) => row.number)).toEqual(stored.map((_, index) => index + 1));
      expect(headOf(err)).toBe(`${rows.length}:${rows.at(-1)?.hash}`);
      expect(rows.at(-1)?.reason).toBe('said "no", then left');
    },
    SLOW_MS,
  );

  it(
    'exports a span of days, the day that --to names included, and no row outside it',
    async () => {
      const today = new Date().toISOString().slice(0, 10);
      const all = rowsOf((await t.audit('export')).out).length;
      expect(rowsOf((await t.audit('export', '--from', today, '--to', today)).out)).toHaveLength(all);
      expect((await t.audit('export', '--to', '2020-01-01')).out).toBe('');
    },
    SLOW_MS,
  );

  it(
    'exports CSV with an apostrophe before each cell that a spreadsheet would run',
    async () => {
      const { code, out } = await t.audit('export', '--format', 'csv');
      expect(code).toBe(0);
      const [names = [], ...rows] = cellsOf(out);
      expect(rows.every((row) => row.length === names.length)).toBe(true);
      const reasons = rows.map((row) => row[names.indexOf('reason')] ?? '');
      // A reason is kept trimmed.
      for (const formula of FORMULAS) expect(reasons).toContain(`'${formula.trim()}`);
      expect(reasons).toContain('said "no", then left');
      for (const cell of rows.flat()) expect(cell).not.toMatch(/^\s*[=+\-@＝＋－＠]/);
    },
    SLOW_MS,
  );

  it(
    'exports OCSF, an event a line',
    async () => {
      const { code, out } = await t.audit('export', '--format', 'ocsf');
      expect(code).toBe(0);
      const events = rowsOf(out) as unknown as {
        class_name: string;
        activity_name: string;
        unmapped: object;
      }[];
      expect(events.map((one) => `${one.class_name}: ${one.activity_name}`).slice(0, 3)).toEqual([
        'Account Change: Create',
        'Account Change: Disable',
        'Account Change: Enable',
      ]);
      expect(events.at(-1)?.unmapped).toMatchObject({ reason: 'said "no", then left' });
    },
    SLOW_MS,
  );

  it(
    'verifies a whole chain, names a row that was changed by hand, and notices a cut tail by the head of an export',
    async () => {
      const head = headOf((await t.audit('export')).err);
      const whole = await t.audit('verify', '--head', head);
      expect(whole.out).toContain('The chain is whole.');
      expect(whole.out).toContain(`head: ${head}`);
      expect(whole.code).toBe(0);

      const [row] = await t.sql`select audit_id as id from audit_links where number = 3`;
      await tamper(`update audit set actor_name = actor_name || 'x' where id = '${row?.id}'`);
      const changed = await t.audit('verify');
      expect(changed.code).toBe(1);
      expect(changed.out).toContain(
        `PROBLEM at number 3 (audit row ${row?.id}): this row was changed after it was sealed`,
      );
      expect(changed.out).toContain('rows: 2\n');
      await tamper(`update audit set actor_name = left(actor_name, -1) where id = '${row?.id}'`);

      const { length } = await t.sql`select 1 from audit_links`;
      await tamper(`delete from audit_links where number > ${length - 2};
        delete from audit_details where audit_id not in (select audit_id from audit_links);
        delete from audit where id not in (select audit_id from audit_links)`);
      expect((await t.audit('verify')).code).toBe(0);
      const cut = await t.audit('verify', '--head', head);
      expect(cut.code).toBe(1);
      expect(cut.out).toContain(
        `PROBLEM at number ${length - 1}: the chain ends before the head that you gave: its end was cut off.`,
      );
    },
    SLOW_MS,
  );

  it.each([
    [['verify', '--head', 'abc'], 64, '--head is NUMBER:HASH'],
    [['export', '--from', 'lately'], 64, '--from is a day'],
    [['export', '--from', '2026-02-30'], 64, '--from 2026-02-30 is no day'],
    [['export', '--format', 'xml'], 64, '--format is jsonl, csv or ocsf'],
    [['export', '--form', 'csv'], 64, "Unknown option '--form'"],
    [['verify', '--from', '2026-11-01'], 64, 'npm run -s audit -- verify'],
    [[], 64, 'npm run -s audit -- export'],
  ])(
    '%j ends with %i',
    async (words, code, said) => {
      const ended = await t.audit(...words);
      expect(ended.err).toContain(said);
      expect([ended.code, ended.out]).toEqual([code, '']);
    },
    SLOW_MS,
  );

  it(
    'ends with 78 when the settings are bad or belong to another database',
    async () => {
      const other = Buffer.alloc(32, 9).toString('base64');
      for (const [name, value, said] of [
        ['SECRET_KEY', 'short', 'SECRET_KEY: expected 32 random bytes'],
        ['SECRET_KEY', other, 'SECRET_KEY: is not the key that this database was written with'],
        ['DATABASE_URL', '', 'DATA_DIR: no database of apim-user is there'],
      ] as const) {
        const ended = await t.auditWith({ [name]: value, DATA_DIR: '/nonexistent/data' }, 'verify');
        expect(ended.err).toContain(said);
        expect(ended.code).toBe(78);
      }
    },
    SLOW_MS,
  );
});
