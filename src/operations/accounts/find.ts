import { z } from 'zod';
import {
  type Account,
  findAccount,
  findAccountByEitherId,
  findAccountByEmail,
  findDeletedAccountByEmail,
} from '../../db/accounts/accounts.ts';
import { findNewestInvitationTo } from '../../db/accounts/invitations.ts';
import { findNamed, findNamedLike } from '../../db/accounts/search.ts';
import { findSubscription } from '../../db/subscriptions/subscriptions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { canonicalIn } from '../../domain/email-list.ts';
import { fullName } from '../../domain/person-name.ts';
import { type Act, defineOperation, OPERATORS } from '../frame/operation.ts';
import { currentState, viewAccount } from './account.ts';

const MAX_SUGGESTED = 3;
const MAX_TEXT_LENGTH = 254;
/** A name has seldom more words than the first and two more. */
const MAX_FOLLOWING = 2;
/** The part before the @ of a shorter one would be in almost any name. */
const SHORTEST_MAILBOX = 3;

/**
 * Finds the one account with this email, this id or id for programs, or a subscription with this id; else the one whose
 * name or mailbox has the text. `prefersDeleted`: of two accounts that have the id, the deleted one. `following` are the words after it, which may belong to the name: `wordsUsed` says how many do. Never
 * guesses: for anything else it refuses, and lists at most three similar accounts.
 * Errors: `account_invited` and `account_deleted` for the email of an invitation or deleted account, with the id;
 * `account_not_found`, `account_ambiguous`, both with `near`.
 */
export const findOneAccount = defineOperation({
  name: 'accounts/find',
  allowed: OPERATORS,
  effect: 'read',
  input: {
    text: z.string().trim().max(MAX_TEXT_LENGTH),
    following: z
      .array(z.string())
      .overwrite((words) => words.slice(0, MAX_FOLLOWING))
      .default([]),
    prefersDeleted: z.boolean().default(false),
  },
  async run(act, { text, following, prefersDeleted }) {
    const serviceId = act.service.id;
    // As a mail program writes it, with a name and brackets.
    const email = canonicalIn(text) ?? text.toLowerCase();
    const exact =
      text &&
      ((await findAccountByEmail(act.tx, serviceId, email)) ??
        (await findAccountByEitherId(act.tx, serviceId, text, prefersDeleted)) ??
        (await accountOfSubscription(act, text)));
    if (exact) return { account: await viewAccount(act, exact), isByName: false, wordsUsed: 0 };
    const isEmail = text.includes('@');
    if (isEmail) await refuseFormerOrFuture(act, email);
    // A shared domain makes two people no more alike, and a whole email means one account or none.
    const [mailbox = ''] = (isEmail ? email : text).split('@');
    const name = isEmail && mailbox.length < SHORTEST_MAILBOX ? '' : mailbox;
    for (let wordsUsed = isEmail ? 0 : following.length; name && wordsUsed >= 0; wordsUsed--) {
      const words = [name, ...following.slice(0, wordsUsed)].join(' ');
      const { accounts, isAlone } = await findNamed(act.tx, serviceId, words, MAX_SUGGESTED);
      const [one] = accounts;
      if (one && isAlone && !isEmail)
        return { account: await viewAccount(act, one), isByName: true, wordsUsed };
      if (one)
        throw new DomainError(isEmail || accounts.length === 1 ? 'account_not_found' : 'account_ambiguous', {
          near: accounts.map(suggestion),
        });
    }
    const alike = name ? await findNamedLike(act.tx, serviceId, name, MAX_SUGGESTED) : [];
    throw new DomainError('account_not_found', { near: alike.map(suggestion) });
  },
});

/** Errors: `account_invited`, `account_deleted`. */
async function refuseFormerOrFuture(act: Act, email: string): Promise<void> {
  const key = { serviceId: act.service.id, emailCanonical: email };
  const invitation = await findNewestInvitationTo(act.tx, key);
  // One that was accepted or revoked can't be sent again.
  if (invitation?.state === 'open' || invitation?.state === 'expired') {
    const { id, version, invitedByName: by, createdAt: at } = invitation;
    const state = invitation.expiresAt > act.now ? 'open' : 'expired';
    const current = { state, version, by, at };
    throw new DomainError('account_invited', { id, email: invitation.email, current });
  }
  const deleted = await findDeletedAccountByEmail(act.tx, key.serviceId, email);
  if (!deleted) return;
  const { restorableUntil } = await viewAccount(act, deleted);
  throw new DomainError('account_deleted', {
    id: deleted.id,
    email: deleted.email,
    current: currentState(deleted),
    ...(restorableUntil ? { until: restorableUntil } : {}),
  });
}

async function accountOfSubscription(act: Act, id: string): Promise<Account | null> {
  const subscription = await findSubscription(act.tx, act.service.id, id);
  return subscription?.accountId ? findAccount(act.tx, act.service.id, subscription.accountId) : null;
}

const suggestion = ({ id, email, ...names }: Account) => ({ id, label: `${fullName(names)} <${email}>` });
