import { beforeAll, describe, expect, it } from 'vitest';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { listAccounts } from '../../../src/operations/accounts/list.ts';
import { searchAccounts } from '../../../src/operations/accounts/search.ts';
import { ADMIN, createTestContext } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const t = forAllTests(createTestContext);
beforeAll(async () => {
  for (const [firstName, lastName] of [
    ['Uma', 'Hartmann'],
    ['Richard', 'Quist'],
    ['Ann', 'Dahl'],
    ['Zoe', 'Dahl'],
    ['Per_cent', 'Sign'],
    ['Percent', 'None'],
  ] as const)
    await addAccount(t.as(ADMIN), { email: `${firstName}.x@example.com`.toLowerCase(), firstName, lastName });
  const gone = { email: 'gone@example.com', firstName: 'Gone', lastName: 'Hartwig' };
  const { account } = await addAccount(t.as(ADMIN), gone);
  await deleteAccount(t.as(ADMIN), { accountId: account.id, expectedVersion: account.version });
  await addAccount(t.as(ADMIN, 'theirs'), { email: 'h@example.com', firstName: 'Eve', lastName: 'Hart' });
});

const found = async (text: string) =>
  (await searchAccounts(t.as(ADMIN), { text })).map((account) => account.firstName);
const listed = async (text: string) =>
  (await listAccounts(t.as(ADMIN), { text })).accounts.map((account) => account.firstName);

describe.each([
  ['searching', found],
  ['listing', listed],
])('%s accounts', (_name, ask) => {
  it('finds any part of a name or email in this service, newest first, and no deleted account', async () => {
    expect(await ask('har')).toEqual(['Richard', 'Uma']);
    expect(await ask('uma hartm')).toEqual(['Uma']);
    expect(await ask('RICHARD.X@')).toEqual(['Richard']);
  });

  it('finds one or two letters at the beginning of a word', async () => {
    expect(await ask('q')).toEqual(['Richard']);
    expect(await ask('Ha')).toEqual(['Uma']);
    expect(await ask('zo')).toEqual(['Zoe']);
  });

  it('finds wildcard characters as they were typed', async () => {
    expect(await ask('per_')).toEqual(['Per_cent']);
    expect(await ask('%')).toEqual([]);
    expect(await ask('a\\')).toEqual([]);
  });
});

describe('the words of a name, without accents and in any order', () => {
  const STORED = [
    ['Jürgen', 'Müller'],
    ['Rene', 'Muller'],
    ['Søren', 'Kierkegård'],
    ['Łukasz', 'Świątek'],
    ['Weiß', 'Straße'],
    ['Đorđe', 'Ćosić'],
    ['Işıl', 'Çağlar'],
    ['Ægir', 'Þórðarson'],
    ['Nguyễn', 'Thị Hạnh'],
    ['José María', "O'Brien-Núñez"],
    ['Zoë', 'Decomposed'],
    ['Ｆｕｌｌ', 'Ｗｉｄｅ'],
  ] as const;
  beforeAll(async () => {
    for (const [at, [firstName, lastName]] of STORED.entries())
      await addAccount(t.as(ADMIN), { email: `folded${at}@example.com`, firstName, lastName });
  });

  it.each([
    ['muller', ['Rene', 'Jürgen']],
    ['Müller', ['Rene', 'Jürgen']],
    ['MÜLLER', ['Rene', 'Jürgen']],
    ['mu\u0308ller', ['Rene', 'Jürgen']],
    ['muller jurgen', ['Jürgen']],
    ['Müller, Jürgen', []],
    ['jur mul', ['Jürgen']],
    ['mül folded0@', ['Jürgen']],
    ['example.com jürgen muller', ['Jürgen']],
    ['muller quist', []],
    ['soren', ['Søren']],
    ['kierkegard soren', ['Søren']],
    ['lukasz', ['Łukasz']],
    ['swiatek łukasz', ['Łukasz']],
    ['ŚWIĄTEK', ['Łukasz']],
    ['weiss', ['Weiß']],
    ['strasse', ['Weiß']],
    ['straße weiß', ['Weiß']],
    ['STRASSE', ['Weiß']],
    ['dorde', ['Đorđe']],
    ['cosic', ['Đorđe']],
    ['isil', ['Işıl']],
    ['caglar', ['Işıl']],
    ['aegir', ['Ægir']],
    ['thordarson', ['Ægir']],
    ['ÆGIR ÞÓRÐARSON', ['Ægir']],
    ['nguyen hanh', ['Nguyễn']],
    ['hạnh thi nguyễn', ['Nguyễn']],
    ["o'brien nunez jose", ['José María']],
    ['maria jo', ['José María']],
    ['mú', ['Rene', 'Jürgen']],
    ['zoe\u0308 dec', ['Zoë']],
    ['full wide', ['Ｆｕｌｌ']],
    ['ｊｕｒｇｅｎ', ['Jürgen']],
    ['％', []],
    ['hartmann uma', ['Uma']],
    ['quist richard.x@', ['Richard']],
  ])('%s', async (text, expected) => {
    expect(await listed(text)).toEqual(expected);
    // "Did you mean" answers for what no account has.
    if (expected.length > 0) expect(await found(text)).toEqual(expected);
  });

  it('finds a similar name whose accents or order differ', async () => {
    expect(await found('jurgen mullr')).toEqual(['Jürgen']);
    expect(await found('kierkegaard')).toEqual(['Søren']);
    expect(await found('Swiontek Lukasz')).toContain('Łukasz');
  });

  it('each word of any stored name finds it, however its accents and case are written', async () => {
    for (const [firstName, lastName] of STORED) {
      const words = `${lastName} ${firstName}`;
      for (const text of [words, words.toUpperCase(), words.normalize('NFD'), words.normalize('NFC')])
        expect(await listed(text), text).toContain(firstName);
    }
  });
});

describe('searching accounts by similar words or by id', () => {
  it('finds similar texts only when no account has the exact one, the nearest first and then the newest', async () => {
    expect(await found('hartman')).toEqual(['Uma']);
    expect(await found('hartmanx')).toEqual(['Uma']);
    expect(await found('dahll')).toEqual(['Zoe', 'Ann']);
    expect(await found('ann dahll')).toEqual(['Ann']);
    expect(await found('zyxwvut')).toEqual([]);
  });

  it('finds an account by its whole id', async () => {
    const [uma] = await searchAccounts(t.as(ADMIN), { text: 'uma' });
    expect((await searchAccounts(t.as(ADMIN), { text: String(uma?.id) })).map(({ id }) => id)).toEqual([
      uma?.id,
    ]);
  });
});
