import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Transaction } from '../../../src/db/connection/connect.ts';
import { confirmEmail } from '../../../src/operations/accounts/confirm-email.ts';
import { editAccount } from '../../../src/operations/accounts/edit.ts';
import type { Context } from '../../../src/operations/frame/context.ts';
import { createGroup } from '../../../src/operations/groups/create.ts';
import { acceptInvitation } from '../../../src/operations/invitations/accept.ts';
import { invite } from '../../../src/operations/invitations/invite.ts';
import { openInvitation } from '../../../src/operations/invitations/open.ts';
import { revokeInvitation } from '../../../src/operations/invitations/revoke.ts';
import { newEmail } from '../../support/accounts.ts';
import { ADMIN, createTestContext, DEVELOPER, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import {
  AROUND_THE_END,
  accept,
  accountsWith,
  added,
  auditOf,
  CONFIRM_CHANGE,
  developerAt,
  invited,
  PASSWORD,
  tally,
} from '../../support/mailed-links.ts';

const WELCOME = 'NewDeveloperNotificationMessage';
const TRIES = 100;
const ROUNDS = 50;
const LONGEST_STEP_MS = 200;

const t = forAllTests(createTestContext);

const later = async <T>(ms: number, act: () => Promise<T>): Promise<T> => {
  if (ms > 0) await setTimeout(ms);
  return act();
};
async function stateOf(invitationId: string): Promise<string> {
  const [row] = await t.sql`select state from invitations where id = ${invitationId}`;
  return row?.state as string;
}

describe('accepting an invitation', () => {
  it(`T1: makes exactly one account when ${TRIES} accepts of one invitation run at once`, async () => {
    const { email, invitationId, ticket } = await invited(t);
    const accepts = Array.from({ length: TRIES }, () => accept(t, ticket));
    expect(await tally(accepts)).toEqual({ done: 1, ticket_refused: TRIES - 1 });
    const accounts = await accountsWith(t, email);
    expect(accounts).toHaveLength(1);
    expect(await auditOf(t, 'invitations/accept', accounts[0]?.id ?? '')).toHaveLength(1);
    expect((await t.mailsTo(email)).filter((mail) => mail.template === WELCOME)).toHaveLength(1);
    expect(await stateOf(invitationId)).toBe('accepted');
    const refusals = await t.sql`
      select 1 from audit where operation = 'invitations/accept' and outcome = 'refused'`;
    expect(refusals).toHaveLength(TRIES - 1);
  });

  it('T3: ends as an accept or as a revocation, never as both, when the two race fifty times', async () => {
    const seen = new Set<string>();
    // The winner of a round gives the loser a head start in the next one, doubled until the loser wins, so that the
    // race is close on any machine.
    let leadOfAcceptingMs = 0;
    let stepMs = -1;
    for (let round = 0; round < ROUNDS; round++) {
      const { email, invitationId, ticket } = await invited(t);
      const [accepted, revoked] = await Promise.all([
        later(-leadOfAcceptingMs, () => refusalOf(accept(t, ticket))),
        later(leadOfAcceptingMs, () => refusalOf(revokeInvitation(t.as(ADMIN), { invitationId }))),
      ]);
      const outcome = `${accepted}, ${revoked}`;
      seen.add(outcome);
      const end = [(await accountsWith(t, email)).length, await stateOf(invitationId)];
      if (outcome === 'done, invitation_not_open') expect(end).toEqual([1, 'accepted']);
      else {
        expect(outcome).toBe('ticket_refused, done');
        expect(end).toEqual([0, 'revoked']);
      }
      const shortens = accepted === 'done';
      stepMs =
        shortens === stepMs < 0
          ? Math.max(-LONGEST_STEP_MS, Math.min(stepMs * 2, LONGEST_STEP_MS))
          : shortens
            ? -1
            : 1;
      leadOfAcceptingMs += stepMs;
    }
    expect([...seen].sort()).toEqual(['done, invitation_not_open', 'ticket_refused, done']);
  });

  it.each(AROUND_THE_END)('T3: %i ms after the link’s end, ends as %s', async (offsetMs, outcome) => {
    const { ticket, email, invitationId } = await invited(t);
    const context = await developerAt(t, ticket, offsetMs);
    const input = { ticket, firstName: 'Ann', lastName: 'Lee', password: PASSWORD };
    expect(await refusalOf(openInvitation(context, { ticket }))).toBe(outcome);
    expect(await refusalOf(acceptInvitation(context, input))).toBe(outcome);
    expect(await accountsWith(t, email)).toHaveLength(outcome === 'done' ? 1 : 0);
    expect(await stateOf(invitationId)).toBe(outcome === 'done' ? 'accepted' : 'open');
  });

  it('T14: makes the account for the invited email, whatever else the form sends', async () => {
    const { email, ticket } = await invited(t, 'Invited.One@Example.com');
    const forged = {
      ticket,
      firstName: 'Eve',
      lastName: 'Il',
      password: PASSWORD,
      email: 'eve@evil.example',
    };
    expect(await refusalOf(acceptInvitation(t.as(DEVELOPER), forged))).toBe('invalid_input');
    expect(await accountsWith(t, 'eve@evil.example')).toHaveLength(0);
    expect(await accountsWith(t, email)).toHaveLength(0);
    expect((await accept(t, ticket)).email).toBe('Invited.One@Example.com');
    expect((await accountsWith(t, email)).map((one) => one.email)).toEqual(['Invited.One@Example.com']);
  });

  it('T8: is refused once an operator has added an account with the invited email', async () => {
    const { email, invitationId, ticket } = await invited(t);
    await added(t, email);
    expect(await refusalOf(accept(t, ticket))).toBe('ticket_refused');
    expect(await stateOf(invitationId)).toBe('revoked');
    expect(await accountsWith(t, email)).toHaveLength(1);
  });

  it('T8: is refused once another account has changed to the invited email', async () => {
    const { email, invitationId, ticket } = await invited(t);
    const person = await added(t);
    await editAccount(t.as(ADMIN), { accountId: person.accountId, email });
    await confirmEmail(t.as(DEVELOPER), { ticket: await t.ticketTo(email, CONFIRM_CHANGE) });
    expect(await refusalOf(accept(t, ticket))).toBe('ticket_refused');
    expect(await stateOf(invitationId)).toBe('revoked');
    expect(await accountsWith(t, email)).toHaveLength(1);
  });

  it('T4: leaves the invitation as it was when any of its statements fails', async () => {
    const email = newEmail();
    const { groupId } = await createGroup(t.as(ADMIN), { name: 'Partners' });
    await invite(t.as(ADMIN), { email, groupIds: [groupId] });
    const ticket = await t.ticketTo(email);
    const input = { ticket, firstName: 'Ann', lastName: 'Lee', password: PASSWORD };
    const trace = async () => [
      await t.sql`select * from accounts`,
      await t.sql`select * from tickets`,
      await t.sql`select * from invitations`,
      await t.sql`select id from mails`,
      await t.sql`select id from audit`,
      await t.sql`select id from graphile_worker.jobs order by id`,
    ];
    const before = await trace();
    let faults = 0;
    for (;;) {
      const failing = failingAt(t.as(DEVELOPER), faults + 1);
      const outcome = acceptInvitation(failing.context, input);
      if (faults < 40)
        await outcome.catch((error: Error) => expect(error.message).toBe('a fault on purpose'));
      if (!failing.hasFailed()) break;
      expect(await trace()).toEqual(before);
      faults += 1;
    }
    expect(faults).toBeGreaterThan(10);
    const [account] = await t.sql`select state from accounts where email = ${email}`;
    expect(account?.state).toBe('active');
  });
});

/** A context whose transactions fail in place of their nth statement. */
function failingAt(context: Context, nth: number): { context: Context; hasFailed: () => boolean } {
  let calls = 0;
  const statements = ['select', 'insert', 'update', 'delete', 'execute'];
  const wrap = (tx: Transaction): Transaction =>
    new Proxy(tx, {
      get(target, key) {
        const value = Reflect.get(target, key) as unknown;
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (statements.includes(String(key))) {
            calls += 1;
            if (calls === nth) throw new Error('a fault on purpose');
          }
          return (value as (...args: unknown[]) => unknown).apply(target, args);
        };
      },
    });
  const db = new Proxy(context.db, {
    get: (target, key) =>
      key === 'transaction'
        ? (work: (tx: Transaction) => Promise<unknown>) => target.transaction((tx) => work(wrap(tx)))
        : Reflect.get(target, key),
  });
  return { context: { ...context, db }, hasFailed: () => calls >= nth };
}
