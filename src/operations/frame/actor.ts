// How actors are named and told apart: in the audit, in approvals, and between Slack and the OIDC issuer.
import type { Actor } from './context.ts';

/** The actor's id in the audit: `T012/U034`, the id of a token or account, `oidc:` and a subject, the name of a job; empty for a visitor. */
export function actorId(actor: Actor): string {
  if (actor.kind === 'slack') return slackId(actor.teamId, actor.userId);
  if (actor.kind === 'token') return actor.tokenId;
  if (actor.kind === 'oidc') return `oidc:${actor.subject}`;
  if (actor.kind === 'account') return actor.accountId;
  return actor.kind === 'developer' ? '' : actor.name;
}

/** The person who counts as the requester of an approval: for a token, its owner. */
export function requesterId(actor: Actor): string {
  return actor.kind === 'token' ? slackId(actor.owner.teamId, actor.owner.userId) : actorId(actor);
}

export const slackId = (teamId: string, userId: string) => `${teamId}/${userId}`;

/** The actor's name as people read it. The audit stores it as it was at the time. */
export function actorName(actor: Actor): string {
  if (actor.kind === 'developer' || actor.kind === 'account') return 'the developer';
  if (actor.kind === 'token') return `${actor.name} (token of ${actor.owner.name})`;
  if (actor.kind === 'oidc') return `${actor.name} (from ${new URL(actor.issuer).host})`;
  return actor.kind === 'console' ? `${actor.name} (console)` : actor.name;
}

/** Whether the actor uses the management API. */
export const isProgram = (actor: Actor): boolean => actor.kind === 'token' || actor.kind === 'oidc';

/** Whether two actors are one person, as far as Slack and the issuer tell: by email, or by Slack's user id. */
export function isSamePerson(one: Actor, other: Actor): boolean {
  const names = namesOf(one);
  return namesOf(other).some((name) => names.includes(name));
}

/** The actor's own email in lower case; null when neither Slack nor the issuer tells it. */
export function ownEmailOf(actor: Actor): string | null {
  return namesOf(actor).find((name) => name.includes('@')) ?? null;
}

function namesOf(actor: Actor): string[] {
  const names =
    actor.kind === 'slack' ? [actor.userId, actor.email] : actor.kind === 'oidc' ? [actor.person] : [];
  return names.flatMap((name) => name?.toLowerCase() ?? []);
}
