import { z } from 'zod';
import { deleteIdentity, listIdentities } from '../../db/accounts/identities.ts';
import { deleteSessionsOfAccount } from '../../db/accounts/sessions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { queueSecurityMail } from '../accounts/mails.ts';
import { hasUsablePassword, holdProvedAccount, proveOwner } from '../accounts/own-account.ts';
import { ACCOUNTS, defineOperation, input } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';
import { signedInAs } from '../sessions/session.ts';
import { choiceFor, labelOf } from './attempt.ts';

/**
 * A developer disconnects one of their ways to sign in, but never the last one: every other session ends, because it may have
 * begun that way. A mail tells them.
 * Errors: those of `proveOwner`; `identity_not_found`; `identity_last`.
 */
export const disconnectProvider = defineOperation({
  name: 'identities/disconnect',
  allowed: ACCOUNTS,
  effect: 'change',
  input: {
    issuer: z.string().max(2_000),
    subject: z.string().max(255),
    currentPassword: input.password.optional(),
  },
  prepare: (context, { currentPassword }) => proveOwner(context, currentPassword),
  async run(act, { issuer, subject }, proved) {
    const account = await holdProvedAccount(act, proved);
    const of = { serviceId: act.service.id, accountId: account.id };
    const deleted = await deleteIdentity(act.tx, { ...of, issuer, subject });
    if (!deleted) throw new DomainError('identity_not_found');
    const others = await listIdentities(act.tx, of);
    if (!hasUsablePassword(act, account) && !others.some((one) => choiceFor(act, one)))
      throw new DomainError('identity_last');
    await deleteSessionsOfAccount(act.tx, { ...of, except: signedInAs(act).sessionId });
    await queueSecurityMail(act, account, 'SignInDisconnected', {
      ProviderName: labelOf(act, deleted),
    });
    await queueRepaint(act, account.id);
    act.record({
      target: { kind: 'account', id: account.id },
      after: { disconnected: deleted.provider },
    });
  },
});
