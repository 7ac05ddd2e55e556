// Decides by role, when an operation runs, whether the actor may run it. Denies by default.
import { isSignedIn } from '../../db/accounts/sessions.ts';
import type { Db } from '../../db/connection/connect.ts';
import { findStanding } from '../../db/operators/operators.ts';
import { findLiveToken } from '../../db/operators/tokens.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { isProgram } from './actor.ts';
import type { Actor, Context, Grant, IssuedActor, Role } from './context.ts';

/**
 * A kind of caller that an operation allows.
 * `member`: every full member of the workspace, with a role or without.
 * `developer`: anyone, because the input itself proves the right (a ticket).
 * `account`: a developer who is signed in, for their own account.
 * `console`: a person with a shell on the server.
 * `token`: a program with our token or the issuer's, when its role is allowed too. Only programs can be a `reader`.
 */
export type CallerKind =
  | Role
  | 'reader'
  | 'member'
  | 'developer'
  | 'account'
  | 'console'
  | 'system'
  | 'token';

/** The console counts as an admin: a person with a shell on the server can change the database anyway. */
export const ADMINS: readonly CallerKind[] = ['admin', 'console'];
export const OPERATORS: readonly CallerKind[] = ['admin', 'approver', 'console'];
/** Admins, and programs with that role. */
export const ADMINS_AND_PROGRAMS: readonly CallerKind[] = [...ADMINS, 'token'];
/** Operators, and programs with one of their roles. */
export const OPERATORS_AND_PROGRAMS: readonly CallerKind[] = [...OPERATORS, 'token'];
/** Operators, and programs that may only read. */
export const READERS: readonly CallerKind[] = [...OPERATORS, 'reader', 'token'];
/** Admins, and programs that may only read. */
export const ADMINS_AND_READERS: readonly CallerKind[] = [...ADMINS, 'reader', 'token'];
/** Every full member of the workspace. */
export const MEMBERS: readonly CallerKind[] = ['admin', 'approver', 'member'];
export const DEVELOPERS: readonly CallerKind[] = ['developer'];
export const ACCOUNTS: readonly CallerKind[] = ['account'];
export const SYSTEM: readonly CallerKind[] = ['system'];

/**
 * Demands that the actor is one of the `allowed` callers and, with `grant`, a program that holds it.
 * Errors: `not_permitted`; `standing_unconfirmed` while it is in doubt whether the operator, or the owner of the token,
 * is still a full member.
 */
export async function demandPermission(
  context: Context,
  db: Db,
  allowed: readonly CallerKind[],
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
  const role = await demandRoleInNoDoubt(context, db, actor);
  if (!role || !allowed.includes(role)) throw new DomainError('not_permitted');
}

/** Null without a role. Errors: `standing_unconfirmed`. */
export async function demandRoleInNoDoubt(
  { service }: Context,
  db: Db,
  { teamId, userId }: { teamId: string; userId: string },
): Promise<Role | null> {
  const { role, inDoubtSince } = await findStanding(db, service.id, teamId, userId);
  if (inDoubtSince) throw new DomainError('standing_unconfirmed');
  return role;
}

/** The settings still trust this issuer, and the token's claims suffice. */
function demandIssued(
  { policy }: Context,
  { issuer, role, grants }: IssuedActor,
  { allowed, grant }: { allowed: readonly CallerKind[]; grant: Grant | undefined },
): void {
  if (issuer !== policy.tokenIssuer || role === null) throw new DomainError('not_permitted');
  demandRights({ role, grants }, { allowed, grant });
}

/** The token is live, its owner has a role and is not in doubt, and the lesser of the two roles suffices. */
async function demandToken(
  { service, clock }: Context,
  db: Db,
  tokenId: string,
  { allowed, grant }: { allowed: readonly CallerKind[]; grant: Grant | undefined },
): Promise<void> {
  const token = await findLiveToken(db, service.id, tokenId, clock());
  if (!token) throw new DomainError('not_permitted');
  if (token.inDoubtSince) throw new DomainError('standing_unconfirmed');
  const role = token.role === 'admin' ? token.ownerRole : token.role;
  demandRights({ role, grants: token.grants }, { allowed, grant });
}

/** A program of any role may do what a reader may. Errors: `not_permitted` with what the program would need. */
function demandRights(
  { role, grants }: { role: Role | 'reader'; grants: readonly string[] },
  { allowed, grant }: { allowed: readonly CallerKind[]; grant: Grant | undefined },
): void {
  const roles = allowed.filter((kind) => kind === 'admin' || kind === 'approver');
  if (!allowed.includes(role) && !allowed.includes('reader'))
    throw new DomainError('not_permitted', {
      needs: `the role ${roles.join(' or ')}, and has the role ${role}`,
    });
  if (grant && !grants.includes(grant))
    throw new DomainError('not_permitted', { needs: `the grant ${grant}` });
}

/** A block, a deletion or a new password may have ended the session since the request began. */
async function demandSignedIn(
  { service, clock }: Context,
  db: Db,
  { accountId, sessionId }: Extract<Actor, { kind: 'account' }>,
): Promise<void> {
  const session = { serviceId: service.id, id: sessionId, accountId, now: clock() };
  if (!(await isSignedIn(db, session))) throw new DomainError('not_permitted');
}
