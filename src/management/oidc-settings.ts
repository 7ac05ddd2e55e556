// Reads the settings of the OIDC issuer.
import type { Grant, Role } from '../operations/frame/context.ts';

/** `act-alone` is for tokens of ours: the people who assign roles at the issuer can't do without a second operator here. */
type RoleOrGrant = Role | 'reader' | Exclude<Grant, 'act-alone'>;

/** A token with this value in that claim gets a role, or a grant beside one. */
export type RoleRule = { claim: string; value: string; gives: RoleOrGrant };

export type OidcSettings = {
  /** Exactly as the tokens name it. */
  issuer: string;
  /** A token must be for one of these. */
  audiences: readonly string[];
  roles: readonly RoleRule[];
  /** The claim with the person's email; null for the first of the usual ones. */
  personClaim: string | null;
};

const MAX_RULES = 100;
const ROLES_AND_GRANTS: readonly RoleOrGrant[] = ['admin', 'approver', 'reader', 'list-secrets', 'sso'];
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** Plain HTTP only for an issuer on this machine, because keys come from there. Throws an Error that says what to write. */
export function readIssuer(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.includes(url.hostname));
  if (url && isSafe && !url.search && !url.hash && !url.username) return text;
  throw new Error(
    'the issuer as its tokens name it, such as https://login.microsoftonline.com/{tenant}/v2.0, with https and without a question mark',
  );
}

/**
 * Reads `roles:ApimAdmin=admin,groups:Support=approver`. A claim's name may be a URL (`https://…/roles:x=admin`). Throws an
 * Error that names the wrong rule.
 */
export function readRoleRules(text: string): RoleRule[] {
  const rules = text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  if (rules.length === 0 || rules.length > MAX_RULES)
    throw new Error(
      `1 to ${MAX_RULES} rules with commas between, such as roles:ApimAdmin=admin,roles:ApimReader=reader`,
    );
  return rules.map((rule) => {
    const [, claim, value, gives] = /^((?:[^:]|:\/\/)+):(.+)=([\w-]+)$/.exec(rule) ?? [];
    const roleOrGrant = ROLES_AND_GRANTS.find((one) => one === gives);
    if (claim && value && roleOrGrant) return { claim, value, gives: roleOrGrant };
    throw new Error(
      `claim:value=role, where the role is one of ${ROLES_AND_GRANTS.join(', ')}, such as roles:ApimAdmin=admin; "${rule.slice(0, 80)}" is none`,
    );
  });
}
