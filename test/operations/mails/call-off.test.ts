import pino from 'pino';
import { expect, it } from 'vitest';
import { deliverMail, type JobDependencies } from '../../../src/jobs/tasks.ts';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { eraseAccount } from '../../../src/operations/accounts/erase.ts';
import { showAccount } from '../../../src/operations/accounts/show.ts';
import { cancelMails } from '../../../src/operations/mails/cancel-all.ts';
import { ADMIN, createTestContext, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

type Outcome = Awaited<ReturnType<JobDependencies['delivery']['send']>>;
const ACCEPTED: Outcome = { kind: 'accepted', providerId: 'taken' };

const t = forAllTests(createTestContext);

let count = 0;
/** An account with a link that waits in a mail. */
async function waiting() {
  count += 1;
  const email = `dev${count}@example.com`;
  const person = { firstName: 'Ann', lastName: 'Lee' };
  const { account } = await addAccount(t.as(ADMIN), { email, ...person, verifyFirst: true });
  const [mail] = await t.sql`select id from mails where account_id = ${account.id}`;
  return { accountId: account.id, mailId: mail?.id as string };
}
/** Sends a mail through a provider that does `meanwhile` between taking it and answering. */
const send = (mailId: string, outcome: Outcome, meanwhile: () => Promise<unknown> = async () => {}) =>
  deliverMail(
    {
      log: pino({ level: 'silent' }),
      system: () => t.as(SYSTEM),
      delivery: {
        async send() {
          await meanwhile();
          return outcome.kind === 'accepted' ? { ...outcome, providerId: mailId } : outcome;
        },
      },
      from: '',
      replyTo: '',
    } as unknown as JobDependencies,
    { serviceId: 'ours', mailId },
  );
const stateOf = async (mailId: string) =>
  (await t.sql`select state from mails where id = ${mailId}`)[0]?.state as string;
const block = (accountId: string) => blockAccount(t.as(ADMIN), { accountId });
const cancel = () => cancelMails(t.as({ kind: 'console', name: 'Connie' }), {});
async function erase(accountId: string): Promise<void> {
  await deleteAccount(t.as(ADMIN), { accountId });
  t.advance(t.policy.eraseDeletedAfterDays * 86_400_000);
  await eraseAccount(t.as(SYSTEM), { accountId });
}

it('T85: a mail that is called off while the provider takes it is accepted, and its card says that it was too late', async () => {
  const { accountId, mailId } = await waiting();
  await send(mailId, ACCEPTED, async () => {
    await cancel();
    expect(await stateOf(mailId)).toBe('unknown');
  });
  expect(await stateOf(mailId)).toBe('accepted');
  const { mails } = await showAccount(t.as(ADMIN), { accountId });
  expect(mails).toMatchObject([{ state: 'accepted', isCalledOffTooLate: true }]);
});

it.each<[string, string, Outcome]>([
  ['refuses it', 'cancelled', { kind: 'rejected', code: 'validation_error' }],
  ['says that there were too many', 'cancelled', { kind: 'retry', code: 'rate_limit_exceeded' }],
  ['does not answer', 'unknown', { kind: 'retry', code: 'timeout' }],
])('T85: a mail that is called off while the provider %s ends as %s', async (_what, state, outcome) => {
  const { mailId } = await waiting();
  await send(mailId, outcome, cancel);
  expect(await stateOf(mailId)).toBe(state);
});

it.each<[string, string, Outcome[]]>([
  ['after a timeout', 'unknown', [{ kind: 'retry', code: 'timeout' }]],
  [
    'after a timeout and a refusal',
    'unknown',
    [
      { kind: 'retry', code: 'timeout' },
      { kind: 'retry', code: 'rate_limit_exceeded' },
    ],
  ],
  ['after a refusal', 'cancelled', [{ kind: 'retry', code: 'rate_limit_exceeded' }]],
  ['before any attempt', 'cancelled', []],
])('T85: a mail whose link died %s ends as %s', async (_when, state, outcomes) => {
  const { accountId, mailId } = await waiting();
  for (const outcome of outcomes) {
    await send(mailId, outcome);
    t.advance(60_000);
  }
  await block(accountId);
  await send(mailId, ACCEPTED);
  expect(await stateOf(mailId)).toBe(state);
});

it('T85: a mail of a killed sender is not cancelled, and neither is one of an account that is erased', async () => {
  const killed = await waiting();
  await t.sql`update mails set attempts = 1, first_attempt_at = now(), leased_until = now() - interval '1 minute',
    changed_at = now() - interval '1 minute' where id = ${killed.mailId}`;
  const [before] = await t.sql`select changed_at as at from mails where id = ${killed.mailId}`;
  await erase(killed.accountId);
  expect(await stateOf(killed.mailId)).toBe('unknown');
  const [after] = await t.sql`select changed_at as at from mails where id = ${killed.mailId}`;
  expect(after?.at).not.toBe(before?.at);
});
