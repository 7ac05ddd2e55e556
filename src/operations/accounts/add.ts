import { z } from 'zod';
import {
  type Account,
  addGroupsToAccount,
  findAccountByEmail,
  findAccountByResourceId,
  insertAccount,
  isFormerId,
} from '../../db/accounts/accounts.ts';
import { holdEmail } from '../../db/accounts/email-lock.ts';
import { newId } from '../../db/ids.ts';
import { holdId } from '../../db/rows.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import { isProgram } from '../frame/actor.ts';
import { type Act, ADMINS_AND_PROGRAMS, defineOperation, input } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';
import { endOpenInvitationTo } from '../invitations/invitation.ts';
import { queueInvitationOfAccount } from '../invitations/invitation-mail.ts';
import { hashNewPassword } from '../passwords/new-password.ts';
import { currentState, demandCustomGroups, viewAccount } from './account.ts';
import { queueConfirmationMail, queueWelcomeMail } from './mails.ts';

/**
 * Adds an account: `active`, or with `verifyFirst` `pending` until the mailed link is confirmed. Without a password
 * the welcome mail carries a link to set one. A password that an operator typed must be replaced at first sign-in.
 * An open invitation to the email ends: its link would offer what the person now has.
 * A program may choose the state, and the id that programs know it by. Once that was another account's, the row gets a fresh
 * id, so that the history of each id is about one person. With `isInvited` the account is `pending` until the person accepts by a mailed
 * link and sets a password there. `tellDeveloper: false` mails nothing. `registeredAt` is when an account that moves here
 * was registered elsewhere, never later than now.
 * Errors: `email_invalid`, `email_taken`; `id_taken`, compared without case; `password_unacceptable`,
 * `group_not_found`, `group_built_in`.
 */
export const addAccount = defineOperation({
  name: 'accounts/add',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: input.withNeededNames({
    email: input.email,
    password: input.password.optional(),
    groupIds: input.groupIds.default([]),
    note: input.note.default(''),
    verifyFirst: z.boolean().default(false),
    accountId: input.newAccountId.optional(),
    state: z.enum(['active', 'pending', 'blocked']).optional(),
    isInvited: z.boolean().default(false),
    tellDeveloper: z.boolean().default(true),
    registeredAt: z.coerce.date().optional(),
  }),
  prepare: async (context, { password, email, firstName, lastName }) =>
    password ? hashNewPassword(context, password, [email, firstName, lastName]) : null,
  async run(act, wanted, passwordHash) {
    const email = parseEmailAddress(wanted.email);
    const serviceId = act.service.id;
    await holdEmail(act.tx, serviceId, email.canonical);
    const groups = await demandCustomGroups(act, wanted.groupIds);
    const state = wanted.verifyFirst || wanted.isInvited ? 'pending' : (wanted.state ?? 'active');
    const ids = await newIdsOf(act, wanted.accountId);
    const account =
      ids &&
      (await insertAccount(act.tx, {
        serviceId,
        ...ids,
        email: email.spelling,
        emailCanonical: email.canonical,
        firstName: wanted.firstName,
        lastName: wanted.lastName,
        note: wanted.note,
        state,
        stateReason: reasonOf(act, wanted, state),
        ...(state === 'blocked' ? { stateBeforeBlock: 'active' as const } : {}),
        stateChangedAt: act.now,
        stateChangedBy: act.actorName,
        passwordHash,
        // Two people know a password that an operator typed; a program passes on what its own user chose.
        passwordMustChange: passwordHash !== null && !isProgram(act.actor),
        registeredAt: registeredBefore(act.now, wanted.registeredAt),
        updatedAt: act.now,
      }));
    if (!account) {
      const other = await findAccountByEmail(act.tx, serviceId, email.canonical);
      if (!other && wanted.accountId !== undefined)
        throw new DomainError('id_taken', { id: wanted.accountId });
      throw new DomainError('email_taken', other ? { id: other.id, current: currentState(other) } : {});
    }
    const endedInvitation = await endOpenInvitationTo(act, email.canonical);
    await addGroupsToAccount(
      act.tx,
      serviceId,
      account.id,
      groups.map((group) => group.id),
    );
    await mailDeveloper(act, account, wanted);
    if (state === 'pending') await queueRepaint(act, account.id);
    act.record({
      target: { kind: 'account', id: account.id },
      after: {
        state,
        groups: groups.map((group) => group.name),
        withPassword: passwordHash !== null,
        endedInvitation,
        ...(account.resourceId === null ? {} : { resourceId: account.resourceId }),
        ...(wanted.isInvited || wanted.tellDeveloper ? {} : { toldDeveloper: false }),
      },
    });
    return { account: await viewAccount(act, account), endedInvitation };
  },
});

/** Null when an account has the id. */
async function newIdsOf(act: Act, chosen: string | undefined) {
  const fresh = newId(act.now, act.random);
  if (chosen === undefined) return { id: fresh };
  const serviceId = act.service.id;
  await holdId(act.tx, 'account', { serviceId, id: chosen });
  if (await findAccountByResourceId(act.tx, serviceId, chosen)) return null;
  if (!(await isFormerId(act.tx, serviceId, chosen))) return { id: chosen };
  return { id: fresh, resourceId: chosen, version: randomVersion(act) };
}

/**
 * The first version of an account under an id used again, so that no ETag of a former one fits it. Those may be erased, or
 * restored beside it, so none is known to be the highest.
 */
const randomVersion = (act: Act): number =>
  FIRST_RANDOM_VERSION + (Buffer.from(act.random(4)).readUInt32BE() % RANDOM_VERSIONS);
/** With them a version has nine digits at most, also after millions of changes. */
const FIRST_RANDOM_VERSION = 100_000_000;
const RANDOM_VERSIONS = 800_000_000;

const registeredBefore = (now: Date, elsewhere = now): Date => (elsewhere < now ? elsewhere : now);

function reasonOf(act: Act, { isInvited }: { isInvited: boolean }, state: keyof typeof REASONS): string {
  if (isInvited) return 'invited';
  const isGiven = state === 'blocked' || act.actor.kind === 'system';
  return (isGiven && act.reason) || REASONS[state];
}

const REASONS = {
  active: 'added by an operator',
  pending: 'waiting for the email to be confirmed',
  blocked: 'added as blocked',
};

async function mailDeveloper(
  act: Act,
  account: Account,
  { isInvited, tellDeveloper }: { isInvited: boolean; tellDeveloper: boolean },
): Promise<void> {
  if (isInvited) await queueInvitationOfAccount(act, account);
  else if (!tellDeveloper || account.state === 'blocked') return;
  else if (account.state === 'pending') await queueConfirmationMail(act, account);
  else await queueWelcomeMail(act, account, account.passwordHash === null);
}
