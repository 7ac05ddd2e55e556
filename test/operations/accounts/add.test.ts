import { describe, expect, it } from 'vitest';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { invite } from '../../../src/operations/invitations/invite.ts';
import { newEmail } from '../../support/accounts.ts';
import { ADMIN, createTestContext, refusalOf, type ServiceId } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { accountsWith, tally } from '../../support/mailed-links.ts';

const TRIES = 100;

const t = forAllTests(createTestContext);

const add = (email: string, service: ServiceId) =>
  addAccount(t.as(ADMIN, service), { email, firstName: 'Ann', lastName: 'Lee' });

describe(`T18: ${TRIES} concurrent additions of one email in several spellings`, () => {
  it('make one account in each of two services', async () => {
    const spellings = ['Race@x.example', 'race@X.example', 'RACE@x.EXAMPLE', 'race@x.example'];
    const tries = Array.from({ length: TRIES }, (_, i) => {
      const service: ServiceId = i % 2 === 0 ? 'ours' : 'theirs';
      return add(spellings[(i >> 1) % spellings.length] ?? '', service);
    });
    expect(await tally(tries)).toEqual({ done: 2, email_taken: TRIES - 2 });
    const rows = await t.sql`
      select service_id from accounts where email_canonical = 'race@x.example' order by service_id`;
    expect(rows.map((row) => row.service_id)).toEqual(['ours', 'theirs']);
  });

  it('make one account and leave no open invitation when half of them are invitations', async () => {
    const email = newEmail();
    const tries = Array.from({ length: TRIES }, (_, i) =>
      refusalOf(i % 2 === 0 ? invite(t.as(ADMIN), { email }) : add(email.toUpperCase(), 'ours')),
    );
    const outcomes = await Promise.all(tries);
    expect(outcomes).toContain('email_taken');
    expect(await accountsWith(t, email)).toHaveLength(1);
    const open = await t.sql`select 1 from invitations where email_canonical = ${email} and state = 'open'`;
    expect(open).toHaveLength(0);
  });
});
