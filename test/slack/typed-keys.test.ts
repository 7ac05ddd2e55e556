// T26 on the way in: the app neither stores nor repeats a key that a person types, wherever they type it.
import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { newApiKey } from '../../src/security/api-key.ts';
import { COMMANDS, SHORTCUTS, SUBMISSIONS } from '../../src/slack/handlers.ts';
import { startTestApp } from '../support/app.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const KEYS = {
  ours: newApiKey((size) => randomBytes(size)).key,
  'one of Azure': randomBytes(16).toString('hex'),
};

const app = forAllTests(startTestApp);
afterAll(async () => {
  // No table and no message holds any key that this file typed.
  const said = JSON.stringify(app.everythingSent());
  for (const key of Object.values(KEYS)) {
    expect(said).not.toContain(key);
    expect(await tablesWith(key)).toEqual([]);
  }
});

async function tablesWith(text: string): Promise<string[]> {
  const tables = await app.sql<{ schema: string; name: string }[]>`
    select table_schema as schema, table_name as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`;
  const found: string[] = [];
  for (const { schema, name } of tables) {
    const rows =
      await app.sql`select 1 from ${app.sql(schema)}.${app.sql(name)} as t where t::text like ${`%${text}%`} limit 1`;
    if (rows.length > 0) found.push(`${schema}.${name}`);
  }
  return found;
}

const admin = () => app.as('admin');
const audited = async () => (await app.sql`select count(*)::int as rows from audit`)[0]?.rows;

describe.each(Object.entries(KEYS))('a key, %s,', (_whose, key) => {
  it.each(['', ...COMMANDS.map(({ name }) => name)])(
    'is refused when it is typed after /apim-user %s',
    async (name) => {
      const before = await audited();
      await admin().types(`/apim-user ${name} ann@example.com it was “${key}”, I think`);
      const seen = await admin().sees(/Keys don't belong in Slack/);
      expect(seen).toMatch(/subscriptions .*Key leaked/);
      expect(admin().hasModal()).toBe(false);
      expect(await audited()).toBe(before);
    },
  );

  it('is refused beside the field in every modal', async () => {
    await admin().types('/apim-user add');
    const modal = await admin().modal('Add an account');
    await modal.fill({
      Email: 'ann@example.com',
      'First name': 'Ann',
      'Last name': 'Lee',
      Note: `has ${key}`,
    });
    await modal.submit();
    expect(Object.entries(modal.errors())).toEqual([
      ['Note', expect.stringMatching(/Keys don't belong in Slack/)],
    ]);
    for (const callback of SUBMISSIONS.keys()) {
      const forged = app.altered(({ payload }) => {
        const body = JSON.parse(payload ?? '{}');
        body.view.callback_id = callback;
        return { payload: JSON.stringify(body) };
      }, 'view_submission');
      const answer = await app.send(forged);
      expect(JSON.parse(answer.body), callback).toMatchObject({ response_action: 'errors' });
    }
    await modal.closeAll();
    expect((await app.sql`select 1 from accounts`).length).toBe(0);
  });

  it('is not searched for by a type-ahead', async () => {
    await admin().types('/apim-user show');
    const modal = await admin().modal('Which account?');
    expect(await modal.searches('Account', key)).toEqual([]);
    await modal.closeAll();
  });

  it('is not used by the buttons around the field that holds it', async () => {
    await admin().types('/apim-user templates');
    await admin().sees(/Mails to developers/);
    await admin().clicks(/^Edit Account blocked/);
    const modal = await admin().modal("A mail's text");
    await modal.fill({ Text: `Your key is ${key}.` });
    for (const name of ['Preview', 'Send me a test']) {
      await modal.clicks(name);
      await (await admin().modal(/Keys don't belong in Slack/)).cancel();
    }
    await modal.closeAll();
    expect(app.inbox.mails()).toEqual([]);
  });

  it('is not taken from a message by a shortcut', async () => {
    await admin().types(`zoe@example.com calls us with ${key}`);
    const message = await admin().message(key);
    for (const { callback_id } of SHORTCUTS.filter(({ type }) => type === 'message')) {
      await message.shortcut(callback_id);
      const modal = await admin().modal(/This contains a key/);
      await modal.closeAll();
    }
  });

  it('in a table that is sent as a file ends the import before it begins', async () => {
    admin().goesToDm();
    await admin().shares('developers.csv', `email,first,last,note\nann@example.com,Ann,Lee,${key}\n`);
    await admin().sees(/This contains a key/);
    admin().goesTo('general');
    expect((await app.sql`select 1 from batches`).length).toBe(0);
  });
});

it('words that only resemble a key are taken', async () => {
  await admin().types('/apim-user add ann@example.com Ann apim_user');
  await admin().sees(/Added .+: the account is/);
  const [account] = await app.sql`select id from accounts`;
  await admin().types(`/apim-user show ${account?.id}`);
  await admin().sees(/ann@example\.com/);
});
