// Many accounts at once: selected in the list, previewed, approved, done, stopped and taken back.
import { beforeAll, describe, expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(startTestApp);
const IDLE = 37;

const states = async (like: string) =>
  Object.fromEntries(
    (
      await app.sql`select state, count(*)::int as n from accounts where email like ${like} group by state order by 1`
    ).map(({ state, n }) => [state, n]),
  );
const changes = async (operation: string, like: string) =>
  (
    await app.sql`select a.actor_name, a.approval_id, a.outcome, a.code from audit a join accounts c
      on c.service_id = a.service_id and c.id = a.target_id
    where a.operation = ${operation} and c.email like ${like} and a.outcome <> 'asked'`
  ).map((row) => ({ ...row }));

/** Adds accounts whose emails begin with the word. */
async function accounts(word: string, count: number): Promise<void> {
  const admin = app.as('admin');
  admin.goesToDm();
  const rows = Array.from({ length: count }, (_, n) => `${word}${n}@example.com,Dev,${word} ${n},add`);
  await admin.shares(`${word}.csv`, `email,first,last,mode\n${rows.join('\n')}\n`);
  await (await admin.message(new RegExp(`Dry run of \\W*${word}\\.csv`))).clicks('Apply');
  await admin.message(new RegExp(`Applied \\W*${word}\\.csv`));
}

/** Opens the form that selects in the list of these words. */
async function selects(words: string) {
  const admin = app.as('admin');
  await admin.types(`/apim-user list ${words}`);
  await admin.sees(/Select…/);
  await admin.clicks('Select…');
  return admin.modal('Select accounts');
}

async function previews(words: string, what: string, fields: Record<string, string | string[]> = {}) {
  const modal = await selects(words);
  const all = modal.labels().includes('Or');
  expect(all).toBe(true);
  await modal.fill({ Or: /that match/, 'What to do': what } as never);
  await modal.submit();
  await modal.sees(/First you see what happens to each/);
  await modal.fill(fields);
  await modal.submit();
  await modal.sees(/The preview is in our direct message/);
  await modal.closeAll();
  return app.as('admin').message(/Nothing has changed yet/);
}

describe('37 idle accounts', () => {
  beforeAll(async () => {
    await accounts('idle', IDLE);
    await accounts('busy', 3);
    await app.sql`update account_activity set registered_on = current_date - 100 from accounts
      where accounts.id = account_activity.account_id and accounts.email like 'idle%'`;
  });

  it('T126: are blocked in one go once a second operator has approved it, and taken back in one', async () => {
    const admin = app.as('admin');
    const preview = await previews('idle:90d', 'Block', { Reason: 'nobody uses them' });
    expect(preview.text()).toMatch(/Block 37 accounts\?/);
    expect(preview.text()).toMatch(/cuts off no subscription/);
    expect(preview.text()).toMatch(/More than 10 accounts: another operator/);
    expect(admin.reads('preview').trim().split('\r\n')).toHaveLength(IDLE + 1);
    await preview.clicks('Block 37 accounts');
    await admin.sees(/second operator/);
    expect(await states('idle%')).toEqual({ active: IDLE });

    const card = await app.as('approver').message(/asks: Block 37 accounts\?/);
    expect(card.text()).toMatch(/nobody uses them/);
    await card.clicks('Approve');
    const done = await admin.message(/Block 37 accounts\W* is done: 37 blocked/);
    expect(await states('idle%')).toEqual({ blocked: IDLE });
    expect(await states('busy%')).toEqual({ active: 3 });
    const blocks = await changes('accounts/block', 'idle%');
    expect(blocks).toHaveLength(IDLE);
    expect(blocks.every((row) => row.approval_id !== null)).toBe(true);
    expect(admin.reads('Block 37 accounts result').trim().split('\r\n').slice(1)).toHaveLength(IDLE);

    // Changed since: it is left as it is.
    await admin.types('/apim-user activate idle5@example.com');
    await admin.sees(/active/i);
    await done.clicks('Undo');
    await admin.message(
      /Take back what was done to 36 accounts\W* is done: 36 back as before, 1 changed since/,
    );
    expect(await states('idle%')).toEqual({ active: IDLE });
    await done.clicks('Undo');
    await admin.sees(/already applied this/);
    expect(app.refusals()).toEqual([]);
  });
});
