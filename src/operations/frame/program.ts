// Programs, whether the token is ours or the OIDC issuer's, and whether two actors are one person.
import type { Actor } from './context.ts';

/** Whether the actor uses the management API. */
export const isProgram = (actor: Actor): boolean => actor.kind === 'token' || actor.kind === 'oidc';

/** Whether two actors are one person, as far as Slack and the issuer tell: by email, or by Slack's user id. */
export function isSamePerson(one: Actor, other: Actor): boolean {
  const names = namesOf(one);
  return namesOf(other).some((name) => names.includes(name));
}

/** The actor's own email in lower case; null when neither Slack nor the issuer tells it. */
export function ownAddressOf(actor: Actor): string | null {
  return namesOf(actor).find((name) => name.includes('@')) ?? null;
}

function namesOf(actor: Actor): string[] {
  const names =
    actor.kind === 'slack' ? [actor.userId, actor.email] : actor.kind === 'oidc' ? [actor.person] : [];
  return names.flatMap((name) => name?.toLowerCase() ?? []);
}
