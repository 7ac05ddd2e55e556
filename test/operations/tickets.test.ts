import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { confirmEmail } from '../../src/operations/accounts/confirm-email.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { editAccount } from '../../src/operations/accounts/edit.ts';
import type { Context } from '../../src/operations/frame/context.ts';
import { acceptInvitation } from '../../src/operations/invitations/accept.ts';
import { invite } from '../../src/operations/invitations/invite.ts';
import { openInvitation } from '../../src/operations/invitations/open.ts';
import { resendInvitation } from '../../src/operations/invitations/resend.ts';
import { revokeInvitation } from '../../src/operations/invitations/revoke.ts';
import { openPasswordReset } from '../../src/operations/passwords/open-reset.ts';
import { resetPassword } from '../../src/operations/passwords/reset.ts';
import { sendPasswordReset } from '../../src/operations/passwords/send-reset.ts';
import { newTicket, ticketHash } from '../../src/security/ticket.ts';
import {
  ADMIN,
  createTestContext,
  DEVELOPER,
  refusalOf,
  type ServiceId,
  type TestContext,
} from '../support/context.ts';

const PASSWORD = 'three quiet garden chairs';
const INVITATION = 'InviteUserNotificationMessage';
const RESET = 'PasswordResetIdentityDefault';
const WELCOME = 'NewDeveloperNotificationMessage';
const CONFIRM_CHANGE = 'EmailChangeIdentityDefault';
const TRIES = 100;
const ROUNDS = 50;
const LONGEST_STEP_MS = 200;
const AROUND_THE_END: [number, string][] = [
  [-1, 'done'],
  [0, 'ticket_refused'],
  [1, 'ticket_refused'],
];

let t: TestContext;
beforeAll(async () => {
  t = await createTestContext();
});
afterAll(() => t.close());

let count = 0;
const newAddress = (): string => {
  count += 1;
  return `dev${count}@example.com`;
};
const developer = (service: ServiceId = 'ours') => t.as(DEVELOPER, service);
const admin = (service: ServiceId = 'ours') => t.as(ADMIN, service);
const accept = (ticket: string, password = PASSWORD, service: ServiceId = 'ours') =>
  acceptInvitation(developer(service), { ticket, firstName: 'Ann', lastName: 'Lee', password });
const reset = (ticket: string, password = PASSWORD, service: ServiceId = 'ours') =>
  resetPassword(developer(service), { ticket, password });

const later = async <T>(ms: number, act: () => Promise<T>): Promise<T> => {
  if (ms > 0) await setTimeout(ms);
  return act();
};

async function invited(email = newAddress()) {
  const { invitationId } = await invite(admin(), { email });
  return { email, invitationId, ticket: await t.ticketTo(email, INVITATION) };
}

async function added(email = newAddress()) {
  const { account } = await addAccount(admin(), {
    email,
    firstName: 'Ann',
    lastName: 'Lee',
    password: PASSWORD,
  });
  return { email, accountId: account.id };
}

async function resetTicketOf(person: { email: string; accountId: string }): Promise<string> {
  await sendPasswordReset(admin(), { accountId: person.accountId });
  return t.ticketTo(person.email, RESET);
}

/** A developer whose clock stands still, so many milliseconds after the end of the link. */
async function developerAt(ticket: string, offsetMs: number): Promise<Context> {
  const [row] = await t.sql<{ endsAt: string }[]>`
    select expires_at as "endsAt" from tickets where hash = ${ticketHash(ticket)}`;
  if (!row) throw new Error('there is no such ticket');
  return { ...developer(), clock: () => new Date(new Date(row.endsAt).getTime() + offsetMs) };
}

async function accountsWith(email: string) {
  return t.sql<{ id: string; state: string; email: string; passwordHash: string }[]>`
    select id, state, email, password_hash as "passwordHash" from accounts where email_canonical = ${email.toLowerCase()}`;
}
async function auditOf(operation: string, targetId: string) {
  return t.sql`select 1 from audit where operation = ${operation} and outcome = 'done' and target_id = ${targetId}`;
}
async function stateOf(invitationId: string): Promise<string> {
  const [row] = await t.sql`select state from invitations where id = ${invitationId}`;
  return row?.state as string;
}
const tally = (outcomes: string[]) => {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
};

describe('an invitation', () => {
  it(`T1: ${TRIES} concurrent accepts of one invitation make exactly one account`, async () => {
    const { email, invitationId, ticket } = await invited();
    const outcomes = await Promise.all(Array.from({ length: TRIES }, () => refusalOf(accept(ticket))));
    expect(tally(outcomes)).toEqual({ done: 1, ticket_refused: TRIES - 1 });
    const accounts = await accountsWith(email);
    expect(accounts).toHaveLength(1);
    expect(await auditOf('invitations/accept', accounts[0]?.id ?? '')).toHaveLength(1);
    expect((await t.mailsTo(email)).filter((mail) => mail.template === WELCOME)).toHaveLength(1);
    expect(await stateOf(invitationId)).toBe('accepted');
    const refusals = await t.sql`
      select 1 from audit where operation = 'invitations/accept' and outcome = 'refused'`;
    expect(refusals).toHaveLength(TRIES - 1);
  });

  it('T3: an accept racing a revocation ends as one or the other, fifty times', async () => {
    const seen = new Set<string>();
    // Whoever wins gives the other a lead, twice as long each time that doesn't help: it stays close on any machine.
    let leadOfAcceptingMs = 0;
    let stepMs = -1;
    for (let round = 0; round < ROUNDS; round++) {
      const { email, invitationId, ticket } = await invited();
      const [accepted, revoked] = await Promise.all([
        later(-leadOfAcceptingMs, () => refusalOf(accept(ticket))),
        later(leadOfAcceptingMs, () => refusalOf(revokeInvitation(admin(), { invitationId }))),
      ]);
      const outcome = `${accepted}, ${revoked}`;
      seen.add(outcome);
      const end = [(await accountsWith(email)).length, await stateOf(invitationId)];
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

  it.each(AROUND_THE_END)('T3: %i ms after its end it is %s', async (offsetMs, outcome) => {
    const { ticket, email, invitationId } = await invited();
    const context = await developerAt(ticket, offsetMs);
    const input = { ticket, firstName: 'Ann', lastName: 'Lee', password: PASSWORD };
    expect(await refusalOf(openInvitation(context, { ticket }))).toBe(outcome);
    expect(await refusalOf(acceptInvitation(context, input))).toBe(outcome);
    expect(await accountsWith(email)).toHaveLength(outcome === 'done' ? 1 : 0);
    expect(await stateOf(invitationId)).toBe(outcome === 'done' ? 'accepted' : 'open');
  });

  it('T7: sent again, only its newest link works', async () => {
    const { invitationId, ticket: first, email } = await invited();
    await resendInvitation(admin(), { invitationId });
    const second = await t.ticketTo(email, INVITATION);
    expect(second).not.toBe(first);
    expect(await refusalOf(accept(first))).toBe('ticket_refused');
    expect(await refusalOf(accept(second))).toBe('done');
  });

  it('T14: makes an account for the invited address, whatever else the form says', async () => {
    const { email, ticket } = await invited('Invited.One@Example.com');
    const forged = {
      ticket,
      firstName: 'Eve',
      lastName: 'Il',
      password: PASSWORD,
      email: 'eve@evil.example',
    };
    expect(await refusalOf(acceptInvitation(developer(), forged))).toBe('invalid_input');
    expect(await accountsWith('eve@evil.example')).toHaveLength(0);
    expect(await accountsWith(email)).toHaveLength(0);
    expect((await accept(ticket)).email).toBe('Invited.One@Example.com');
    expect((await accountsWith(email)).map((one) => one.email)).toEqual(['Invited.One@Example.com']);
  });

  it('T8: dies when its address gets an account in another way', async () => {
    const { email, invitationId, ticket } = await invited();
    await added(email);
    expect(await refusalOf(accept(ticket))).toBe('ticket_refused');
    expect(await stateOf(invitationId)).toBe('revoked');
    expect(await accountsWith(email)).toHaveLength(1);
  });

  it('T8: dies when an account changes to its address', async () => {
    const { email, invitationId, ticket } = await invited();
    const person = await added();
    await editAccount(admin(), { accountId: person.accountId, email });
    await confirmEmail(developer(), { ticket: await t.ticketTo(email, CONFIRM_CHANGE) });
    expect(await refusalOf(accept(ticket))).toBe('ticket_refused');
    expect(await stateOf(invitationId)).toBe('revoked');
    expect(await accountsWith(email)).toHaveLength(1);
  });
});

describe('a link to set a new password', () => {
  it(`T2: of ${TRIES} concurrent resets with one link, exactly one password counts`, async () => {
    const person = await added();
    const ticket = await resetTicketOf(person);
    const candidates = Array.from({ length: TRIES }, (_, i) => `another four quiet chairs ${i}`);
    const outcomes = await Promise.all(candidates.map((password) => refusalOf(reset(ticket, password))));
    expect(tally(outcomes)).toEqual({ done: 1, ticket_refused: TRIES - 1 });
    const [account] = await accountsWith(person.email);
    const isKept = await Promise.all(
      candidates.map(
        async (password) => (await t.passwords.verify(password, account?.passwordHash ?? null)).isCorrect,
      ),
    );
    expect(isKept).toEqual(outcomes.map((outcome) => outcome === 'done'));
    expect((await t.passwords.verify(PASSWORD, account?.passwordHash ?? null)).isCorrect).toBe(false);
    expect(await auditOf('passwords/reset', person.accountId)).toHaveLength(1);
    const told = (await t.mailsTo(person.email)).filter((mail) => mail.template === 'PasswordChanged');
    expect(told).toHaveLength(1);
  });

  it('T7: asked for three times, only the third works', async () => {
    const person = await added();
    const first = await resetTicketOf(person);
    const second = await resetTicketOf(person);
    const third = await resetTicketOf(person);
    const random = newTicket((size) => crypto.getRandomValues(new Uint8Array(size))).secret;
    for (const dead of [first, second, random]) {
      expect(await refusalOf(openPasswordReset(developer(), { ticket: dead }))).toBe('ticket_refused');
      expect(await refusalOf(reset(dead))).toBe('ticket_refused');
    }
    expect(await refusalOf(reset(third, 'a wholly different sentence'))).toBe('done');
  });

  it.each(AROUND_THE_END)('T3: %i ms after its end it is %s', async (offsetMs, outcome) => {
    const ticket = await resetTicketOf(await added());
    const context = await developerAt(ticket, offsetMs);
    expect(await refusalOf(openPasswordReset(context, { ticket }))).toBe(outcome);
    const password = 'a wholly different sentence';
    expect(await refusalOf(resetPassword(context, { ticket, password }))).toBe(outcome);
  });

  const ENDINGS: Record<string, (person: { email: string; accountId: string }) => Promise<unknown>> = {
    'the account is blocked': ({ accountId }) => blockAccount(admin(), { accountId }),
    'the account is deleted': ({ accountId }) => deleteAccount(admin(), { accountId }),
    'the address changes': async ({ accountId }) => {
      const email = newAddress();
      await editAccount(admin(), { accountId, email });
      await confirmEmail(developer(), { ticket: await t.ticketTo(email, CONFIRM_CHANGE) });
    },
  };
  for (const [ending, end] of Object.entries(ENDINGS)) {
    it(`T8: dies when ${ending}`, async () => {
      const person = await added();
      const ticket = await resetTicketOf(person);
      expect(await refusalOf(openPasswordReset(developer(), { ticket }))).toBe('done');
      await end(person);
      expect(await refusalOf(openPasswordReset(developer(), { ticket }))).toBe('ticket_refused');
      expect(await refusalOf(reset(ticket, 'a wholly different sentence'))).toBe('ticket_refused');
      const open = await t.sql`
        select 1 from tickets where account_id = ${person.accountId} and used_at is null and voided_at is null`;
      expect(open).toHaveLength(0);
    });
  }
});

describe('a link to confirm a changed address', () => {
  const ENDINGS: Record<string, (person: { email: string; accountId: string }) => Promise<unknown>> = {
    'the account is blocked': ({ accountId }) => blockAccount(admin(), { accountId }),
    'the account is deleted': ({ accountId }) => deleteAccount(admin(), { accountId }),
    'the password changes': async (person) =>
      reset(await resetTicketOf(person), 'a wholly different sentence'),
    'another address is asked for': ({ accountId }) =>
      editAccount(admin(), { accountId, email: newAddress() }),
  };
  for (const [ending, end] of Object.entries(ENDINGS)) {
    it(`T8: dies when ${ending}`, async () => {
      const person = await added();
      const wanted = newAddress();
      await editAccount(admin(), { accountId: person.accountId, email: wanted });
      const ticket = await t.ticketTo(wanted, CONFIRM_CHANGE);
      await end(person);
      expect(await refusalOf(confirmEmail(developer(), { ticket }))).toBe('ticket_refused');
      expect((await accountsWith(wanted)).length).toBe(0);
    });
  }
});

describe('T9: a ticket', () => {
  it('opens nothing but what it was made for', async () => {
    const { ticket: invitation, email } = await invited();
    const person = await added();
    const resetTicket = await resetTicketOf(person);
    const wanted = newAddress();
    await editAccount(admin(), { accountId: person.accountId, email: wanted });
    const confirmation = await t.ticketTo(wanted, CONFIRM_CHANGE);

    for (const wrong of [resetTicket, confirmation]) {
      expect(await refusalOf(accept(wrong))).toBe('ticket_refused');
      expect(await refusalOf(openInvitation(developer(), { ticket: wrong }))).toBe('ticket_refused');
    }
    for (const wrong of [invitation, confirmation]) {
      expect(await refusalOf(reset(wrong))).toBe('ticket_refused');
      expect(await refusalOf(openPasswordReset(developer(), { ticket: wrong }))).toBe('ticket_refused');
    }
    for (const wrong of [invitation, resetTicket])
      expect(await refusalOf(confirmEmail(developer(), { ticket: wrong }))).toBe('ticket_refused');
    // None of that used one up.
    expect(await refusalOf(accept(invitation))).toBe('done');
    expect(await accountsWith(email)).toHaveLength(1);
    expect(await refusalOf(confirmEmail(developer(), { ticket: confirmation }))).toBe('done');
  });

  it('opens nothing in another service', async () => {
    const { ticket: invitation } = await invited();
    const person = await added();
    const resetTicket = await resetTicketOf(person);
    expect(await refusalOf(accept(invitation, PASSWORD, 'theirs'))).toBe('ticket_refused');
    expect(await refusalOf(reset(resetTicket, PASSWORD, 'theirs'))).toBe('ticket_refused');
    expect(await t.sql`select 1 from accounts where service_id = 'theirs'`).toHaveLength(0);
    expect(await refusalOf(accept(invitation))).toBe('done');
    expect(await refusalOf(reset(resetTicket))).toBe('done');
  });
});

describe(`T18: ${TRIES} concurrent additions of one address in several spellings`, () => {
  const add = (email: string, service: ServiceId) =>
    addAccount(admin(service), { email, firstName: 'Ann', lastName: 'Lee' });

  it('make one account in a service, and one in each of two', async () => {
    const spellings = ['Race@x.example', 'race@X.example', 'RACE@x.EXAMPLE', 'race@x.example'];
    const tries = Array.from({ length: TRIES }, (_, i) => {
      const service: ServiceId = i % 2 === 0 ? 'ours' : 'theirs';
      return refusalOf(add(spellings[(i >> 1) % spellings.length] ?? '', service));
    });
    expect(tally(await Promise.all(tries))).toEqual({ done: 2, email_taken: TRIES - 2 });
    const rows = await t.sql`
      select service_id from accounts where email_canonical = 'race@x.example' order by service_id`;
    expect(rows.map((row) => row.service_id)).toEqual(['ours', 'theirs']);
  });

  it('and invitations of it leave one of the two', async () => {
    const email = newAddress();
    const tries = Array.from({ length: TRIES }, (_, i) =>
      refusalOf(i % 2 === 0 ? invite(admin(), { email }) : add(email.toUpperCase(), 'ours')),
    );
    const outcomes = await Promise.all(tries);
    expect(outcomes).toContain('email_taken');
    expect(await accountsWith(email)).toHaveLength(1);
    const open = await t.sql`select 1 from invitations where email_canonical = ${email} and state = 'open'`;
    expect(open).toHaveLength(0);
  });
});
