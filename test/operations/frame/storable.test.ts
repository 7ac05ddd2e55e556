import { describe, expect, it } from 'vitest';
import { findOneAccount } from '../../../src/operations/accounts/find.ts';
import { createGroup } from '../../../src/operations/groups/create.ts';
import { showGroup } from '../../../src/operations/groups/show.ts';
import { hashNewPassword } from '../../../src/operations/passwords/new-password.ts';
import { ADMIN, createTestContext, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const t = forAllTests(createTestContext);

describe.each([
  ['a NUL', 'a\0b'],
  ['half a character', 'a\ud83db'],
])('%s is refused in words', (_what, text) => {
  it('in a description', async () => {
    const group = { name: 'Partners', description: text };
    expect(await refusalOf(createGroup(t.as(ADMIN), group))).toBe('invalid_input');
  });
  it('in an id', async () => {
    expect(await refusalOf(showGroup(t.as(ADMIN), { groupId: text }))).toBe('invalid_input');
  });
  it('in a search', async () => {
    expect(await refusalOf(findOneAccount(t.as(ADMIN), { text }))).toBe('invalid_input');
  });
});

it('a password with half a character is refused for that, when it is hashed too', async () => {
  const refused = { detail: { fields: { password: expect.stringMatching(/cannot be kept/) } } };
  const password = 'three quiet \ud83d chairs';
  await expect(hashNewPassword(t.as(ADMIN), password, [])).rejects.toMatchObject(refused);
  await expect(t.passwords.hash(password)).rejects.toMatchObject(refused);
});
