// Many developers from one table: pasted, or as a file in the direct message with the app.
import { describe, expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { markupIn, read } from '../support/markup.ts';

const app = forAllTests(() => startTestApp({}, { clock }));
let now = 0;
const clock = () => new Date(Date.now() + now);

const table = (...rows: string[]) => ['email,first,last,groups,note,mode', ...rows].join('\n');
/** Rows that add people, with the name in each email. */
const many = (count: number, name: string) =>
  table(...Array.from({ length: count }, (_, n) => `${name}${n}@example.com,Ann,Lee,,,add`));
const made = async (name: string) => {
  const [row] = await app.sql`select
    (select count(*)::int from accounts where email like ${`${name}%`}) as accounts,
    (select count(*)::int from invitations where email like ${`${name}%`}) as invitations`;
  return row;
};
const atDm = (who: 'admin' | 'approver' | 'nobody') => {
  const person = app.as(who);
  person.goesToDm();
  return person;
};
const person = async (words: string) => {
  await app.as('admin').types(`/apim-user add ${words}`);
  await app.as('admin').sees(/Added .+: the account is/);
};
const secondAdmin = async (name: string) => {
  const one = app.addPerson(name);
  const at = new Date();
  await app.sql`insert into operators (service_id, team_id, slack_user_id, name, role, granted_at, changed_at)
    values ('default', ${app.slack.teamId}, ${one.id}, ${name}, 'admin', ${at}, ${at})`;
  return one;
};
const begun = () => app.sql`select id from audit where operation = 'batches/begin' and outcome = 'done'`;

describe('a table that is pasted', () => {
  it('has a dry run first, is applied as the dry run showed it, and gives each row a result', async () => {
    const admin = app.as('admin');
    await person('ann@example.com Ann Lee');
    await person('bob@example.com Bob Lee');
    await admin.types('/apim-user block bob@example.com leaked a key');
    await admin.sees(/Blocked: Bob Lee/);
    await admin.types('/apim-user import');
    const modal = await admin.modal('Import developers');
    await modal.sees(/3,000 characters/);
    await modal.sees(/send me a CSV or TSV \*file\* of up to 10,000 rows/);
    const rows = table(
      'Ann@Example.com,Ann,Lee,,,add',
      'bob@example.com,,,,,',
      'cleo@example.com,Cleo,"Lee, the ""second""",,a note,add',
      'dora@example.com,,,,,invite',
      'no address,,,,,',
    );
    await modal.fill({ Table: rows });
    await modal.submit();
    await modal.sees(/The dry run is in our direct message/);
    await modal.closeAll();

    const dryRun = await admin.message(/Dry run of \W*pasted table/);
    for (const words of [
      '2 new (1 to invite, 1 to add)',
      '1 with an account already',
      '1 blocked',
      '1 with an error',
      'line 6: no address – email: there is no @',
      'line 2: Ann@Example.com – already has an account; left as it is',
      'line 3: bob@example.com – is blocked; left as it is',
    ])
      expect(dryRun.text()).toContain(words);
    expect(await made('cleo')).toEqual({ accounts: 0, invitations: 0 });

    await dryRun.clicks('Apply');
    await admin.sees(/Applied \W*pasted table.*1 added/);
    expect(dryRun.has('Apply')).toBe(false);
    expect(dryRun.text()).toContain('line 6: no address – email: there is no @');
    expect(admin.reads('pasted table result')).toBe(
      [
        ['line', 'email', 'outcome'],
        ['2', 'Ann@Example.com', 'existing'],
        ['3', 'bob@example.com', 'blocked'],
        ['4', 'cleo@example.com', 'added'],
        ['5', 'dora@example.com', 'invited'],
        ['6', 'no address', 'faulty: email: there is no @'],
      ]
        .map((cells) =>
          cells.map((cell, at) => (at === 0 && cell !== 'line' ? `"${cell}"` : `"${cell}"`)).join(','),
        )
        .map((line) => `${line}\r\n`)
        .join(''),
    );
    expect(await made('cleo')).toEqual({ accounts: 1, invitations: 0 });
    expect(await made('dora')).toEqual({ accounts: 0, invitations: 1 });
    // In the name of the admin who pressed Apply, as if they had added each account by hand.
    await admin.types('/apim-user history cleo@example.com');
    await admin.sees(/Ada Admin\W* added an account/);
    expect(app.refusals()).toEqual([]);
  });
});

describe('a file in the direct message', () => {
  it('has its faults named by line, and adds nothing when it is sent again', async () => {
    const admin = atDm('admin');
    const rows = [
      'eve@example.com\tEve\tLee\t\t\tadd',
      'fay@example.com\t\t\t\t\tadd',
      'EVE@example.com\t\t\t\t\t',
      'gus@example.com\t\t\tNobody’s\t\t',
    ];
    const file = `\ufeffEmail\tFirst\tLast\tGroups\tNote\tMode\r\n${rows.join('\r\n')}\r\n`;
    await admin.shares('developers.tsv', file);
    const dryRun = await admin.message(/Dry run of \W*developers\.tsv/);
    for (const words of [
      '1 new (0 to invite, 1 to add)',
      '3 with an error',
      'line 3: fay@example.com – First: someone who is added needs a first name or a last name',
      'line 4: EVE@example.com – Email: the same as in line 2; remove one of them',
      'line 5: gus@example.com – Groups: there is no group “Nobody’s”; create it first, or correct the name',
    ])
      expect(dryRun.text()).toContain(words);
    await dryRun.clicks('Apply');
    await admin.sees(/Applied \W*developers\.tsv/);
    expect(await made('eve')).toEqual({ accounts: 1, invitations: 0 });

    await admin.shares('again.tsv', file);
    const again = await admin.message(/Dry run of \W*again\.tsv/);
    expect(again.text()).toContain('1 with an account already');
    expect(again.text()).toContain('There is nothing to apply.');
    expect(again.has('Apply')).toBe(false);
    expect(app.refusals()).toEqual([]);
  });

  it.each([
    [
      'picture.png',
      Buffer.from('\x89PNG\r\n\x1a\n\0', 'latin1'),
      /isn't a text file; save the table as “CSV UTF-8”/,
    ],
    [
      'book.xlsx',
      Buffer.from('PK\x03\x04\x14\0', 'latin1'),
      /isn't a text file; save the table as “CSV UTF-8”/,
    ],
    ['large.csv', Buffer.alloc(5_000_001, 'a'), /larger than 5 MB/],
    [
      'letter.txt',
      Buffer.from('Dear Ada,\nplease add Ann.'),
      /there is no column for the email: name the columns in the first line/,
    ],
    ['endless.csv', Buffer.from(many(10_001, 'endless')), /10000 rows/],
    ['open.csv', Buffer.from('email\n"a'), /line 2 can't be read: it has a quote that is never closed/],
  ])('is refused where it was sent when it is no table: %s', async (name, bytes, words) => {
    const admin = atDm('admin');
    await admin.shares(name, bytes);
    await admin.sees(words);
    expect(app.refusals()).toEqual([]);
  });

  it('is not fetched from another place, and the app answers no plain message', async () => {
    const admin = app.as('admin');
    admin.goesTo('general');
    await admin.shares('elsewhere.csv', many(1, 'elsewhere'));
    atDm('admin');
    await admin.types('email,first,last');
    await admin.shares('here.csv', many(1, 'here'));
    await admin.message(/Dry run of \W*here\.csv/);
    expect(admin.canRead(/Dry run of \W*elsewhere/)).toBe(false);
  });

  it('says so when Slack does not hand it out', async () => {
    app.workspace.scopes.delete('files:read');
    const admin = atDm('admin');
    await admin.shares('unread.csv', many(1, 'unread'));
    await admin.sees(/doesn't let this app download it/);
    app.workspace.scopes.add('files:read');
  });

  it('is applied without a file of results when Slack takes none', async () => {
    app.workspace.scopes.delete('files:write');
    const admin = atDm('admin');
    await admin.shares('quiet.csv', many(2, 'quiet'));
    await (await admin.message(/Dry run of \W*quiet\.csv/)).clicks('Apply');
    await admin.sees(/Applied \W*quiet\.csv\W* 2 added[\s\S]*couldn't be sent/);
    app.workspace.scopes.add('files:write');
  });
});

describe('T44: a person who is no admin', () => {
  it.each(['approver', 'nobody'] as const)('is told why not, and nothing is fetched: %s', async (who) => {
    const person = atDm(who);
    const before = app.everythingSent().filter((call) => call.method === 'files.info').length;
    await person.shares('mine.csv', many(1, 'mine'));
    await person.sees(
      /You don't have permission to do this.*Ask .*Ada Admin|You don't have permission to do this.*Ask <@/,
    );
    expect(app.everythingSent().filter((call) => call.method === 'files.info')).toHaveLength(before);
    await person.types('/apim-user import');
    await person.sees(/You don't have permission to do this/);
    expect(await made('mine')).toEqual({ accounts: 0, invitations: 0 });
  });

  it('can’t apply the dry run of an admin', async () => {
    const admin = atDm('admin');
    await admin.shares('theirs.csv', many(1, 'theirs'));
    const dryRun = await admin.message(/Dry run of \W*theirs\.csv/);
    const before = await begun();
    // The admin's own click, signed by Slack, but with another person's id.
    await dryRun.clicks('Apply');
    await admin.sees(/Started\./);
    await eventually('the end', async () => (await made('theirs'))?.accounts === 1);
    const forged = app.altered(({ payload, ...rest }) => {
      const parsed = JSON.parse(payload ?? '{}') as { user: { id: string }; trigger_id: string };
      parsed.user.id = app.ids.approver;
      parsed.trigger_id = `${parsed.trigger_id}x`;
      return { ...rest, payload: JSON.stringify(parsed) };
    }, 'block_actions');
    await app.send(forged);
    await app.as('approver').sees(/You don't have permission to do this/);
    expect(await begun()).toHaveLength(before.length + 1);
  });
});

describe('between the dry run and Apply', () => {
  it('an admin may lose the role: nothing is done', async () => {
    const second = await secondAdmin('sue');
    second.goesToDm();
    await second.shares('sue.csv', many(1, 'sue'));
    const dryRun = await second.message(/Dry run of \W*sue\.csv/);
    await app.sql`update operators set role = null where slack_user_id = ${second.id}`;
    await dryRun.clicks('Apply');
    await second.sees(/You don't have permission to do this/);
    expect(await made('sue')).toEqual({ accounts: 0, invitations: 0 });

    // And midway: the rows that were done stay, and the rest is not done.
    await app.sql`update operators set role = 'admin' where slack_user_id = ${second.id}`;
    await second.shares('long.csv', many(3_000, 'long'));
    await (await second.message(/Dry run of \W*long\.csv/, 20_000)).clicks('Apply');
    await eventually('the first rows', async () => ((await made('long'))?.accounts ?? 0) > 20, 20_000);
    await app.sql`update operators set role = null where slack_user_id = ${second.id}`;
    await second.sees(/long\.csv\W* stopped after [\d,]+ of 3,000 rows: .*no longer has permission/, 20_000);
    const { accounts } = (await made('long')) ?? {};
    expect(accounts).toBeLessThan(3_000);
    const result = second.reads('long result').split('\r\n');
    expect(result.filter((line) => line.endsWith('"added"'))).toHaveLength(accounts);
    expect(result.filter((line) => line.endsWith('"not done"'))).toHaveLength(3_000 - accounts);
  }, 90_000);

  it('an hour may go by: the dry run has ended', async () => {
    const admin = atDm('admin');
    await admin.shares('late.csv', many(1, 'late'));
    const dryRun = await admin.message(/Dry run of \W*late\.csv/);
    now += 3_600_000;
    await dryRun.clicks('Apply');
    await admin.sees(/This preview has expired/);
    expect(await made('late')).toEqual({ accounts: 0, invitations: 0 });
  });

  it('an account may be added for a row: that row is left out', async () => {
    const admin = atDm('admin');
    await admin.shares('meanwhile.csv', many(2, 'meanwhile'));
    const dryRun = await admin.message(/Dry run of \W*meanwhile\.csv/);
    await person('meanwhile1@example.com Other Name');
    await dryRun.clicks('Apply');
    await admin.sees(
      /1 added, 1 refused[\s\S]*meanwhile1@example\.com – refused\. An account with this email already exists/,
    );
  });
});

it('one of many clicks on Apply, by two admins at once, has an effect', async () => {
  const admin = atDm('admin');
  const third = await secondAdmin('tom');
  await admin.shares('twice.csv', many(20, 'twice'));
  const dryRun = await admin.message(/Dry run of \W*twice\.csv/);
  const before = await begun();
  const clicks = [1, 2, 3, 4, 5].map(() => dryRun.clicks('Apply'));
  await Promise.all(clicks);
  const another = app.altered(({ payload, ...rest }) => {
    const parsed = JSON.parse(payload ?? '{}') as { user: { id: string } };
    parsed.user.id = third.id;
    return { ...rest, payload: JSON.stringify(parsed) };
  }, 'block_actions');
  await app.send(another);
  await admin.sees(/Applied \W*twice\.csv\W* 20 added/);
  expect(await begun()).toHaveLength(before.length + 1);
  expect(await made('twice')).toEqual({ accounts: 20, invitations: 0 });
  expect(admin.canRead(/already applied this/)).toBe(true);
});

it('T50: text in cells and in the name of a file is shown as it is', async () => {
  const admin = atDm('admin');
  const hostile = [
    '<!channel>',
    '<@U0ADAADMIN>',
    '<https://evil.example|Apply>',
    '*bold* `code`',
    '"=HYPERLINK(""https://evil.example"")"',
    '<script>alert(1)</script>',
  ];
  const before = app.everythingSent().length;
  await admin.shares('<!channel> *all*.csv', table(...hostile, 'nice@example.com,=1+1,@SUM(A1),,,add'));
  const dryRun = await admin.message(/Dry run of .*all/);
  await dryRun.clicks('Apply');
  await admin.sees(/Applied /);
  const sent = app
    .everythingSent()
    .slice(before)
    .filter((call) => !call.method.includes('emails'));
  const markup = markupIn(read(sent)).join('\n');
  for (const words of ['<!channel>', '<@U0ADAADMIN>', '<https://evil', '*bold*', '<script>', '*all*'])
    expect(markup).not.toContain(words);
  expect(dryRun.text()).toMatch(/line 2: <!channel> – email: “!channel”: there is no @/);
  // A spreadsheet runs nothing of it either.
  expect(admin.reads('result')).toContain(`"'=HYPERLINK(""https://evil.example"")"`);
  const [account] =
    await app.sql`select first_name, last_name from accounts where email = 'nice@example.com'`;
  expect(account).toEqual({ first_name: '=1+1', last_name: '@SUM(A1)' });
});

it('the rows are sealed while they wait, and gone at the end', async () => {
  const admin = atDm('admin');
  await admin.shares('zanzibar.csv', many(3, 'zanzibar'));
  const dryRun = await admin.message(/Dry run of \W*zanzibar\.csv/);
  const kept = async () => JSON.stringify(await app.sql`select * from batches where ended_at is null`);
  expect(await kept()).toContain('sealed_rows');
  expect(await kept()).not.toContain('zanzibar');
  await dryRun.clicks('Apply');
  await admin.sees(/Applied \W*zanzibar\.csv/);
  await eventually('the rows to go', async () => {
    const [row] = await app.sql`select sealed_rows from batches order by created_at desc limit 1`;
    return (row as { sealed_rows: string[] }).sealed_rows.length === 0;
  });
});

describe('when invitations need a second operator', () => {
  const strict = forAllTests(() => startTestApp({ SECOND_OPERATOR_FOR: 'invitations/invite' }));

  it('each row waits for its own approval, and fifty are the most at once', async () => {
    const admin = strict.as('admin');
    admin.goesToDm();
    await admin.shares('ask.csv', table('ask@example.com,,,,,', 'add@example.com,Ann,Lee,,,add'));
    await (await admin.message(/Dry run of \W*ask\.csv/)).clicks('Apply');
    await admin.sees(/Applied \W*ask\.csv\W* 1 waits for a second operator, 1 added/);
    await strict.as('approver').message(/Invite ask@example\.com/);
    const rows = Array.from({ length: 51 }, (_, n) => `ask${n}@example.com,,,,,`);
    await admin.shares('toomany.csv', table(...rows));
    await admin.sees(/The limit is 50 invitations at once/);
    expect(strict.refusals()).toEqual([]);
  });
});
