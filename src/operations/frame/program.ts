// What programs have in common, whoever gave them their token.
import type { Actor } from './context.ts';

/** Whether this acts by the management API. */
export const isProgram = (actor: Actor): boolean => actor.kind === 'token' || actor.kind === 'oidc';

/** Whether two actors are one person, as far as Slack and the issuer tell: by address, or by Slack's user id. */
export function isSamePerson(one: Actor, other: Actor): boolean {
  const names = namesOf(one);
  return namesOf(other).some((name) => names.includes(name));
}

/** Their own e-mail address in small letters; null when nobody tells. */
export function ownAddressOf(actor: Actor): string | null {
  return namesOf(actor).find((name) => name.includes('@')) ?? null;
}

function namesOf(actor: Actor): string[] {
  const names =
    actor.kind === 'slack' ? [actor.userId, actor.email] : actor.kind === 'oidc' ? [actor.person] : [];
  return names.flatMap((name) => name?.toLowerCase() ?? []);
}
