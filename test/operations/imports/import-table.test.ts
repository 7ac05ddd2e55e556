import { expect, it } from 'vitest';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { createGroup } from '../../../src/operations/groups/create.ts';
import { applyImport, planImport } from '../../../src/operations/imports/import-table.ts';
import { invite } from '../../../src/operations/invitations/invite.ts';
import { ADMIN, APPROVER, createTestContext, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const ROWS = 200;
const KILLED_AFTER = [0, 80, 140];

const t = forAllTests(createTestContext);

it('a dry run reports the state of each line and changes nothing', async () => {
  const as = t.as(ADMIN);
  const person = { firstName: 'Ann', lastName: 'Lee' };
  await createGroup(as, { name: 'Partners' });
  await addAccount(as, { email: 'ann@example.com', ...person });
  const { account } = await addAccount(as, { email: 'bob@example.com', ...person });
  await blockAccount(as, { accountId: account.id });
  await invite(as, { email: 'cleo@example.com' });
  const table = `\ufeffEmail,first,last,groups,note,mode\r
Ann@Example.com,Ann,Lee,,,add\r
bob@example.com,,,,,\r
cleo@example.com,,,,,invite\r
dora@example.com,Dora,"Lee, the ""second""",partners,"two\r
lines",add\r
no address,,,,,\r
eve@example.com,,,Nobody's,,\r
fay@example.com,,Lee,,,add\r
gus@example.com,,,,a note,invite\r
DORA@example.com,,,,,\r
hal@example.com,,,,,delete\r
`;
  const before = await t.sql`select count(*) from audit`;
  const { rows } = await planImport(as, table);
  expect(
    rows.map((row) => `${row.line} ${row.status}${row.status === 'faulty' ? ` ${row.fault}` : ''}`),
  ).toEqual([
    '2 existing',
    '3 blocked',
    '4 invited',
    '5 new',
    '7 faulty Email: there is no @',
    `8 faulty groups: there is no group “Nobody's”; create it first, or correct the name`,
    '9 new',
    '10 faulty note: an invitation has no note; leave it empty, or write add as the mode',
    '11 faulty Email: the same as in line 5; remove one of them',
    '12 faulty mode: write add or invite, not “delete”',
  ]);
  expect(await t.sql`select count(*) from audit`).toEqual(before);
});

it.each(['', 'first,last\na,b', 'email,email\na,b', 'email,E-Mail\na,b', 'email\n"a'])(
  'a malformed table is refused: %j',
  async (text) => expect(await refusalOf(planImport(t.as(ADMIN), text))).toBe('invalid_input'),
);

it('T44: planning an import is refused to an approver', async () => {
  expect(await refusalOf(planImport(t.as(APPROVER), 'email\na@example.com'))).toBe('not_permitted');
});

it(`${ROWS} rows are each applied once, with one mail a second, after three interrupted runs`, async () => {
  const lines = Array.from(
    { length: ROWS },
    (_, n) => `many${n}@example.com,Ann,Lee,${n % 2 ? 'add' : 'invite'}`,
  );
  const table = `email,first,last,mode\n${lines.join('\n')}`;
  for (const killedAfter of KILLED_AFTER) {
    const run = applyImport(t.as(ADMIN), await planImport(t.as(ADMIN), table), (_result, done) => {
      if (done > killedAfter) throw new Error('killed');
    });
    await expect(run).rejects.toThrow('killed');
  }
  const outcomes: string[] = [];
  await applyImport(
    t.as(ADMIN),
    await planImport(t.as(ADMIN), table),
    ({ outcome }) => void outcomes.push(outcome),
  );
  expect(outcomes).toHaveLength(ROWS);
  expect(
    outcomes.filter((outcome) => outcome === 'existing' || outcome === 'already invited').length,
  ).toBeGreaterThan(ROWS / 2);
  const [made] = await t.sql`select
    (select count(*)::int from accounts where email like 'many%') as accounts,
    (select count(*)::int from invitations where email like 'many%' and state = 'open') as invitations,
    (select count(*)::int from mails left join accounts a on a.id = account_id left join invitations i on i.id = invitation_id
      where coalesce(a.email, i.email) like 'many%') as mails`;
  expect(made).toEqual({ accounts: ROWS / 2, invitations: ROWS / 2, mails: ROWS });
  const [most] =
    await t.sql`select max(n)::int as n from (select count(*) as n from mails left join accounts a on a.id = account_id
    left join invitations i on i.id = invitation_id where coalesce(a.email, i.email) like 'many%'
    group by date_trunc('second', next_attempt_at)) as seconds`;
  expect(most?.n).toBeLessThanOrEqual(2);
}, 120_000);

it('rows share a transaction, and a row that is refused in it takes no other one with it', async () => {
  const as = t.as(ADMIN);
  const emails = (name: string) => Array.from({ length: 50 }, (_, n) => `${name}${n}@example.com`);
  const planned = (name: string) =>
    planImport(
      as,
      `email,first,last,mode\n${emails(name)
        .map((email) => `${email},Ann,Lee,add`)
        .join('\n')}`,
    );
  await applyImport(as, await planned('together'), () => {});
  const plan = await planned('apart');
  await addAccount(as, { email: 'apart7@example.com', firstName: 'Other', lastName: 'Person' });
  await invite(as, { email: 'apart8@example.com' });
  const outcomes: string[] = [];
  await applyImport(as, plan, ({ line, outcome }) => void outcomes.push(`${line} ${outcome}`));

  expect(outcomes).toEqual(
    emails('apart').map((_, n) => `${n + 2} ${n === 7 ? 'refused: email_taken' : 'added'}`),
  );
  const made = (
    name: string,
  ) => t.sql`select count(*)::int as accounts, count(distinct a.xmin::text)::int as transactions,
      count(distinct m.id)::int as mails, count(distinct k.id)::int as tickets
    from accounts a left join mails m on m.account_id = a.id left join tickets k on k.account_id = a.id
    where a.email like ${`${name}%`} and first_name = 'Ann'`;
  expect(await made('together')).toEqual([{ accounts: 50, transactions: 1, mails: 50, tickets: 50 }]);
  expect(await made('apart')).toMatchObject([{ accounts: 49, mails: 49, tickets: 49 }]);
  const audited = await t.sql`select outcome, code, count(*)::int as rows from audit
    where operation = 'accounts/add' and id > (select max(id::text)::uuid from audit where operation = 'invitations/invite')
    group by outcome, code order by outcome`;
  expect(audited).toEqual([
    { outcome: 'done', code: null, rows: 49 },
    { outcome: 'refused', code: 'email_taken', rows: 1 },
  ]);
});
