// Who may: decided by role, at the moment of the act, deny by default.

import { isSignedIn } from '../../db/accounts/sessions.ts';
import { findOperatorRole } from '../../db/operators/operators.ts';
import { findLiveToken } from '../../db/operators/tokens.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Act, Actor, Context, Grant, IssuedActor, Role } from './context.ts';
import { isProgram } from './program.ts';

/**
 * Who may run an operation. `member`: anybody of the workspace, with a role or without. `developer`: anybody at all,
 * because the input itself proves the right (a ticket). `account`: a developer who is signed in, on what is theirs.
 * `console`: somebody with a shell on the server. `token`: a program too, with a token of ours or the issuer's, when its
 * role (`reader` is one that only programs have) is named as well.
 */
export type Who = Role | 'reader' | 'member' | 'developer' | 'account' | 'console' | 'system' | 'token';

/** The console stands for an admin: whoever has a shell on the server could change the database itself. */
export const ADMINS: readonly Who[] = ['admin', 'console'];
export const OPERATORS: readonly Who[] = ['admin', 'approver', 'console'];
/** Also programs with the role. */
export const ADMINS_AND_PROGRAMS: readonly Who[] = [...ADMINS, 'token'];
export const OPERATORS_AND_PROGRAMS: readonly Who[] = [...OPERATORS, 'token'];
/** Also programs that may only look. */
export const READERS: readonly Who[] = [...OPERATORS, 'reader', 'token'];
/** Anybody of the workspace, so that they see whom to ask. */
export const MEMBERS: readonly Who[] = ['admin', 'approver', 'member'];
export const DEVELOPERS: readonly Who[] = ['developer'];
export const ACCOUNTS: readonly Who[] = ['account'];
export const SYSTEM: readonly Who[] = ['system'];

/** Errors: `not_permitted`. */
export async function demandPermission(
  context: Context,
  db: Context['db'] | Act['tx'],
  allowed: readonly Who[],
  grant?: Grant,
): Promise<void> {
  const { actor } = context;
  if (actor.kind !== 'slack') {
    const kind = actor.kind === 'oidc' ? 'token' : actor.kind;
    if (!allowed.includes(kind) || (grant && !isProgram(actor))) throw new DomainError('not_permitted');
    if (actor.kind === 'oidc') demandIssued(context, actor, { allowed, grant });
    if (actor.kind === 'token') await demandToken(context, db, actor.tokenId, { allowed, grant });
    if (actor.kind === 'account') await demandSignedIn(context, db, actor);
    return;
  }
  if (actor.membership !== 'member' || grant) throw new DomainError('not_permitted');
  if (allowed.includes('member')) return;
  const role = await findOperatorRole(db, context.service.id, actor.teamId, actor.userId);
  if (!role || !allowed.includes(role)) throw new DomainError('not_permitted');
}

/** The issuer is still the one that is believed, and what it said suffices. */
function demandIssued(
  { policy }: Context,
  { issuer, role, grants }: IssuedActor,
  { allowed, grant }: { allowed: readonly Who[]; grant: Grant | undefined },
): void {
  const isBelieved = issuer === policy.tokenIssuer;
  const suffices = role !== null && allowed.includes(role) && (!grant || grants.includes(grant));
  if (!isBelieved || !suffices) throw new DomainError('not_permitted');
}

/** It works, its owner has a role, and the lesser of the two roles suffices. */
async function demandToken(
  { service, clock }: Context,
  db: Context['db'] | Act['tx'],
  tokenId: string,
  { allowed, grant }: { allowed: readonly Who[]; grant: Grant | undefined },
): Promise<void> {
  const token = await findLiveToken(db, service.id, tokenId, clock());
  if (!token) throw new DomainError('not_permitted');
  const role = token.role === 'admin' ? token.ownerRole : token.role;
  const isAllowed = allowed.includes(role) && (!grant || token.grants.includes(grant));
  if (!isAllowed) throw new DomainError('not_permitted');
}

/** A block, a deletion or a changed password has ended the session by now. */
async function demandSignedIn(
  { service, clock }: Context,
  db: Context['db'] | Act['tx'],
  { accountId, sessionId }: Extract<Actor, { kind: 'account' }>,
): Promise<void> {
  const session = { serviceId: service.id, id: sessionId, accountId, now: clock() };
  if (!(await isSignedIn(db, session))) throw new DomainError('not_permitted');
}
