import { describe, expect, it } from 'vitest';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { grantSubscription } from '../../../src/operations/subscriptions/grant.ts';
import { listOwnSubscriptions } from '../../../src/operations/subscriptions/list-own.ts';
import { regenerateKey } from '../../../src/operations/subscriptions/regenerate-key.ts';
import { requestSubscription } from '../../../src/operations/subscriptions/request.ts';
import { showKeys } from '../../../src/operations/subscriptions/show-keys.ts';
import { templatesTo } from '../../support/accounts.ts';
import { ADMIN, APPROVER, createTestContext, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { aDeveloper, aProduct, keyHashes } from '../../support/subscriptions.ts';

const t = forAllTests(createTestContext);

describe('the keys of a subscription', () => {
  it('T26: are stored nowhere in clear, and each showing is audited', async () => {
    const ann = await aDeveloper(t);
    const { subscription } = await requestSubscription(ann.context(), { productId: await aProduct(t) });
    const of = { subscriptionId: subscription.id };
    const before = await showKeys(ann.context(), of);
    await regenerateKey(t.as(APPROVER), { ...of, slot: 'primary', isLeaked: true });
    const after = await showKeys(ann.context(), of);
    const tables = await t.sql<{ schema: string; name: string }[]>`
      select table_schema as schema, table_name as name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`;
    for (const { schema, name } of tables) {
      const rows = await t.sql`select one::text as text from ${t.sql(schema)}.${t.sql(name)} one`;
      const text = rows.map((row) => row.text as string).join('\n');
      for (const key of [...Object.values(before), ...Object.values(after)])
        expect(text.includes(key), `${name} holds a key`).toBe(false);
    }
    for (const mail of await t.mailsTo(ann.email)) expect(JSON.stringify(mail)).not.toMatch(/apim_/);
    const shown = await t.sql`select actor_id from audit
      where operation = 'subscriptions/show-keys' and target_id = ${subscription.id}`;
    expect(shown.map((row) => row.actor_id)).toEqual([ann.accountId, ann.accountId]);
  });

  it('T29: are one live key in each slot after two people replaced one at once, fifty times', async () => {
    const ann = await aDeveloper(t);
    const { subscription } = await requestSubscription(ann.context(), { productId: await aProduct(t) });
    const of = { subscriptionId: subscription.id, slot: 'primary' as const };
    const seen = new Set(await keyHashes(t, subscription.id));
    const [, untouched] = await keyHashes(t, subscription.id);
    for (let round = 0; round < 50; round++) {
      await Promise.all([regenerateKey(ann.context(), of), regenerateKey(t.as(APPROVER), of)]);
      const [primary = '', secondary] = await keyHashes(t, subscription.id);
      expect(secondary).toBe(untouched);
      expect(seen.has(primary)).toBe(false);
      seen.add(primary);
    }
    expect(await keyHashes(t, subscription.id)).toHaveLength(2);
  });

  it('cause a mail to their owner when one is replaced, which says whether by an operator, and does not hold the key', async () => {
    const ann = await aDeveloper(t);
    const { subscription } = await requestSubscription(ann.context(), { productId: await aProduct(t) });
    const of = { subscriptionId: subscription.id };
    expect((await regenerateKey(ann.context(), { ...of, slot: 'secondary' })).isTold).toBe(false);
    expect((await regenerateKey(t.as(APPROVER), { ...of, slot: 'primary' })).isTold).toBe(true);
    expect((await regenerateKey(t.as(APPROVER), { ...of, slot: 'primary', isLeaked: true })).isTold).toBe(
      true,
    );
    expect((await templatesTo(t, ann.email)).filter((name) => name.startsWith('Key'))).toEqual([
      'KeyRegenerated',
      'KeyReplaced',
      'KeyLeaked',
    ]);
  });

  it('can be brought from elsewhere and stay as they are, and one that is in use is refused', async () => {
    const ann = await aDeveloper(t);
    const azure = '0123456789abcdef0123456789abcdef';
    const grant = (wanted: object) =>
      grantSubscription(t.as(ADMIN), { accountId: ann.accountId, ...wanted } as never);
    const { subscription } = await grant({ primaryKey: azure });
    expect((await showKeys(ann.context(), { subscriptionId: subscription.id })).primary).toBe(azure);
    expect(await refusalOf(grant({ secondaryKey: azure }))).toBe('key_taken');
    expect(await refusalOf(grant({ primaryKey: 'x'.repeat(30), secondaryKey: 'x'.repeat(30) }))).toBe(
      'key_taken',
    );
    expect(await refusalOf(grant({ primaryKey: 'short' }))).toBe('invalid_input');
    expect(await refusalOf(grant({ primaryKey: `apim_${'a'.repeat(49)}` }))).toBe('invalid_input');
    expect((await listOwnSubscriptions(ann.context(), {})).length).toBe(1);
    // The other service may have the same one.
    const { account } = await addAccount(t.as(ADMIN, 'theirs'), {
      email: ann.email,
      firstName: 'Ann',
      lastName: 'Lee',
    });
    const theirs = { accountId: account.id, primaryKey: azure };
    expect(await refusalOf(grantSubscription(t.as(ADMIN, 'theirs'), theirs))).toBe('done');
  });
});
