import { describe, expect, it } from 'vitest';
import { createToken } from '../../../src/operations/tokens/create.ts';
import { listTokens } from '../../../src/operations/tokens/list.ts';
import { recogniseToken } from '../../../src/operations/tokens/recognise.ts';
import { revokeToken } from '../../../src/operations/tokens/revoke.ts';
import { ADMIN, APPROVER, createTestContext, MEMBER, refusalOf, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const DAY_MS = 86_400_000;

const t = forAllTests(createTestContext);

type Wanted = Partial<Parameters<typeof createToken>[1]>;
const create = ({ userId, teamId } = ADMIN, wanted: Wanted = {}) =>
  createToken(t.as({ kind: 'console', name: 'Connie' }), {
    ...{ name: 'pipeline', role: 'reader', userId, teamId },
    ...wanted,
  });
const recognised = (token: string) => recogniseToken(t.as(SYSTEM), { token });
const tokenOf = async (tokenId: string) =>
  (await listTokens(t.as(ADMIN), {})).tokens.find(({ id }) => id === tokenId);

describe('creating a token', () => {
  it('gives a secret that is stored nowhere, and that stands for its program until it is revoked', async () => {
    const { tokenId, token, ownerName } = await create(ADMIN, { role: 'admin', grants: ['sso', 'sso'] });
    expect(ownerName).toBe(ADMIN.name);
    const owner = { teamId: ADMIN.teamId, userId: ADMIN.userId, name: ADMIN.name };
    expect(await recognised(token)).toEqual({ kind: 'token', tokenId, name: 'pipeline', owner });
    expect(await tokenOf(tokenId)).toMatchObject({
      role: 'admin',
      grants: ['sso'],
      createdBy: 'Connie (console)',
    });
    const tables = await t.sql<{ schema: string; name: string }[]>`
      select table_schema as schema, table_name as name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`;
    expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['tokens', 'audit', 'mails']));
    for (const { schema, name } of tables) {
      const rows = await t.sql`select one::text as text from ${t.sql(schema)}.${t.sql(name)} one`;
      expect(
        rows.some(({ text }) => text.includes(token)),
        `${name} holds the token`,
      ).toBe(false);
    }
    await revokeToken(t.as(ADMIN), { tokenId });
    expect(await recognised(token)).toBeNull();
  });

  it('ends it after 90 days, or after the number of days that was asked for', async () => {
    const day = await create(ADMIN, { days: 1 });
    const usual = await create();
    const usualEnd = (await tokenOf(usual.tokenId))?.createdAt.getTime() ?? 0;
    expect(usual.expiresAt.getTime() - usualEnd).toBe(90 * DAY_MS);
    t.advance(DAY_MS);
    expect(await recognised(day.token)).toBeNull();
    expect(await tokenOf(day.tokenId)).toBeUndefined();
    t.advance(88 * DAY_MS);
    expect(await recognised(usual.token)).toMatchObject({ tokenId: usual.tokenId });
    t.advance(DAY_MS);
    expect(await recognised(usual.token)).toBeNull();
  });

  it('is refused when its owner has no role, or would give it more than they may do', async () => {
    const refusal = (owner: typeof ADMIN, role: NonNullable<Wanted['role']>) =>
      refusalOf(create(owner, { role }));
    expect(await refusal(MEMBER, 'reader')).toBe('operator_unfitting');
    expect(await refusal(APPROVER, 'admin')).toBe('operator_unfitting');
    expect(await refusal({ ...ADMIN, teamId: 'T0OTHER' }, 'reader')).toBe('operator_unfitting');
    expect(await refusal(APPROVER, 'approver')).toBe('done');
  });

  it('is refused for a name, or a number of days, that is out of bounds', async () => {
    const { tokens: before } = await listTokens(t.as(ADMIN), {});
    for (const wanted of [{ name: ' ' }, { name: 'a'.repeat(61) }, { days: 0 }, { days: 366 }, { days: 1.5 }])
      expect(await refusalOf(create(ADMIN, wanted)), JSON.stringify(wanted)).toBe('invalid_input');
    expect((await listTokens(t.as(ADMIN), {})).tokens).toEqual(before);
  });
});
